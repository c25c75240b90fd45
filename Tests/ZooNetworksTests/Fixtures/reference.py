"""What the scripts here have in common: birder's networks, by the names that registry.json uses."""

import contextlib
import logging

import numpy as np
import torch

with contextlib.suppress(ImportError):
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators

from birder.model_registry import registry
from birder.version import __version__ as birder_version  # noqa: F401

logging.disable(logging.INFO)
torch.set_num_threads(1)


def network_class(name):
    """The class that a registered network is a configuration of."""
    net = registry.all_nets[name]
    return net if net.__module__.startswith("birder.net.") else net.__mro__[1]


def family(name):
    """The family of a registered network: the name of the module of its class."""
    return network_class(name).__module__.rpartition(".")[2]


def registered(family_name):
    """Names and configurations of the registered networks of a family, in order."""
    return {
        name: dict(getattr(net, "config", None) or {})
        for name, net in registry.all_nets.items()
        if family(name) == family_name
    }


def flat(embedding):
    """An embedding as one row for each image."""
    if isinstance(embedding, list):
        return torch.concat(embedding, dim=1)
    return embedding.flatten(1)


# --- made-up values, as Sources/ZooNetworks/Building/MadeUpWeights.swift makes them


def made_up_values(key, shape):
    """float32 values from -1 up to 1, from the hash of the key and each element's index."""
    seed = 0xCBF29CE484222325
    for byte in key.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    count = int(np.prod(shape, dtype=np.int64))
    bits = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        bits = np.uint64(seed) + bits * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        bits ^= bits >> np.uint64(31)
    top = (bits >> np.uint64(40)).astype(np.float32)
    return (top / np.float32(2**23) - np.float32(1)).reshape(shape)


def made_up_tensor(key, shape, rules=()):
    """center + scale * value, by the first rule [suffix, center, scale] that fits, or by the name."""
    for suffix, center, scale in rules:
        if key.endswith(suffix):
            break
    else:
        name = key.rpartition(".")[2]
        if name == "weight" and len(shape) > 1:
            inputs = np.float32(np.prod(shape[1:]))
            center, scale = 0, np.float32(1.7) / np.sqrt(inputs)
        elif name in ("weight", "gamma"):
            center, scale = 1, 0.25
        elif name == "running_var":
            center, scale = 1, 0.5
        elif name == "eps":
            center, scale = 0.02, 0.01
        else:
            center, scale = 0, 0.25
    return np.asarray(np.float32(center) + np.float32(scale) * made_up_values(key, shape))


def fill(net, rules=()):
    """Gives all tensors of a network made-up values; integers and the like stay as they are."""
    state = net.state_dict()
    for key, tensor in state.items():
        if tensor.is_floating_point():
            state[key] = torch.from_numpy(made_up_tensor(key, tuple(tensor.shape), rules))
    net.load_state_dict(state)
    return net.eval()
