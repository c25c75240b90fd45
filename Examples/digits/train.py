"""Trains the digits model that ships with this repository, and measures it.

    python train.py OUTPUT_DIRECTORY [--test-split FILE.safetensors]

needs an environment with torch, torchvision, birder 0.8.4, scikit-learn, Pillow and safetensors.
It takes a few minutes on two cores. Seeds and the number of threads are fixed: the same library
versions on the same kind of processor give the same files again.

An encoder, birder's ViT with layer scale, is trained with a temporary classifier on the digits that
come with scikit-learn. The classifier is dropped, the encoder frozen, and two linear probes are
fitted to its embeddings: `digit` (0 to 9) and `parity` (even, odd). What it writes:

    NAME.pt                   the encoder, as birder saves a checkpoint
    NAME-digit.head.pt        the linear probes
    NAME-parity.head.pt
    registry.json             the registry with this one model and the measured accuracies
    samples/                  images of the test split, enlarged for the eye
    expected.json             what birder computes for the samples: probabilities, and in
    expected.safetensors      `embedding` [N, D] and `stage1` [N, D, H, W], in the same order

and with --test-split the whole test split: `images` [360, 8, 8] and `labels` [360] as uint8, and
`digit_probabilities` and `parity_probabilities`, computed from the 8x8 images.
"""

import argparse
import hashlib
import io
import json
import logging
import math
import random
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

try:
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators
except ImportError:
    pass

from birder.common.fs_ops import checkpoint_model, load_model
from birder.conf import settings
from birder.data.transforms.classification import get_rgb_stats, inference_preset
from birder.inference.classification import infer_batch
from birder.model_registry import registry
from birder.net.base import get_signature
from birder.net.vit import ViT
from birder.version import __version__ as birder_version

NETWORK, TAG = "vit_digits_ls", "sklearn-digits"
NAME = f"{NETWORK}_{TAG}"
CONFIG = {
    "patch_size": 8,
    "num_layers": 4,
    "num_heads": 4,
    "hidden_dim": 96,
    "mlp_dim": 192,
    "layer_scale_init_value": 0.1,
    "drop_path_rate": 0.1,
}
SIZE = (32, 32)
SAMPLE_SIZE = (64, 64)
RGB_STATS = get_rgb_stats("centered")
SEED = 7
TEST_IMAGES = 360
EPOCHS, BATCH, LEARNING_RATE, WARM_UP, WEIGHT_DECAY = 60, 128, 1.5e-3, 5, 0.05
PROBE_EPOCHS, PROBE_BATCH = 100, 128
HEADS = {
    "digit": ([str(digit) for digit in range(10)], lambda labels: labels),
    "parity": (["even", "odd"], lambda labels: labels % 2),
}
SAMPLE_FORMATS = [".png", ".png", ".jpg", ".png", ".webp", ".png"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--test-split", type=Path)
    arguments = parser.parse_args()
    output = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    settings.MODELS_DIR = output
    logging.disable(logging.INFO)
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    registry.register_model_config(NETWORK, ViT, config=CONFIG)

    train_images, test_images, train_labels, test_labels = split()
    train_encoder(train_images, train_labels)
    encoder, _ = load_model(
        torch.device("cpu"), NETWORK, path=output / f"{NAME}.pt", inference=True
    )
    heads = {
        level: fit_probe(encoder, train_images, of_label(train_labels), len(classes))
        for level, (classes, of_label) in HEADS.items()
    }
    for level, head in heads.items():
        save_head(output / f"{NAME}-{level}.head.pt", head, HEADS[level][0])

    files = torch.stack([transform_file(encode(enlarged(image))) for image in test_images])
    accuracies = measure("64x64 PNG files", encoder, heads, files, test_labels)
    small = transformed(test_images)
    measure("8x8 images", encoder, heads, small, test_labels)
    write_registry(output, encoder, accuracies)
    write_samples(output, encoder, heads, test_images, test_labels, files)
    if arguments.test_split:
        write_test_split(arguments.test_split, encoder, heads, test_images, test_labels, small)


# --- images


def split():
    """The digits as 8-bit pixels [N, 8, 8], divided by a fixed seed, classes in proportion."""
    digits = load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    parts = train_test_split(
        pixels, digits.target, test_size=TEST_IMAGES, random_state=SEED, stratify=digits.target
    )
    images, labels = parts[:2], [torch.from_numpy(part) for part in parts[2:]]
    return (*images, *labels)


def enlarged(pixels):
    return Image.fromarray(pixels).resize(SAMPLE_SIZE, Image.Resampling.BICUBIC)


def encode(image, suffix=".png"):
    options = {".jpg": {"quality": 92}, ".webp": {"quality": 90}}.get(suffix, {})
    stream = io.BytesIO()
    image.save(stream, format=Image.registered_extensions()[suffix], **options)
    return stream.getvalue()


TRANSFORM = inference_preset(SIZE, RGB_STATS)


def transform_file(content):
    return TRANSFORM(Image.open(io.BytesIO(content)).convert("RGB"))


def transformed(images):
    """The inputs [N, 3, H, W] that the inference transform makes of the 8x8 images."""
    return torch.stack([TRANSFORM(Image.fromarray(image).convert("RGB")) for image in images])


def both_sizes(images):
    """The inputs of the 8x8 images and of the enlarged ones, stacked [2, N, 3, H, W]."""
    large = torch.stack([TRANSFORM(enlarged(image).convert("RGB")) for image in images])
    return torch.stack([transformed(images), large])


def augmented(inputs):
    """Slightly turned, scaled, sheared and shifted, each input in its own way."""
    count = inputs.shape[0]

    def spread(limit):
        return (torch.rand(count) * 2 - 1) * limit

    angle, scale, shear = spread(0.26), 1 + spread(0.15), spread(0.15)
    cosine, sine = angle.cos() * scale, angle.sin() * scale
    rows = [
        torch.stack([cosine, shear - sine, spread(0.15)], dim=1),
        torch.stack([sine, cosine, spread(0.15)], dim=1),
    ]
    grid = F.affine_grid(torch.stack(rows, dim=1), list(inputs.shape), align_corners=False)
    # The background is black, which is not zero after normalisation.
    black = -RGB_STATS["mean"][0] / RGB_STATS["std"][0]
    moved = F.grid_sample(inputs - black, grid, align_corners=False) + black
    contrast = 1 + spread(0.2)[:, None, None, None]
    return (moved - black) * contrast + black + torch.randn_like(moved) * 0.02


# --- training


def train_encoder(images, labels):
    """Trains the network, drops its classifier and saves what is left."""
    net = registry.net_factory(NETWORK, 10, 3, size=SIZE)
    inputs = both_sizes(images)
    decayed = [p for p in net.parameters() if p.ndim == 2]
    others = [p for p in net.parameters() if p.ndim != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}],
        lr=LEARNING_RATE,
    )
    steps = EPOCHS * math.ceil(len(labels) / BATCH)
    warm_up = steps * WARM_UP // EPOCHS
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1, (step + 1) / warm_up) * (1 + math.cos(math.pi * step / steps)) / 2,
    )
    for epoch in range(EPOCHS):
        net.train()
        total = 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            variant = torch.randint(0, 2, (len(chosen),))
            logits = net(augmented(inputs[variant, chosen]))
            loss = F.cross_entropy(logits, labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {total / len(labels):.4f}", flush=True)

    net.reset_classifier(0)
    net.eval()
    no_states = (None, None, None, None)
    signature = get_signature((0, 3, *SIZE), 0)
    checkpoint_model(NAME, None, net, signature, {}, RGB_STATS, *no_states)


def fit_probe(encoder, images, targets, classes):
    """Fits a linear layer to the embeddings of the unchanged training images."""
    with torch.inference_mode():
        embeddings = torch.cat([encoder.embedding(inputs) for inputs in both_sizes(images)])
    embeddings, targets = embeddings.clone(), targets.repeat(2)
    torch.manual_seed(0)
    head = torch.nn.Linear(encoder.embedding_size, classes)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, PROBE_EPOCHS, eta_min=1e-5)
    for _ in range(PROBE_EPOCHS):
        for chosen in torch.randperm(len(targets)).split(PROBE_BATCH):
            loss = F.cross_entropy(head(embeddings[chosen]), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return head.requires_grad_(False)


def save_head(path, head, classes):
    torch.save(
        {
            "state": dict(head.state_dict()),
            "class_to_idx": {name: index for index, name in enumerate(classes)},
            "birder_version": birder_version,
        },
        path,
    )


# --- results


def probabilities(encoder, heads, inputs):
    """The embeddings, and the probabilities of each head computed from them."""
    _, embeddings = infer_batch(encoder, inputs, return_embedding=True)
    embeddings = torch.from_numpy(embeddings)
    return embeddings, {level: head(embeddings).softmax(dim=1) for level, head in heads.items()}


def measure(kind, encoder, heads, inputs, labels):
    """The top-1 accuracies in percent on the test split."""
    _, results = probabilities(encoder, heads, inputs)
    accuracies = {}
    for level, values in results.items():
        right = (values.argmax(dim=1) == HEADS[level][1](labels)).sum().item()
        accuracies[level] = round(100 * right / len(labels), 2)
        print(f"{kind}: {level} {right} of {len(labels)} right, {accuracies[level]}%")
    return accuracies


def write_samples(output, encoder, heads, images, labels, inputs):
    """Writes the first test image of each digit that is classified right, and another 7 and 8."""
    _, results = probabilities(encoder, heads, inputs)
    right = results["digit"].argmax(dim=1) == labels
    directory = output / "samples"
    directory.mkdir(exist_ok=True)
    chosen = [(digit, 0) for digit in range(10)] + [(7, 1), (8, 1)]
    inputs, samples = [], []
    for number, (digit, which) in enumerate(chosen):
        index = ((labels == digit) & right).nonzero()[which].item()
        suffix = SAMPLE_FORMATS[number % len(SAMPLE_FORMATS)]
        file = f"digit-{digit}-{number + 1:02}{suffix}"
        content = encode(enlarged(images[index]), suffix)
        (directory / file).write_bytes(content)
        inputs.append(transform_file(content))
        samples.append({"file": f"samples/{file}", "digit": str(digit)})

    inputs = torch.stack(inputs)
    embeddings, results = probabilities(encoder, heads, inputs)
    for row, sample in enumerate(samples):
        found = results["digit"][row].argmax().item()
        assert sample["digit"] == HEADS["digit"][0][found], f"{sample['file']} is taken for {found}"
        sample["parity"] = HEADS["parity"][0][int(sample["digit"]) % 2]
        sample["probabilities"] = {level: results[level][row].tolist() for level in HEADS}
    expected = {"classes": {level: classes for level, (classes, _) in HEADS.items()}}
    write_json(output / "expected.json", {**expected, "samples": samples})
    with torch.inference_mode():
        stages = encoder.detection_features(inputs)
    tensors = {"embedding": embeddings, **stages}
    safetensors.torch.save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()},
        output / "expected.safetensors",
    )


def write_test_split(path, encoder, heads, images, labels, inputs):
    _, results = probabilities(encoder, heads, inputs)
    tensors = {
        "images": torch.from_numpy(images),
        "labels": labels.to(torch.uint8),
        **{f"{level}_probabilities": values for level, values in results.items()},
    }
    safetensors.torch.save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()}, path
    )


def write_registry(output, encoder, accuracies):
    def file(name):
        content = (output / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        return {"url": name, "mirrors": [], "sha256": digest, "size": len(content)}

    weights = file(f"{NAME}.pt")
    weights["size_mib"] = round(weights["size"] / 2**20, 1)
    model = {
        "network": NETWORK,
        "tag": TAG,
        "task": "image_classification",
        "description": "A small ViT image encoder with layer scale, trained on the handwritten "
        "digits that come with scikit-learn; its heads name the digit and its parity",
        "license": "apache-2.0",
        "parameters": sum(parameter.numel() for parameter in encoder.parameters()),
        "embedding_size": encoder.embedding_size,
        "signature": get_signature((0, 3, *SIZE), 0),
        "classifier": False,
        "rgb_stats": {**RGB_STATS, "source": "training script"},
        "files": {"pt": weights},
        "heads": {
            level: {
                **file(f"{NAME}-{level}.head.pt"),
                "classes": len(classes),
                "metrics": {"test_top1": accuracies[level]},
            }
            for level, (classes, _) in HEADS.items()
        },
        "metrics": {},
        "papers": ["https://arxiv.org/abs/2010.11929"],
        "citation": "@misc{alpaydin1998optical,\n"
        "title={Optical Recognition of Handwritten Digits},\n"
        "author={Ethem Alpaydin and Cenk Kaynak},\n"
        "year={1998},\n"
        "publisher={UCI Machine Learning Repository},\n"
        "doi={10.24432/C50P49},\n"
        "}",
    }
    network = {"family": "vit", "class": "ViT", "config": CONFIG}
    content = {"schema": 1, "networks": {NETWORK: network}, "models": {NAME: model}}
    write_json(output / "registry.json", content)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
