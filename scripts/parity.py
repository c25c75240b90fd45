"""Compares full-size networks with birder, the reference implementation.

    scripts/parity [NETWORK…] [--size HxW | --other-size] [--output FILE] [--zoo PATH]
                   [--images N] [--keep DIRECTORY]

NETWORK is any network that birder registers and this version runs; without one it is vit_b16_ls.
`all`, or a pattern such as 'rope_*', is the networks of the registered models, the smallest first.
No download: the weights are random, with layer scales between 0.1 and 1, so that every block counts
in the result. Where a network multiplies its own results, such weights can make it chaotic: then a
comparison would compare rounding errors. So the weights are made smaller, step by step, until the
embedding of an image that is brighter by 2^-22 of itself differs by less than a tenth of what is
allowed below. In a temporary directory the script writes a checkpoint with a classifier and a head
as birder writes them, a registry and a few images; it runs `zoo embed`, `zoo classify` and
`zoo features` on the files, runs birder on the same files, and prints how far the results are apart:
a row of a table for each network and input size. Several networks have a process each. With --size
both adjust the network to another input size; with --other-size there is a second row, for images
that are higher by the network's stride; a head is left out of it, `none`, where the embeddings then
have another length. With --output the table goes to a file, too, and networks that it has are left
out, so that a long run can be interrupted.

It exits with 1 if a result differs by more than 1e-4 of the largest magnitude, if a cosine is below
0.999999, or if the most probable class is another.

It needs the release build of `zoo` and a Python environment with birder:

    make build
    python3 -m venv .venv
    .venv/bin/pip install torch torchvision birder==0.8.4 safetensors
    PYTHON=.venv/bin/python scripts/parity
"""

import argparse
import contextlib
import fnmatch
import json
import logging
import math
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import torch
    import safetensors.torch
    from PIL import Image

    with contextlib.suppress(ImportError):
        import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators
    from birder.common.fs_ops import checkpoint_model, load_model
    from birder.conf import settings
    from birder.data.transforms.classification import get_rgb_stats, inference_preset
    from birder.model_registry import registry
    from birder.net.base import get_signature
    from birder.version import __version__ as birder_version
except ImportError as error:
    sys.exit(f"{error}\n\n{__doc__}")

LEVEL, CLASSES, HEAD_CLASSES = "family", 101, 606
RGB_STATS = get_rgb_stats("centered")
LARGEST_DIFFERENCE, LEAST_COSINE = 1e-4, 0.999999
GAINS = 1, 0.7, 0.5, 0.35
HEADER = (
    "| network | input | embedding | logits | feature maps | head | least cosine | top-1 |\n"
    "|---|---|---|---|---|---|---|---|"
)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", nargs="*", default=["vit_b16_ls"], metavar="NETWORK")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--size", type=size_of, help="the input size that both adjust to")
    sizes.add_argument("--other-size", action="store_true", help="another size than registered, too")
    parser.add_argument("--output", type=Path, help="add rows to the table in this file")
    parser.add_argument("--zoo", default=".build/release/zoo", help="the program to compare")
    parser.add_argument("--images", type=int, default=2, help="how many images (2)")
    parser.add_argument("--keep", type=Path, help="write the files here and keep them")
    arguments = parser.parse_args()
    zoo = Path(arguments.zoo).resolve()
    if not zoo.is_file():
        sys.exit(f"{zoo} is missing: build it with `make build`")
    if arguments.images < 1:
        sys.exit("--images needs at least one image")
    logging.disable(logging.INFO)
    networks = list(dict.fromkeys(chosen(arguments.networks, zoo)))
    table = arguments.output
    if table and table.is_file():
        rows = table.read_text().splitlines()[2:]
        networks = [name for name in networks if not any(f"| {name} |" in row for row in rows)]
    elif table:
        table.write_text(f"{HEADER}\n")
    print(HEADER, flush=True)
    agree = []
    for name in networks:
        alone = len(networks) == 1
        rows, same = (compare if alone else compare_apart)(name, zoo, arguments)
        agree.append(same)
        print(rows, end="", flush=True)
        if table:
            with table.open("a") as file:
                file.write(rows)
    sys.exit(0 if all(agree) else 1)


def size_of(text):
    height, _, width = text.partition("x")
    return int(height), int(width or height)


def chosen(arguments, zoo):
    """The networks that the arguments name."""
    for text in arguments:
        pattern = "*" if text == "all" else text
        if registry.exists(text):
            yield text
            continue
        found = fnmatch.filter(networks_of_models(zoo), pattern)
        if not found:
            sys.exit(f"neither a network of birder nor a pattern of registered models': {text}")
        yield from found


def networks_of_models(zoo):
    """The networks that the program runs of those with pretrained models, the smallest first."""
    listed = subprocess.run([zoo, "list", "--loadable", "--json"], check=True, capture_output=True)
    models = sorted(json.loads(listed.stdout), key=lambda model: model["size_mib"] or 0)
    return dict.fromkeys(model["network"] for model in models)


def compare_apart(network, zoo, arguments):
    """What `compare` returns, by a process of its own, whose memory ends with it."""
    line = [sys.executable, __file__, network, "--zoo", zoo, "--images", arguments.images]
    if arguments.size:
        line += ["--size", f"{arguments.size[0]}x{arguments.size[1]}"]
    if arguments.other_size:
        line += ["--other-size"]
    if arguments.keep:
        line += ["--keep", arguments.keep]
    result = subprocess.run([str(word) for word in line], stdout=subprocess.PIPE, text=True)
    rows = result.stdout.removeprefix(f"{HEADER}\n")
    if not rows:
        print(f"{network}: not compared, exit code {result.returncode}", file=sys.stderr)
    return rows, result.returncode == 0


def compare(network, zoo, arguments):
    """The rows of how far a network's results are apart; whether that is near enough."""
    with contextlib.ExitStack() as stack:
        directory = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.mkdir(parents=True, exist_ok=True)
        head, other = write_model(directory, network)
        images = write_images(directory, arguments.images)
        sizes = [None, other] if arguments.other_size else [arguments.size]
        rows = []
        for size in sizes:
            expected = reference(directory, network, head, images, size)
            found = candidate(zoo, directory, network, images, size, expected)
            rows.append(row(network, size, found, expected))
    return "".join(text for text, _ in rows), all(same for _, same in rows)


def row(network, size, found, expected):
    """The row of a network at an input size, and whether the results are near enough."""
    relative, cosines = {}, []
    for name, values in expected.items():
        if found[name].shape != values.shape:
            sys.exit(f"{network}: {name} is {found[name].shape}, expected {values.shape}")
        relative[name], cosine = distance(found[name].double(), values.double())
        cosines.append(cosine)
    count = len(expected["logits"])
    same = int((found["logits"].argmax(dim=1) == expected["logits"].argmax(dim=1)).sum())
    maps = [value for name, value in relative.items() if name.startswith("stage")]
    heads = [relative["head"]] if "head" in relative else []
    height, width = size or registry.get_default_size(network)
    text = (
        f"| {network} | {height} x {width} | {relative['embedding']:.1e} "
        f"| {relative['logits']:.1e} | {largest(maps)} | {largest(heads)} "
        f"| {min(cosines):.9f} | {same} of {count} |\n"
    )
    near = max(relative.values()) <= LARGEST_DIFFERENCE and min(cosines) >= LEAST_COSINE
    return text, near and same == count


def largest(values):
    return f"{max(values):.1e}" if values else "none"


def distance(found, expected):
    """The largest difference as a share of the largest magnitude, and the least cosine."""
    relative = (found - expected).abs().max() / expected.abs().max()
    cosine = torch.nn.functional.cosine_similarity(found.flatten(1), expected.flatten(1)).min()
    return relative.item(), cosine.item()


def model_name(network):
    return f"{network}_parity"


def write_model(directory, network):
    """Writes the checkpoint, the head and the registry.

    Returns the head's weight and bias, and another input size.
    """
    name, size = model_name(network), registry.get_default_size(network)
    net = registry.net_factory(network, CLASSES, 3, size=size).eval()
    generator, width = fill(net, size)
    settings.MODELS_DIR = directory
    no_states = (None, None, None, None)
    classes = {f"class {index}": index for index in range(CLASSES)}
    signature = get_signature((0, 3, *size), CLASSES)
    checkpoint_model(name, None, net, signature, classes, RGB_STATS, *no_states)
    head = {
        "weight": torch.randn(HEAD_CLASSES, width, generator=generator) * (3 / math.sqrt(width)),
        "bias": torch.randn(HEAD_CLASSES, generator=generator) * 0.2,
    }
    names = {f"family {index}": index for index in range(HEAD_CLASSES)}
    head_file = f"{name}-{LEVEL}.head.pt"
    content = {"state": head, "class_to_idx": names, "birder_version": birder_version}
    torch.save(content, directory / head_file)
    model = {
        "network": network,
        "files": {"pt": {"url": f"{name}.pt"}},
        "heads": {LEVEL: {"url": head_file}},
    }
    (directory / "registry.json").write_text(json.dumps({"schema": 1, "models": {name: model}}))
    # CrossViT has two sizes of patches in place of a stride.
    stride = net.max_stride if hasattr(net, "max_stride") else math.lcm(*net.patch_size)
    return head, (size[0] + stride, size[1] + (stride if net.square_only else 0))


@torch.inference_mode()
def fill(net, size):
    """Gives a network random weights that do not make it chaotic.

    Returns the generator, to go on with, and the length of an embedding.
    """
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(4))
    for gain in GAINS:
        generator = torch.Generator().manual_seed(16)
        state = net.state_dict()
        net.load_state_dict(
            {key: random_value(key, value, gain, generator) for key, value in state.items()}
        )
        embedding = flat(net.embedding(image))
        change, _ = distance(flat(net.embedding(image * (1 + 2**-22))), embedding)
        if change < LARGEST_DIFFERENCE / 10:
            return generator, embedding.shape[1]
    sys.exit(f"random weights make the network chaotic: rounding changes results by {change:.1e}")


def flat(embedding):
    """An embedding as one row for each image."""
    if isinstance(embedding, list):
        return torch.concat(embedding, dim=1)
    return embedding.flatten(1)


def random_value(key, tensor, gain, generator):
    last = key.split(".")[-1]
    if not tensor.is_floating_point() or last == "eps":
        return tensor
    if last == "gamma" or last.startswith("gamma"):
        return torch.rand(tensor.shape, generator=generator) * 0.9 + 0.1
    if last == "running_var":
        return torch.rand(tensor.shape, generator=generator) + 0.5
    noise = torch.randn(tensor.shape, generator=generator)
    if "token" in last or "pos_emb" in key:
        return noise * 0.5
    if tensor.ndim >= 2:
        gain *= 1.5 if "qkv" in key else 1
        return noise * (gain / math.sqrt(tensor[0].numel()))
    if last == "weight":
        return 1 + noise * 0.2
    return noise * 0.1


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


@torch.inference_mode()
def reference(directory, network, head, images, size):
    """What birder makes of the images."""
    path = directory / f"{model_name(network)}.pt"
    net, info = load_model(
        torch.device("cpu"), network, path=path, inference=True, new_size=size
    )
    transform = inference_preset(size or registry.get_default_size(network), info.rgb_stats)
    batch = torch.stack([transform(Image.open(path).convert("RGB")) for path in images])
    embedding = net.embedding(batch)
    expected = {"embedding": flat(embedding), "logits": net.classify(embedding)}
    if flat(embedding).shape[1] == head["weight"].shape[1]:
        expected["head"] = torch.nn.functional.linear(flat(embedding), **head)
    if hasattr(net, "detection_features"):
        expected |= net.detection_features(batch)
    return expected


def candidate(zoo, directory, network, images, size, expected):
    """What the program makes of the images."""
    options = ["--registry", directory / "registry.json", "--cache", directory / "cache", "-q"]
    options += ["--size", f"{size[0]}x{size[1]}"] if size else []

    def run(command, output, *more):
        path = directory / output
        line = [zoo, command, model_name(network), *images, "-o", path, *more, *options]
        result = subprocess.run([str(word) for word in line])
        if result.returncode != 0:
            sys.exit(f"zoo {command} failed with exit code {result.returncode}")
        return safetensors.torch.load_file(path)

    heads = {"logits": "classifier", "head": LEVEL}
    heads = {output: head for output, head in heads.items() if output in expected}
    asked = [word for head in heads.values() for word in ("--head", head)]
    logits = run("classify", "logits.safetensors", "--all", "--logits", *asked)
    found = {output: logits[head] for output, head in heads.items()}
    found |= run("embed", "embedding.safetensors")
    if any(name.startswith("stage") for name in expected):
        found |= run("features", "features.safetensors")
    return found


if __name__ == "__main__":
    main()
