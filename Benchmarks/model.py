"""The network that all contenders run, with made-up weights like a trained network's, and images.

    python Benchmarks/model.py DIRECTORY

writes into the directory a birder checkpoint (.pt), a registry that names it, JPEG files, the same
images as birder's transform makes them (images.npy), and the network for ONNX Runtime and OpenVINO
(.onnx) in float32 and int8. What is there already and made by the same code is kept.
"""

import hashlib
import json
import logging
import math
import shutil
import sys
from pathlib import Path

import torchvision_shim  # noqa: F401  before birder
import numpy as np
import torch
from birder.common.fs_ops import checkpoint_model
from birder.conf import settings
from birder.data.transforms.classification import get_rgb_stats, inference_preset
from birder.model_registry import registry
from birder.net.base import get_signature
from birder.version import __version__ as birder_version
from PIL import Image

import onnx_models

NETWORK, NAME = "vit_b16_ls", "vit_b16_ls_benchmark"
SIZE, IMAGES, SEED = (224, 224), 8, 16
RGB_STATS = get_rgb_stats("centered")


def main():
    directory = Path(sys.argv[1])
    logging.disable(logging.INFO)
    recipe = hashlib.sha256(
        Path(__file__).read_bytes()
        + Path(onnx_models.__file__).read_bytes()
        + f"{torch.__version__} {birder_version} {onnx_models.VERSIONS}".encode()
    ).hexdigest()
    marker = directory / "made-by"
    if marker.is_file() and marker.read_text() == recipe:
        return
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    net = registry.net_factory(NETWORK, 0, 3, size=SIZE).eval()
    net.load_state_dict(realistic_state(net.state_dict()))
    images = write_images(directory)
    write_model(directory, net)
    (directory / "activations.json").write_text(json.dumps(activations(net, images)))
    onnx_models.write(directory, net, images)
    marker.write_text(recipe)


def realistic_state(initial):
    """birder's initial weights, changed to what is typical of a trained ViT.

    - Matrices: each element times a random factor that makes the normal distribution Student's t
      with 5 degrees of freedom (heavy tails), each row times exp(0.3 n); queries and keys twice as
      large, so that attention has preferences.
    - LayerNorm: weights exp(0.25 n); four channels, the same in all blocks, eight times as large.
    - The two matrices of each block that write to the residual stream write eight times as much to
      two channels ("massive activations"), which the LayerNorm weights damp.
    - Layer scales between 0.1 and 1 (initially 1e-5, which would switch the blocks off).
    - Biases, class token and position embedding with standard deviations of 0.05, 0.5 and 0.1.
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
        if key == "class_token":
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
            value[massive] *= 0.2
            if block:
                value[large] *= 8
        else:
            value = normal(*value.shape) * 0.05
        state[key] = value
    return state


def initial_deviation(key, value):
    """The standard deviation with which birder begins, made up here so that one seed says all."""
    inputs = value[0].numel()
    return 0.02 if "attn" in key else 1 / math.sqrt(inputs if "conv" in key else 3 * inputs)


def write_images(directory):
    """Pictures with structure at every scale, of 1024 x 768, as JPEG; returns them transformed."""
    rng = np.random.default_rng(SEED)
    transform = inference_preset(SIZE, RGB_STATS)
    tensors = []
    for index in range(IMAGES):
        pixels = np.full((768, 1024, 3), 128.0)
        for cells in (2, 5, 12, 40, 120, 400):
            grid = rng.uniform(-255, 255, (cells, cells, 3)).clip(-128, 127) + 128
            layer = Image.fromarray(grid.astype(np.uint8)).resize((1024, 768))
            pixels += (np.asarray(layer, dtype=np.float64) - 128) * 0.4
        path = directory / f"image-{index}.jpg"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)
        tensors.append(transform(Image.open(path).convert("RGB")))
    images = torch.stack(tensors)
    np.save(directory / "images.npy", images.numpy())
    return images


def write_model(directory, net):
    settings.MODELS_DIR = directory
    no_states = (None, None, None, None)
    signature = get_signature((0, 3, *SIZE), 0)
    checkpoint_model(NAME, None, net, signature, {}, RGB_STATS, *no_states)
    path = directory / f"{NAME}.pt"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    model = {
        "network": NETWORK,
        "tag": "benchmark",
        "task": "image_classification",
        "description": "Made-up weights for benchmarks",
        "signature": signature,
        "rgb_stats": {**RGB_STATS, "source": "Benchmarks/model.py"},
        "files": {
            "pt": {
                "url": path.resolve().as_uri(),
                "mirrors": [],
                "sha256": digest,
                "size": path.stat().st_size,
            }
        },
        "heads": {},
    }
    text = json.dumps({"schema": 1, "networks": {}, "models": {NAME: model}}, indent=2)
    (directory / "registry.json").write_text(text)


def activations(net, images):
    """How matrix products' inputs are spread, and how unlike the embeddings of images are."""
    spreads = []

    def hook(_module, inputs):
        rows = inputs[0].float().flatten(0, -2)
        largest, rms = rows.abs().amax(dim=1), rows.square().mean(dim=1).sqrt()
        spreads.append((largest / rms).median().item())

    linears = [module for module in net.modules() if isinstance(module, torch.nn.Linear)]
    handles = [module.register_forward_pre_hook(hook) for module in linears]
    with torch.inference_mode():
        embeddings = torch.nn.functional.normalize(net.embedding(images), dim=1)
    for handle in handles:
        handle.remove()
    count = len(images)
    similar = (embeddings @ embeddings.T).sum().item() - count
    return {
        "largest_over_rms": [min(spreads), max(spreads)],
        "cosine_between_images": similar / (count * count - count),
    }


if __name__ == "__main__":
    main()
