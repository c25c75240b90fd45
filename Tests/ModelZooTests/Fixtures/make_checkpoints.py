"""Makes birder/: checkpoints as birder writes them, and what birder computes with them for pictures.

    python make_checkpoints.py OUTPUT_DIRECTORY

needs an environment with torch, torchvision, birder 0.8.4, Pillow, numpy and safetensors. The networks
are small ViTs; what differs is how they are saved and loaded. Weights and images come from fixed seeds,
so a run makes the same files again (given the same library versions). What it writes:

    cases.json                    the manifest: a list, one object for each case
    images/                       the image files that all cases are run on
    inputs-KEY.safetensors        `input` [N, C, H, W]: those images after birder's transform, for
                                  one size and one set of RGB statistics
    CASE.pt | CASE.safetensors    the checkpoint, as birder writes one
    CASE.head.pt                  a linear-probe head on the embedding, where the case has one
    CASE.expected.safetensors     birder's outputs for the images: `embedding`, `logits`,
                                  `probabilities`, a feature map for each stage (`stage1`, ...), and
                                  where the case has them `head_logits`, `head_probabilities`,
                                  `tta_probabilities`, `tta_logits`

It fails when a network is too ill-conditioned for the comparison of float32 results.
"""

import argparse
import json
import logging
import math
import zlib
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from PIL import Image

try:
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators
except ImportError:
    pass

from birder.common.fs_ops import checkpoint_model, load_model, save_st
from birder.conf import settings
from birder.data.transforms.classification import get_rgb_stats, inference_preset
from birder.inference.classification import infer_batch
from birder.model_registry import registry
from birder.net.base import get_signature
from birder.net.vit import ViT
from birder.version import __version__ as birder_version

# Keys of a case beside `config` (what is registered):
#   size          [H, W] at which the network is saved
#   classes       length of the classifier's output, 0 for none
#   rgb           birder's name of the RGB statistics
#   saved_config  `config` in the checkpoint: overrides the registered one
#   override      the caller's: overrides both
#   load_size     [H, W] passed to the load: adjusts the position embedding once
#   format        pt | safetensors
#   dtype         of the saved tensors; they are run in float32
#   head, tta     also write a head file, also expect test-time augmentation
SMALL = {
    "patch_size": 4,
    "num_layers": 2,
    "num_heads": 3,
    "hidden_dim": 24,
    "mlp_dim": 32,
    "drop_path_rate": 0.0,
}


def case(config, **fields):
    defaults = {
        "size": [16, 16],
        "classes": 7,
        "rgb": "birder",
        "saved_config": None,
        "override": None,
        "load_size": None,
        "format": "pt",
        "dtype": "float32",
        "head": False,
        "tta": False,
    }
    unknown = set(fields) - set(defaults)
    assert not unknown, unknown
    return {**defaults, **fields, "config": {**SMALL, **config}}


LS = {"layer_scale_init_value": 1e-5}
AVERAGE = {"class_token": False}


def registers(count):
    return {"num_reg_tokens": count}


CASES = {
    "plain": case(
        {"patch_size": 8, "num_heads": 4, "hidden_dim": 32, "mlp_dim": 64}, size=[32, 32], tta=True
    ),
    "ls": case(
        {**LS, "patch_size": 8, "hidden_dim": 48},
        size=[32, 32],
        classes=0,
        rgb="centered",
        head=True,
    ),
    "no_classifier": case({**registers(1), **AVERAGE}, classes=0, tta=True, size=[24, 16]),
    "resize_up": case({**registers(4), **LS}, load_size=[24, 20], classes=0, tta=True),
    "checkpoint_config": case(
        registers(1), saved_config={"num_reg_tokens": 4, "act_layer_type": "quick_gelu"}
    ),
    "caller_config": case(
        {**LS, "act_layer_type": "relu", "norm_layer_eps": 1e-3},
        saved_config={"act_layer_type": "quick_gelu", "out_indices": [0]},
        override={"out_indices": [0, 1], "norm_layer_eps": 1e-2},
    ),
    "safetensors": case({**registers(4), **LS}, format="safetensors", rgb="imagenet"),
    "safetensors_config": case(
        AVERAGE, format="safetensors", saved_config={"num_reg_tokens": 1, "norm_after_pool": True}
    ),
    "float16_weights": case({**LS, "hidden_dim": 40, "num_heads": 2}, dtype="float16"),
    "bfloat16_weights": case(registers(1), dtype="bfloat16"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    logging.disable(logging.INFO)
    settings.MODELS_DIR = output

    images = make_images(output / "images")
    manifest = [make_case(output, name, case, images) for name, case in CASES.items()]
    write_json(output / "cases.json", manifest)
    total = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"{len(manifest)} cases, {total / 2**20:.2f} MiB")


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


# --- images and inputs


def make_images(directory):
    """Writes three small pictures: larger than the networks' input, about its size, smaller."""
    directory.mkdir(exist_ok=True)
    rng = np.random.default_rng(2024)
    files = []
    for name, (height, width) in {
        "a.png": (80, 61),
        "b.jpg": (50, 64),
        "c.png": (23, 19),
    }.items():
        y, x = np.mgrid[0:height, 0:width].astype(np.float64)
        waves = [
            np.sin(x / rng.uniform(2, 9) + rng.uniform(0, 6))
            * np.cos(y / rng.uniform(2, 9) + rng.uniform(0, 6))
            for _ in range(3)
        ]
        pixels = 128 + 70 * np.stack(waves, axis=-1) + rng.normal(0, 12, (height, width, 3))
        disc = (x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (0.25 * height) ** 2
        pixels[disc] = rng.uniform(0, 255, 3)
        image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        image.save(directory / name, **({"quality": 88} if name.endswith(".jpg") else {}))
        files.append(directory / name)
    return files


def make_inputs(output, images, size, rgb):
    key = f"{size[0]}x{size[1]}-{rgb}"
    transform = inference_preset(tuple(size), get_rgb_stats(rgb))
    inputs = torch.stack([transform(Image.open(path).convert("RGB")) for path in images])
    path = output / f"inputs-{key}.safetensors"
    if not path.exists():
        safetensors.torch.save_file({"input": inputs.contiguous()}, path)
    return path.name, inputs


# --- weights


def randomize(net, case, generator):
    """Gives every parameter and buffer a value that shows in the outputs."""

    def normal(tensor, std, mean=0.0):
        return torch.randn(tensor.shape, generator=generator) * std + mean

    def uniform(tensor, low, high):
        return torch.rand(tensor.shape, generator=generator) * (high - low) + low

    state = net.state_dict()
    for name, tensor in state.items():
        last = name.split(".")[-1]
        if name.endswith("num_batches_tracked"):
            value = torch.tensor(1234)
        elif name.endswith("running_mean"):
            value = normal(tensor, 0.3)
        elif name.endswith("running_var"):
            value = uniform(tensor, 0.5, 2.0)
        elif last == "gamma":
            value = uniform(tensor, 0.1, 1.0)
        elif last in ("class_token", "reg_tokens", "pos_embedding"):
            value = normal(tensor, 0.7)
        elif last in ("latent", "slot_embeds"):
            value = normal(tensor, 1.0)
        elif tensor.ndim >= 2:
            gain = 2.0 if any(part in name for part in ("qkv", ".q.", ".kv.")) else 1.2
            if name.startswith("classifier"):
                gain = 2.0
            value = normal(tensor, gain / math.sqrt(tensor[0].numel()))
        elif is_norm(net, name) and last == "weight":
            value = normal(tensor, 0.3, 1.0)
        else:
            value = normal(tensor, 0.2)
        state[name] = value.to(tensor.dtype)
    net.load_state_dict(state)


def is_norm(net, parameter):
    module = net.get_submodule(parameter.rpartition(".")[0])
    return "Norm" in type(module).__name__


# --- one case


def make_case(output, name, case, images):
    network = f"golden_{name}"
    registry.register_model_config(network, ViT, config=case["config"])
    size, classes = tuple(case["size"]), case["classes"]
    net = registry.net_factory(network, classes, 3, config=case["saved_config"], size=size)
    net.eval()
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    randomize(net, case, generator)
    net.to(getattr(torch, case["dtype"]))
    file = save(output, name, case, net)
    run_size = case["load_size"] or case["size"]
    inputs_file, inputs = make_inputs(output, images, run_size, case["rgb"])

    net = load(output / file, network, case, case["override"])
    expected = run(net, inputs, tta=case["tta"])
    head_file = None
    if case["head"]:
        head_file = f"{name}.head.pt"
        expected |= make_head(output / head_file, net, expected["embedding"], generator)
    safetensors.torch.save_file(
        {key: value.contiguous() for key, value in expected.items()},
        output / f"{name}.expected.safetensors",
    )
    check_conditioning(name, net, inputs, expected)

    return {
        "name": name,
        "file": file,
        "expected": f"{name}.expected.safetensors",
        "inputs": inputs_file,
        "images": [f"images/{path.name}" for path in images],
        "rgb_stats": get_rgb_stats(case["rgb"]),
        "config": case["config"],
        "checkpoint_config": case["saved_config"],
        "override": case["override"],
        "size": case["size"],
        "load_size": case["load_size"],
        "num_classes": classes,
        "stages": list(net.return_stages),
        "head": head_file,
        "tta": case["tta"],
        "dtype": case["dtype"],
    }


def class_index(count):
    return {f"Espèce {i}" if i == 1 else f"class {i}": i for i in range(count)}


def save(output, name, case, net):
    signature = get_signature((0, 3, *case["size"]), case["classes"])
    classes, stats = class_index(case["classes"]), get_rgb_stats(case["rgb"])
    extra = {"external_config": case["saved_config"]} if case["saved_config"] else {}
    if case["format"] == "safetensors":
        file = f"{name}.safetensors"
        save_st(net, str(output / file), net.task, classes, signature, stats, **extra)
        sort_metadata(output / file)
        return file
    no_states = (None, None, None, None)
    checkpoint_model(name, None, net, signature, classes, stats, *no_states, **extra)
    return f"{name}.pt"


def sort_metadata(path):
    """Rewrites the header of a safetensors file: its writer puts the metadata in random order."""
    content = path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[end:])


def load(path, network, case, override):
    net, _ = load_model(
        torch.device("cpu"),
        network,
        path=path,
        config=override,
        new_size=tuple(case["load_size"]) if case["load_size"] else None,
        inference=True,
        st=path.suffix == ".safetensors",
    )
    return net


@torch.inference_mode()
def run(net, inputs, tta=False):
    embedding = net.embedding(inputs)
    logits = net(inputs)
    probabilities, _ = infer_batch(net, inputs)
    expected = {
        "embedding": embedding,
        "logits": logits,
        "probabilities": torch.from_numpy(probabilities),
        **net.detection_features(inputs),
    }
    if tta:
        expected["tta_probabilities"] = torch.from_numpy(infer_batch(net, inputs, tta=True)[0])
        averaged, _ = infer_batch(net, inputs, tta=True, return_logits=True)
        expected["tta_logits"] = torch.from_numpy(averaged)
    return expected


def make_head(path, net, embedding, generator):
    width = net.embedding_size
    weight = torch.randn(5, width, generator=generator) * 2 / math.sqrt(width)
    bias = torch.randn(5, generator=generator) * 0.2
    torch.save(
        {
            "state": {"weight": weight, "bias": bias},
            "class_to_idx": {f"order {i}": i for i in range(5)},
            "birder_version": birder_version,
        },
        path,
    )
    logits = torch.nn.functional.linear(embedding, weight, bias)
    return {"head_logits": logits, "head_probabilities": logits.softmax(dim=1)}


# --- checks of the fixtures themselves


def difference(a, b):
    """The largest difference relative to the largest magnitude of b."""
    return ((a.double() - b.double()).abs().max() / b.double().abs().max()).item()


def check_conditioning(name, net, inputs, expected):
    exact = run(net.double(), inputs.double())
    net.float()
    for key in ("embedding", "logits", *net.return_stages):
        error = difference(expected[key], exact[key])
        assert error < 1e-5, f"{name}: float32 and float64 differ by {error:.1e} in {key}"
    peak = expected["probabilities"].max(dim=1).values
    assert peak.min() < 0.9999, f"{name}: saturated probabilities {peak.tolist()}"
    spread = difference(expected["embedding"][0], expected["embedding"][1])
    assert spread > 0.02, f"{name}: the images give almost the same embedding ({spread:.1e})"


if __name__ == "__main__":
    main()
