"""Made-up weights for the networks of the benchmarks, and what they do to activations."""

import math
import sys
from pathlib import Path

import torch

sys.path.append(str(Path(__file__).resolve().parents[1] / "Tests/ZooNetworksTests/Fixtures"))
from reference import fill, flat  # noqa: E402

SEED = 16


def fill_network(net, images):
    """Made-up weights: like a trained network's for transformers, else those of the tests."""
    if is_transformer(net):
        net.load_state_dict(trained_like(net.state_dict()))
        return net.eval()
    measure_batch_norms(fill(net), images)
    return net.eval()


def measure_batch_norms(net, images):
    """Gives every BatchNorm the statistics of what it reads, so that images stay unlike each other."""
    for module in net.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            module.momentum = None
            module.train()
    with torch.inference_mode():
        net.embedding(images)


def is_transformer(net):
    """Whether it is a ViT of any kind: tokens of one width, a norm behind the blocks."""
    state = net.state_dict()
    return "norm.weight" in state and any(key.startswith("encoder.block") for key in state)


def trained_like(initial):
    """birder's initial weights, changed to what is typical of a trained ViT.

    - Matrices: each element times a random factor that makes the normal distribution Student's t
      with 5 degrees of freedom (heavy tails), each row times exp(0.3 n); queries and keys twice as
      large, so that attention has preferences.
    - LayerNorm: weights exp(0.25 n); four channels, the same in all blocks, eight times as large.
    - The two matrices of each block that write to the residual stream write eight times as much to
      two channels ("massive activations"), which the LayerNorm weights damp.
    - Layer scales between 0.1 and 1 (initially 1e-5, which would switch the blocks off).
    - Biases, special tokens and position embedding with standard deviations of 0.05, 0.5 and 0.1.
    """
    generator = torch.Generator().manual_seed(SEED)

    def normal(*shape):
        return torch.randn(shape, generator=generator)

    width = initial["norm.weight"].numel()
    outliers = torch.randperm(width, generator=generator)[:6]
    large, massive = outliers[:4], outliers[4:]
    state = {}
    for key, value in initial.items():
        block, last = key.startswith("encoder.block"), key.split(".")[-1]
        if "token" in key:
            value = normal(*value.shape) * 0.5
        elif key == "pos_embedding":
            value = normal(*value.shape) * 0.1
        elif last == "gamma":
            value = 0.1 ** torch.rand(value.shape, generator=generator)
        elif value.ndim >= 2:
            value = torch.randn(value.shape, generator=generator) * initial_deviation(key, value)
            chi2 = sum(normal(*value.shape) ** 2 for _ in range(5))
            value = value * (3 / chi2).sqrt()
            value *= torch.exp(0.3 * normal(value.shape[0])).reshape(-1, *[1] * (value.ndim - 1))
            if "qkv" in key:
                value[: 2 * width] *= 2
            elif block and value.shape[0] == width:
                value[massive] *= 8
        elif last == "weight":
            value = torch.exp(0.25 * normal(*value.shape))
            if value.numel() == width:
                value[massive] *= 0.2
                value[large] *= 8 if block else 1
        else:
            value = normal(*value.shape) * 0.05
        state[key] = value
    return state


def initial_deviation(key, value):
    """The standard deviation with which birder begins, made up here so that one seed says all."""
    inputs = value[0].numel()
    return 0.02 if "attn" in key else 1 / math.sqrt(inputs if "conv" in key else 3 * inputs)


def activations(net, images):
    """How the inputs of a transformer's linear layers are spread; how alike embeddings are."""
    spreads = []

    def hook(_module, inputs):
        rows = inputs[0].float().flatten(0, -2)
        largest, rms = rows.abs().amax(dim=1), rows.square().mean(dim=1).sqrt()
        spreads.append((largest / rms).median().item())

    linears = [module for module in net.modules() if isinstance(module, torch.nn.Linear)]
    handles = [
        module.register_forward_pre_hook(hook) for module in linears if is_transformer(net)
    ]
    with torch.inference_mode():
        embeddings = torch.nn.functional.normalize(flat(net.embedding(images)), dim=1)
    for handle in handles:
        handle.remove()
    count = len(images)
    similar = (embeddings @ embeddings.T).sum().item() - count
    return {
        "largest_over_rms": [min(spreads), max(spreads)] if spreads else None,
        "cosine_between_images": similar / (count * count - count),
    }
