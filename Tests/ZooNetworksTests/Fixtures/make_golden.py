"""Makes the golden fixtures of the ViT tests with birder, the reference implementation.

    python make_golden.py OUTPUT_DIRECTORY

needs an environment with torch, torchvision, birder 0.8.4, Pillow, numpy and safetensors. The
networks are those of golden_cases.py; weights and images come from fixed seeds, so a run makes the
same files again (given the same library versions). What it writes:

    cases.json                    the manifest: a list, one object for each case
    options.json                  each option and value of birder's registered ViT configurations
                                  and the cases that cover it
    images/                       the image files all cases are run on
    inputs-KEY.safetensors        `input` [N, C, H, W]: those images after birder's transform, for
                                  one size and one set of RGB statistics
    CASE.pt | CASE.safetensors    the checkpoint, as birder writes one
    CASE.head.pt                  a linear-probe head on the embedding, where the case has one
    CASE.expected.safetensors     birder's outputs for the images: `embedding`, `logits`,
                                  `probabilities`, a feature map for each stage (`stage1`, ...), and
                                  where the case has them `head_logits`, `head_probabilities`,
                                  `tta_probabilities`, `tta_logits`

It fails when an option of a registered configuration is covered by no case, when an option that a
case is there for does not show in its outputs, or when a network is too ill-conditioned for the
comparison of float32 results.
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
from golden_cases import CASES, REGISTERED

SIZE_OPTIONS = ("num_layers", "num_heads", "hidden_dim", "mlp_dim")
DEFAULTS = {
    "class_token": True,
    "num_reg_tokens": 0,
    "layer_scale_init_value": None,
    "pre_norm": False,
    "post_norm": True,
    "norm_after_pool": False,
    "qk_norm": False,
    "attn_norm": False,
    "norm_layer_type": "LayerNorm",
    "norm_layer_eps": 1e-6,
    "mlp_layer_type": "FFN",
    "act_layer_type": None,
    "attn_pool_head": False,
    "attn_pool_type": "MultiHeadAttentionPool",
    "attn_pool_special_tokens": False,
    "attn_pool_norm_eps": 1e-5,
    "pos_embed_special_tokens": True,
    "stem_type": "patchify",
    "stem_norm_layer_type": None,
    "soft_moe_num_experts": None,
    "soft_moe_num_slots": 1,
}
# Options that change the result but not the parameters: a checkpoint loads without them, so only
# the outputs can show that they were honoured.
SILENT_OPTIONS = (
    "norm_layer_eps",
    "act_layer_type",
    "attn_pool_norm_eps",
    "attn_pool_act_layer_type",
    "attn_pool_num_heads",
    "attn_pool_special_tokens",
    "pos_embed_interpolation_mode",
    "pos_embed_antialias",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    logging.disable(logging.INFO)
    settings.MODELS_DIR = output
    write_json(output / "options.json", coverage())

    images = make_images(output / "images")
    manifest = [make_case(output, name, case, images) for name, case in CASES.items()]
    write_json(output / "cases.json", manifest)
    total = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"{len(manifest)} cases, {total / 2**20:.2f} MiB")


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


# --- coverage


def registered_configs():
    return {
        name: dict(net.config)
        for name, net in sorted(registry.all_nets.items())
        if issubclass(net, ViT) and net.__mro__[1] is ViT
    }


def coverage():
    """Maps every option, value and combination of the registered configurations to cases."""
    effective = {
        name: {**case["config"], **(case["saved_config"] or {}), **(case["override"] or {})}
        for name, case in CASES.items()
    }
    configs = registered_configs()
    unknown = {key for config in configs.values() for key in config}
    unknown -= {*DEFAULTS, *SIZE_OPTIONS, "patch_size", "drop_path_rate"}
    assert not unknown, f"options with no known default: {unknown}"

    options = {}
    for config in configs.values():
        for key, value in {**DEFAULTS, **config}.items():
            if key in SIZE_OPTIONS:
                continue
            covered_by = [
                name
                for name, own in effective.items()
                if own.get(key, DEFAULTS.get(key)) == value
            ]
            assert covered_by, f"no case covers {key} = {value}"
            options.setdefault(key, {})[json.dumps(value)] = covered_by

    def combination(config):
        skipped = {*SIZE_OPTIONS, "patch_size", "drop_path_rate"}
        return json.dumps({k: v for k, v in config.items() if k not in skipped}, sort_keys=True)

    case_of = {combination(case["config"]): name for name, case in reversed(REGISTERED.items())}
    for name, config in configs.items():
        assert combination(config) in case_of, f"no case has the options of {name}"
    return {
        "birder_version": birder_version,
        "options": options,
        "configurations": {
            name: case_of[combination(config)] for name, config in configs.items()
        },
    }


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

    stem = case["stem_scale"]
    scales = {
        "conv_proj": stem,
        "attn_pool.proj": case["pool_scale"],
        "classifier.0": case["mlp_scale"],
    }
    state = net.state_dict()
    for name, tensor in state.items():
        scale = next((s for prefix, s in scales.items() if name.startswith(prefix)), 1.0)
        last = name.split(".")[-1]
        if name.endswith("num_batches_tracked"):
            value = torch.tensor(1234)
        elif name.endswith("running_mean"):
            value = normal(tensor, 0.3 * scale)
        elif name.endswith("running_var"):
            value = uniform(tensor, 0.5, 2.0) * scale**2
        elif last == "gamma":
            value = uniform(tensor, 0.1, 1.0)
        elif last in ("class_token", "reg_tokens", "pos_embedding"):
            value = normal(tensor, 0.7 * stem)
        elif last in ("latent", "slot_embeds"):
            value = normal(tensor, 1.0)
        elif tensor.ndim >= 2:
            gain = 2.0 if any(part in name for part in ("qkv", ".q.", ".kv.")) else 1.2
            if name.startswith("classifier"):
                gain = 2.0
            value = normal(tensor, scale * gain / math.sqrt(tensor[0].numel()))
        elif is_norm(net, name) and last == "weight":
            value = normal(tensor, 0.3, 1.0)
            # The last norm of the stem sets the scale of what the blocks see.
            if name == "conv_proj.7.weight":
                value = value * stem
        else:
            value = normal(tensor, 0.2 * scale)
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
    check_options_show(name, case, net, inputs, expected)

    effective = {**case["config"], **(case["saved_config"] or {}), **(case["override"] or {})}
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
        "mlp_head": effective.get("mlp_head", False),
        "head_bias": effective.get("head_bias", True),
        "out_indices": effective.get("out_indices"),
        "stages": list(net.return_stages),
        "head": head_file,
        "tta": case["tta"],
        "dtype": case["dtype"],
        "covers": [
            f"{key}={json.dumps(value)}"
            for key, value in effective.items()
            if key not in SIZE_OPTIONS and key != "drop_path_rate"
        ],
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


def check_options_show(name, case, net, inputs, expected):
    layers = [key for key in ("config", "saved_config", "override") if case[key]]
    for option in SILENT_OPTIONS:
        if not any(option in case[key] for key in layers):
            continue
        if option == "attn_pool_special_tokens" and not net.num_special_tokens:
            continue
        default = dict(case, **{k: dict(case[k]) for k in layers})
        for key in layers:
            default[key].pop(option, None)
        registry_name = f"golden_{name}_without_{option}"
        registry.register_model_config(registry_name, ViT, config=default["config"])
        other = registry.net_factory(
            registry_name,
            case["classes"],
            3,
            config={**(default["saved_config"] or {}), **(default["override"] or {})},
            size=tuple(case["size"]),
        ).eval()
        state = net.state_dict()
        if case["load_size"]:
            state = saved_state(case, name)
        other.load_state_dict(state)
        if case["load_size"]:
            other.adjust_size(tuple(case["load_size"]))
        change = difference(run(other, inputs)["embedding"], expected["embedding"])
        assert change > 2e-4, f"{name}: {option} changes the embedding by {change:.1e} only"


def saved_state(case, name):
    path = settings.MODELS_DIR / f"{name}.pt"
    return torch.load(path, weights_only=True)["state"]


if __name__ == "__main__":
    main()
