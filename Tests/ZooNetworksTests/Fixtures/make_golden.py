"""Makes golden/: what birder, the reference implementation, computes for small networks.

    python make_golden.py OUTPUT_DIRECTORY [FAMILY…]

needs an environment with torch, birder 0.8.4, numpy and safetensors. The networks are those of
golden_cases. Weights and images are made up from integers (reference.py), by the tests too, so
only outputs are stored, in FAMILY.safetensors: for each case its `embedding`, `logits` and feature
maps, with the manifest of the cases in the metadata. Families that are not named keep their files.

It fails when an option of a case leaves neither the parameters nor the outputs changed, since the
tests could not tell then whether it is honoured, or when a network is too ill-conditioned for the
comparison of float32 results.
"""

import argparse
import json
import math
from pathlib import Path

import safetensors.torch
import torch

from golden_cases import FAMILIES
from reference import fill, flat, made_up_tensor, network_class, registered

CLASSES = 5
IMAGES = 2
# Options of training, those that only sizes which change from image to image read, and bounds.
WITHOUT_EFFECT = {
    "drop_path_rate",
    "drop_path_uniform",
    "rope_shift_coords",
    "rope_jitter_coords",
    "rope_rescale_coords",
    "pos_embed_antialias",
    "pos_embed_interpolation_mode",
    "naflex_patch_resampling",
    "naflex_pos_embed_resize_mode",
    "min_patch_size",
    "max_patch_size",
    "init_values",
}
SIZES = {"patch_size", "num_layers", "num_heads", "hidden_dim", "mlp_dim", "depth", "embed_dim"}


def cases(family):
    """The cases of a family: registered configurations made small, then the others."""
    table = FAMILIES[family]
    found = {}
    for name, config in registered(family).items():
        small = table["small"](config)
        found.setdefault(json.dumps(small, sort_keys=True), (name, {"config": small}))
    for name, case in [*found.values(), *table["more"].items()]:
        yield name, {
            "size": table["size"](case["config"]),
            "load_size": None,
            "patch_size": None,
            "reparameterized": False,
            "classes": CLASSES,
            "rules": table["rules"],
            "usual": [],
            **case,
        }


def alexnet(net_class, case, linear_width=4096):
    """AlexNet, which has no options, with linear layers of a width: its own make a large network."""
    net = net_class(3, case["classes"], size=tuple(case["size"]))
    net.features[1] = torch.nn.Linear(net.features[1].in_features, linear_width)
    net.features[4] = torch.nn.Linear(linear_width, linear_width)
    net.embedding_size = linear_width
    net.classifier = net.create_classifier()
    return net


def build(net_class, case, config, double=False):
    """The network as a load leaves it."""
    if net_class.__name__ == "AlexNet":
        net = alexnet(net_class, case, **config)
    else:
        net = net_class(3, case["classes"], config=config or None, size=tuple(case["size"]))
    if case["reparameterized"]:
        net.reparameterize_model()
    net = fill(net, case["rules"])
    if double:
        net.double()
    if case["load_size"]:
        net.adjust_size(tuple(case["load_size"]))
    if case["patch_size"]:
        net.adjust_patch_size(case["patch_size"])
    return net


@torch.inference_mode()
def outputs(net, case):
    size = case["load_size"] or case["size"]
    shape = (IMAGES, 3, *size)
    images = torch.from_numpy(made_up_tensor("images", shape, [["", 0, 2]]))
    images = images.to(next(net.parameters()).dtype)
    embedding = net.embedding(images)
    found = {"embedding": flat(embedding), "logits": net.classify(embedding)}
    if hasattr(net, "detection_features"):
        found.update(net.detection_features(images))
    return found


def difference(found, expected):
    """The largest over all outputs, as a share of the largest expected magnitude."""
    if {k: v.shape for k, v in found.items()} != {k: v.shape for k, v in expected.items()}:
        return math.inf
    return max(
        float((found[key].double() - value.double()).abs().max() / value.abs().max())
        for key, value in expected.items()
    )


def check_options(name, net_class, case, expected):
    """Fails for options that change nothing."""
    config = case["config"]
    keys = build(net_class, case, config).state_dict()
    for option in set(config) - WITHOUT_EFFECT - SIZES - set(case["usual"]):
        fewer = {key: value for key, value in config.items() if key != option}
        try:
            other = build(net_class, case, fewer)
        except (AssertionError, KeyError, RuntimeError, TypeError, ValueError):
            continue  # it is needed
        if {key: value.shape for key, value in other.state_dict().items()} != {
            key: value.shape for key, value in keys.items()
        }:
            continue
        change = difference(outputs(other, case), expected)
        if change < 2e-4:
            raise SystemExit(f"{name}: {option} changes the outputs by {change:.1e} only")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("families", nargs="*", default=list(FAMILIES))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for family in arguments.families:
        manifest, tensors = {}, {}
        for name, case in cases(family):
            net_class = network_class(next(iter(registered(family))))
            net = build(net_class, case, case["config"])
            expected = outputs(net, case)
            exact = outputs(build(net_class, case, case["config"], double=True), case)
            error = difference(expected, exact)
            if not error < 2e-5:
                raise SystemExit(f"{name}: float32 differs from float64 by {error:.1e}")
            check_options(name, net_class, case, expected)
            manifest[name] = {**case, "outputs": list(expected)}
            tensors.update({f"{name}/{key}": value.contiguous() for key, value in expected.items()})
        path = arguments.output / f"{family}.safetensors"
        safetensors.torch.save_file(
            tensors, path, {"cases": json.dumps(manifest), "images": str(IMAGES)}
        )
        print(f"{family}: {len(manifest)} cases, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
