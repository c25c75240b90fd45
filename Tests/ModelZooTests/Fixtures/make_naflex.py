"""Makes naflex/: a small NaFlex network, and what birder computes for images of many shapes.

    python make_naflex.py

needs what make_checkpoints.py needs. From image files to probabilities it is birder's own way: the
NaFlex transform, the collator that pads and masks, the network. What it writes:

    registry.json                    the network `naflex_small`
    naflex_small_shapes.safetensors  its weights, as birder writes them
    expected.json                    a list of runs: the images, the options of the run, the `sizes`
                                     [H, W] to which the images were resized, and the arrays
                                     `embedding` [N, D] and `probabilities` [N, classes]
"""

import json
import zlib
from pathlib import Path

import torch
from PIL import Image

from make_checkpoints import class_index, randomize, sort_metadata  # before birder

from birder.common.fs_ops import load_model, save_st
from birder.data.collators.naflex import NaFlexCollator
from birder.data.transforms.classification import get_rgb_stats
from birder.data.transforms.naflex import inference_preset
from birder.inference.classification import infer_batch
from birder.model_registry import registry
from birder.net.base import get_signature
from birder.net.naflex_vit import NaFlex_ViT

FOLDER = Path(__file__).parent / "naflex"
IMAGES = FOLDER.parents[2] / "ZooVisionTests" / "Fixtures"
NETWORK, SIZE, CLASSES = "naflex_small", (32, 48), 5
CONFIG = {
    "patch_size": 4,
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 16,
    "mlp_dim": 24,
    "num_reg_tokens": 1,
    "drop_path_rate": 0.0,
}
NAMES = (
    "420.jpg",
    "17x33.jpg",
    "3x200.jpg",
    "large.jpg",
    "rgba8.png",
    "1x1.jpg",
    "grey.jpg",
    "lossy.webp",
)
# Options of predict, and of adjust_patch_size before it.
RUNS = (
    {},
    {"max_seq_len": 20, "center_crop": 0.8},
    {"size": [48, 48]},
    {"patch_size": 8},
)


def load(path):
    return load_model(torch.device("cpu"), NETWORK, path=path, inference=True, st=True)[0]


@torch.inference_mode()
def run(net, stats, options):
    if "patch_size" in options:
        net.adjust_patch_size(options["patch_size"])
    patch = net.stem_stride
    height, width = options.get("size", SIZE)
    length = options.get("max_seq_len", (height // patch) * (width // patch))
    transform = inference_preset(patch, length, stats, options.get("center_crop", 1.0))
    images = [transform(Image.open(IMAGES / name).convert("RGB")) for name in NAMES]
    ((patches, grids, mask),) = NaFlexCollator(0, patch)([(image,) for image in images])
    assert not mask.all()
    probabilities, embedding = infer_batch(
        net, patches, return_embedding=True, grid_sizes=grids, valid_mask=mask
    )
    return {
        "images": list(NAMES),
        "options": options,
        "sizes": [list(image.shape[1:]) for image in images],
        "embedding": embedding.tolist(),
        "probabilities": probabilities.tolist(),
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    stats = get_rgb_stats("imagenet")
    registry.register_model_config(NETWORK, NaFlex_ViT, config=CONFIG)
    net = registry.net_factory(NETWORK, CLASSES, 3, size=SIZE).eval()
    randomize(net, {}, torch.Generator().manual_seed(zlib.crc32(NETWORK.encode())))
    path = FOLDER / f"{NETWORK}_shapes.safetensors"
    signature = get_signature((0, 3, *SIZE), CLASSES)
    save_st(net, str(path), net.task, class_index(CLASSES), signature, stats)
    sort_metadata(path)
    networks = {NETWORK: {"family": "naflex_vit", "config": CONFIG}}
    (FOLDER / "registry.json").write_text(
        json.dumps({"schema": 1, "networks": networks}, indent=1) + "\n"
    )
    runs = [run(load(path), stats, options) for options in RUNS]
    text = ",\n".join(json.dumps(run) for run in runs)
    (FOLDER / "expected.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
