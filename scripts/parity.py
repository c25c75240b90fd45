"""Compares the full-size vit_b16_ls with birder, the reference implementation.

    scripts/parity [--zoo PATH] [--images N] [--keep DIRECTORY]

No download: the weights are random, with layer scales between 0.1 and 1, so that every block counts
in the result. In a temporary directory the script writes a checkpoint and a head of 606 classes as
birder writes them, a registry and a few images; it runs `zoo embed`, `zoo classify` and
`zoo features` on the files, runs birder on the same files, and prints how far the results are
apart. It exits with 1 if a result differs by more than 1e-4 of the largest magnitude, if a cosine
is below 0.999999, or if the most probable class is another.

It needs the release build of `zoo` and a Python environment with birder:

    swift build -c release --product zoo
    python3 -m venv .venv
    .venv/bin/pip install torch torchvision birder==0.8.4 safetensors
    PYTHON=.venv/bin/python scripts/parity
"""

import argparse
import contextlib
import hashlib
import json
import logging
import math
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import safetensors.torch
    import torch
    from PIL import Image

    with contextlib.suppress(ImportError):
        import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators
    from birder.common.fs_ops import checkpoint_model, load_model
    from birder.conf import settings
    from birder.data.transforms.classification import get_rgb_stats, inference_preset
    from birder.inference.classification import infer_image
    from birder.model_registry import registry
    from birder.net.base import get_signature
    from birder.version import __version__ as birder_version
except ImportError as error:
    sys.exit(f"{error}\n\n{__doc__}")

NETWORK, NAME, LEVEL = "vit_b16_ls", "vit_b16_ls_parity", "family"
SIZE, CLASSES = (224, 224), 606
RGB_STATS = get_rgb_stats("centered")
LARGEST_DIFFERENCE, LEAST_COSINE = 1e-4, 0.999999


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--zoo", default=".build/release/zoo", help="the program to compare")
    parser.add_argument("--images", type=int, default=4, help="how many images (4)")
    parser.add_argument("--keep", type=Path, help="write the files here and keep them")
    arguments = parser.parse_args()
    zoo = Path(arguments.zoo).resolve()
    if not zoo.is_file():
        sys.exit(f"{zoo} is missing: build it with `swift build -c release --product zoo`")
    if arguments.images < 1:
        sys.exit("--images needs at least one image")

    logging.disable(logging.INFO)
    with contextlib.ExitStack() as stack:
        directory = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.mkdir(parents=True, exist_ok=True)
        head = write_model(directory)
        images = write_images(directory, arguments.images)
        expected = reference(directory, head, images)
        found = candidate(zoo, directory, images)
        agree = [compare(name, found[name], expected[name]) for name in expected]
        agree.append(compare_top1(found["probabilities"], expected["probabilities"]))
    sys.exit(0 if all(agree) else 1)


def write_model(directory):
    """Writes the checkpoint, the head and the registry; returns the head's weight and bias."""
    generator = torch.Generator().manual_seed(16)
    net = registry.net_factory(NETWORK, 0, 3, size=SIZE)
    state = {
        key: random_value(key, value, generator) for key, value in net.state_dict().items()
    }
    net.load_state_dict(state)
    settings.MODELS_DIR = directory
    no_states = (None, None, None, None)
    checkpoint_model(
        NAME, None, net, get_signature((0, 3, *SIZE), 0), {}, RGB_STATS, *no_states
    )
    width = net.embedding_size
    head = {
        "weight": torch.randn(CLASSES, width, generator=generator) * (3 / math.sqrt(width)),
        "bias": torch.randn(CLASSES, generator=generator) * 0.2,
    }
    classes = {f"family {index}": index for index in range(CLASSES)}
    head_file = f"{NAME}-{LEVEL}.head.pt"
    content = {"state": head, "class_to_idx": classes, "birder_version": birder_version}
    torch.save(content, directory / head_file)

    model = {
        "network": NETWORK,
        "tag": "parity",
        "task": "image_classification",
        "description": "Random weights for the comparison with birder",
        "signature": get_signature((0, 3, *SIZE), 0),
        "rgb_stats": {**RGB_STATS, "source": "scripts/parity.py"},
        "files": {"pt": file_entry(directory / f"{NAME}.pt")},
        "heads": {LEVEL: {**file_entry(directory / head_file), "classes": CLASSES}},
    }
    text = json.dumps({"schema": 1, "networks": {}, "models": {NAME: model}}, indent=2)
    (directory / "registry.json").write_text(text)
    return head


def random_value(key, tensor, generator):
    last = key.split(".")[-1]
    if last == "gamma":
        return torch.rand(tensor.shape, generator=generator) * 0.9 + 0.1
    noise = torch.randn(tensor.shape, generator=generator)
    if last in ("class_token", "pos_embedding"):
        return noise * 0.5
    if tensor.ndim >= 2:
        gain = 1.5 if "qkv" in key else 1.0
        return noise * (gain / math.sqrt(tensor[0].numel()))
    if last == "weight":
        return 1 + noise * 0.2
    return noise * 0.1


def file_entry(path):
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"url": path.name, "mirrors": [], "sha256": digest, "size": path.stat().st_size}


def write_images(directory, count):
    """Writes pictures with structure at every scale, as PNG and JPEG, of different shapes."""
    rng = np.random.default_rng(224)
    paths = []
    for index in range(count):
        width, height = (int(side) for side in rng.integers(180, 520, 2))
        pixels = np.full((height, width, 3), 128.0)
        for cells in (2, 5, 12, 40, 120):
            grid = rng.uniform(-255, 255, (cells, cells, 3)).clip(-128, 127) + 128
            layer = Image.fromarray(grid.astype(np.uint8)).resize((width, height))
            pixels += (np.asarray(layer, dtype=np.float64) - 128) * 0.4
        path = directory / f"image-{index}{('.png', '.jpg')[index % 2]}"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
        paths.append(path)
    return paths


def reference(directory, head, images):
    """What birder makes of the images."""
    net, info = load_model(
        torch.device("cpu"), NETWORK, path=directory / f"{NAME}.pt", inference=True
    )
    transform = inference_preset(SIZE, info.rgb_stats)
    embeddings, stages = [], []
    with torch.inference_mode():
        for path in images:
            image = Image.open(path).convert("RGB")
            _, embedding = infer_image(net, image, transform, return_embedding=True)
            embeddings.append(torch.from_numpy(embedding))
            stages.append(net.detection_features(transform(image).unsqueeze(0)))
    embedding = torch.cat(embeddings)
    logits = torch.nn.functional.linear(embedding, head["weight"], head["bias"])
    return {
        "embedding": embedding,
        "probabilities": logits.softmax(dim=1),
        **{name: torch.cat([maps[name] for maps in stages]) for name in stages[0]},
    }


def candidate(zoo, directory, images):
    """What the program makes of the images."""

    def run(command, *options):
        common = ["--registry", directory / "registry.json", "--cache", directory / "cache"]
        line = [zoo, command, NAME, *images, *options, *common]
        result = subprocess.run([str(word) for word in line], stdout=subprocess.PIPE)
        if result.returncode != 0:
            sys.exit(f"zoo {command} failed with exit code {result.returncode}")
        return result.stdout

    run("embed", "-o", directory / "embedding.safetensors")
    run("features", "-o", directory / "features.safetensors")
    output = run("classify", "--head", LEVEL, "--top-k", CLASSES, "--json")
    embeddings = safetensors.torch.load_file(directory / "embedding.safetensors")
    if len(embeddings) != 1:
        sys.exit(f"zoo embed wrote {sorted(embeddings)}; expected one tensor")
    return {
        "embedding": next(iter(embeddings.values())),
        "probabilities": probabilities(json.loads(output), len(images)),
        **safetensors.torch.load_file(directory / "features.safetensors"),
    }


def probabilities(results, count):
    if len(results) != count:
        sys.exit(f"zoo classify printed {len(results)} results for {count} images")
    rows = torch.zeros(count, CLASSES)
    for row, result in zip(rows, results):
        entries = result["results"][LEVEL]
        if sorted(entry["index"] for entry in entries) != list(range(CLASSES)):
            sys.exit(f"zoo classify printed {len(entries)} classes; expected all {CLASSES}")
        for entry in entries:
            if entry["label"] != f"family {entry['index']}":
                sys.exit(f"zoo classify calls class {entry['index']} {entry['label']}")
            row[entry["index"]] = entry["probability"]
    return rows


def compare(name, found, expected):
    """Prints how far two results are apart; whether that is within the tolerance."""
    if found.shape != expected.shape:
        print(f"{name}: shape {list(found.shape)}, expected {list(expected.shape)}")
        return False
    found, expected = found.double(), expected.double()
    largest = (found - expected).abs().max().item()
    relative = largest / expected.abs().max().item()
    cosine = torch.nn.functional.cosine_similarity(found.flatten(1), expected.flatten(1)).min()
    agree = relative <= LARGEST_DIFFERENCE and cosine.item() >= LEAST_COSINE
    print(
        f"{name:<14} {str(list(found.shape)):<20} largest difference {largest:.2e}, "
        f"relative {relative:.2e}, cosine {cosine:.9f}{'' if agree else '  TOO FAR APART'}"
    )
    return agree


def compare_top1(found, expected):
    same = (found.argmax(dim=1) == expected.argmax(dim=1)).sum().item()
    print(f"{'top-1':<14} the same for {same} of {len(expected)} images")
    return same == len(expected)


if __name__ == "__main__":
    main()
