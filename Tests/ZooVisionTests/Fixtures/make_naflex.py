"""Makes naflex.json: sizes and digests of birder's NaFlex transform, which keeps aspect ratios.

    python make_naflex.py

needs what make_fixtures.py needs, and its images. `grids` are rows [height, width, max_seq_len,
rows, columns] of what `resolve_patch_grid` gives for image sizes from fixed seeds and for odd ones;
`transformed` are the tensors of `inference_preset`, as digests.
"""

import contextlib
import json

import numpy as np

with contextlib.suppress(ImportError):
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators

import torch
from birder.data.transforms.classification import get_rgb_stats
from birder.data.transforms.naflex import inference_preset, resolve_patch_grid

from make_fixtures import FOLDER, fnv1a, opened

LENGTHS = (1, 2, 3, 7, 64, 196, 256, 576, 784, 1024)


def image_sizes():
    random = np.random.default_rng(13)
    yield from [(1, 1), (1, 2), (2, 1), (1, 30000), (30000, 1), (16, 16), (224, 224), (256, 256)]
    yield from [(4000, 3000), (3000, 4000), (1920, 1080), (6000, 4000), (5, 7), (257, 255)]
    yield from (np.exp(random.uniform(0, np.log(9000), (90, 2)))).astype(int).tolist()


def grids():
    for height, width in image_sizes():
        for length in LENGTHS:
            yield [height, width, length, *resolve_patch_grid((height, width), length)]


def transform_cases():
    cases = [("large.jpg", 16, 256, crop, "imagenet") for crop in (1.0, 0.875, 0.5)]
    for name in ("17x33.jpg", "420.jpg", "3x200.jpg", "1x1.jpg", "lossy.webp", "rgba8.png"):
        cases += [
            (name, 16, 49, 1.0, "birder"),
            (name, 14, 20, 0.9, "clip"),
            (name, 3, 7, 0.77, "centered"),
            (name, 8, 1, 1.0, "neutral"),
        ]
    for name, patch, length, crop, mode in cases:
        stats = get_rgb_stats(mode)
        tensor = inference_preset(patch, length, stats, center_crop=crop)(opened(name))
        assert tensor.dtype == torch.float32
        yield {
            "file": name, "patch_size": patch, "max_seq_len": length, "center_crop": crop, **stats,
            "shape": list(tensor.shape), "digest": fnv1a(tensor.numpy().astype("<f4").tobytes()),
        }  # fmt: skip


def main():
    rows = ",\n".join(json.dumps(row) for row in grids())
    cases = ",\n".join(json.dumps(case) for case in transform_cases())
    text = f'{{"grids": [\n{rows}\n],\n"transformed": [\n{cases}\n]}}\n'
    (FOLDER / "naflex.json").write_text(text)


if __name__ == "__main__":
    main()
