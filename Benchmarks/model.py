"""A network that all contenders run, with made-up weights, and images.

    python Benchmarks/model.py DIRECTORY NETWORK [--size HxW] [--precisions f32,int8]

writes into the directory a birder checkpoint (.pt), a registry that names it, JPEG files, the same
images as birder's transform makes them (images.npy), facts (facts.json), and the network for ONNX
Runtime and OpenVINO (.onnx) in float32 and, if it is asked for, int8. What is there already and made
by the same code is kept.
"""

import argparse
import hashlib
import json
import logging
import shutil
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
import weights

IMAGES, SEED = 8, 16
RGB_STATS = get_rgb_stats("centered")
# With more convolutions than a transformer's stem has, the layout of images matters.
STEM = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("network")
    parser.add_argument("--size")
    parser.add_argument("--precisions", default="f32")
    arguments = parser.parse_args()
    directory, network = arguments.directory, arguments.network
    if not registry.exists(network):
        parser.error(f"birder registers no network {network}")
    size = registry.get_default_size(network)
    if arguments.size:
        size = tuple(map(int, arguments.size.split("x")))
    with_int8 = "int8" in arguments.precisions.split(",")
    logging.disable(logging.INFO)
    recipe = hashlib.sha256(
        b"".join(Path(file).read_bytes() for file in (__file__, weights.__file__))
        + Path(onnx_models.__file__).read_bytes()
        + f"{torch.__version__} {birder_version} {onnx_models.VERSIONS} {size}".encode()
    ).hexdigest()
    recipe += " with int8" if with_int8 else ""
    marker = directory / "made-by"
    if marker.is_file() and marker.read_text() in (recipe, f"{recipe} with int8"):
        return
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    images = write_images(directory, size)
    net = weights.fill_network(registry.net_factory(network, 0, 3, size=size), images)
    write_model(directory, network, net, size)
    convolutions = sum(isinstance(module, torch.nn.Conv2d) for module in net.modules())
    facts = {
        "size": size,
        "convolutional": convolutions > STEM,
        **weights.activations(net, images),
    }
    (directory / "facts.json").write_text(json.dumps(facts))
    onnx_models.write(directory, net, images, with_int8, facts["convolutional"])
    marker.write_text(recipe)


def write_images(directory, size):
    """Pictures with structure at every scale, of 1024 x 768, as JPEG; returns them transformed."""
    rng = np.random.default_rng(SEED)
    transform = inference_preset(size, RGB_STATS)
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


def write_model(directory, network, net, size):
    settings.MODELS_DIR = directory
    no_states = (None, None, None, None)
    name = f"{network}_benchmark"
    signature = get_signature((0, 3, *size), 0)
    checkpoint_model(name, None, net, signature, {}, RGB_STATS, *no_states)
    path = directory / f"{name}.pt"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    model = {
        "network": network,
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
    text = json.dumps({"schema": 1, "networks": {}, "models": {name: model}}, indent=2)
    (directory / "registry.json").write_text(text)


if __name__ == "__main__":
    main()
