"""Makes naflex.safetensors: what birder computes for masked batches of images of many shapes.

    python make_naflex.py OUTPUT_FILE

needs what make_golden.py needs. The networks are the small NaFlex ViTs of golden_cases and some
more. Each takes one batch of images whose grids of patches are tall, wide, square, a single patch and
the one that the weights were made for, as birder's collator puts them together: padded to one length,
with a mask. Images are made up, number i from the key `image<i>`. Stored are for each case the
`embedding` [N, D] and the `logits` [N, classes] of the batch, with the manifest of the cases in the
metadata; `grids` are the rows and columns of each image's patches.

It fails when no patch is masked, when the position embedding's options do not show in the outputs, or
when a network is too ill-conditioned for the comparison of float32 results.
"""

import argparse
import json
from pathlib import Path

import safetensors.torch
import torch

from golden_cases.transformers import BASE
from make_golden import build, cases, difference
from reference import flat, made_up_tensor, network_class  # before other parts of birder

from birder.data.collators.naflex import NaFlexCollator

POSITION_OPTIONS = {"pos_embed_interpolation_mode", "pos_embed_antialias"}
INTERPOLATED = {**BASE, "naflex_pos_embed_resize_mode": "interpolate"}
MORE = {
    "naflex_bilinear": {**BASE, "pos_embed_interpolation_mode": "bilinear"},
    "naflex_interpolated": INTERPOLATED,
    "naflex_interpolated_antialias": {
        **INTERPOLATED,
        "pos_embed_antialias": True,
        "num_reg_tokens": 2,
    },
    "naflex_interpolated_bilinear": {**INTERPOLATED, "pos_embed_interpolation_mode": "bilinear"},
    "naflex_pool_of_all_tokens": {
        **BASE,
        "attn_pool_head": True,
        "attn_pool_special_tokens": True,
        "num_reg_tokens": 1,
    },
    "naflex_no_positions": {**BASE, "abs_pos_embed": False},
}
SMALLER_PATCHES = {
    "naflex_small_patches": {"config": {**BASE, "patch_size": 8}, "size": [24, 40], "patch_size": 4}
}
# Rules without the faint position embeddings of make_golden.py.
RULES = [["conv_proj.weight", 0, 0.2], ["pos_embedding", 0, 0.5]]


def all_cases():
    found = dict(cases("naflex_vit"))
    usual = next(iter(found.values()))
    for name, config in MORE.items():
        found[name] = {**usual, "config": config}
    for name, case in SMALLER_PATCHES.items():
        found[name] = {**usual, **case}
    for name, case in found.items():
        yield name, {**case, "rules": RULES}


def grids(case):
    """Rows and columns of patches: the grid of the weights, twice, and others."""
    patch = case["patch_size"] or case["config"]["patch_size"]
    height, width = case["load_size"] or case["size"]
    usual = [height // patch, width // patch]
    found = [usual, [1, 9], [7, 2], [5, 5], usual, [1, 1], [2, 3], [3, 8], [7, 2], [12, 1]]
    # PyTorch 2.13 is wrong where it antialiases results that are one column wide: it repeats rows.
    return [grid for grid in found if grid[1] > 1 or grid[0] == 1] if (
        case["config"].get("pos_embed_antialias")
    ) else found


@torch.inference_mode()
def outputs(net, case):
    patch = net.patch_size
    images = [
        torch.from_numpy(
            made_up_tensor(f"image{index}", (3, rows * patch, columns * patch), [["", 0, 2]])
        ).to(next(net.parameters()).dtype)
        for index, (rows, columns) in enumerate(grids(case))
    ]
    ((patches, sizes, mask),) = NaFlexCollator(0, patch)([(image,) for image in images])
    assert not mask.all() and sizes.tolist() == grids(case)
    embedding = net.embedding(patches, sizes, mask)
    return {"embedding": flat(embedding), "logits": net.classify(embedding)}


def check_options(name, net_class, case, expected):
    """Fails for options of the position embedding that change nothing."""
    for option in POSITION_OPTIONS & set(case["config"]):
        fewer = {key: value for key, value in case["config"].items() if key != option}
        change = difference(outputs(build(net_class, case, fewer), case), expected)
        if change < 2e-4:
            raise SystemExit(f"{name}: {option} changes the outputs by {change:.1e} only")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    path = parser.parse_args().output
    net_class = network_class("naflex_vit_b16")
    manifest, tensors = {}, {}
    for name, case in all_cases():
        expected = outputs(build(net_class, case, case["config"]), case)
        exact = outputs(build(net_class, case, case["config"], double=True), case)
        error = difference(expected, exact)
        if not error < 2e-5:
            raise SystemExit(f"{name}: float32 differs from float64 by {error:.1e}")
        check_options(name, net_class, case, expected)
        manifest[name] = {**case, "outputs": list(expected), "grids": grids(case)}
        tensors.update({f"{name}/{key}": value.contiguous() for key, value in expected.items()})
    safetensors.torch.save_file(tensors, path, {"cases": json.dumps(manifest)})
    print(f"{len(manifest)} cases, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
