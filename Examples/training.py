"""What the scripts that train the example models have in common.

`python Examples/MODEL/train.py OUTPUT_DIRECTORY` needs an environment with torch, torchvision,
birder 0.8.4, scikit-learn, Pillow and safetensors, and the package that the images come with. Seeds and the number of threads are fixed: the same library versions on the same kind of
processor give the same files again.
"""

import argparse
import hashlib
import io
import json
import logging
import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.model_selection import train_test_split

try:
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators
except ImportError:
    pass

from birder.common.fs_ops import checkpoint_model, load_model
from birder.conf import settings
from birder.data.transforms.classification import get_rgb_stats, inference_preset
from birder.model_registry import registry
from birder.net.base import get_signature

RGB_STATS = get_rgb_stats("centered")
# The background is black, which is not zero after normalisation.
BLACK = -RGB_STATS["mean"][0] / RGB_STATS["std"][0]
BATCH, WEIGHT_DECAY = 128, 0.05


def argument_parser(description):
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("output", type=Path)
    return parser


def set_up(output, seed, threads):
    """Makes the output directory, where birder then saves, and everything repeatable."""
    output.mkdir(parents=True, exist_ok=True)
    settings.MODELS_DIR = output
    logging.disable(logging.INFO)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


@dataclass
class Model:
    """A model that is trained here: a configuration of one of birder's networks."""

    network: str
    tag: str
    network_class: type
    config: dict
    size: tuple[int, int]
    classes: list[str]  # of the classifier in its checkpoint, if it keeps one

    def __post_init__(self):
        registry.register_model_config(self.network, self.network_class, config=self.config)
        self.name = f"{self.network}_{self.tag}"
        self.signature = get_signature((0, 3, *self.size), len(self.classes))

    def initial(self, classes):
        return registry.net_factory(self.network, classes, 3, size=self.size)

    def saved(self, output, net):
        """Saves the network as birder saves a checkpoint, and loads it again for inference."""
        labels = {label: index for index, label in enumerate(self.classes)}
        no_states = (None, None, None, None)
        checkpoint_model(self.name, None, net, self.signature, labels, RGB_STATS, *no_states)
        path = output / f"{self.name}.pt"
        return load_model(torch.device("cpu"), self.network, path=path, inference=True)[0]

    def transformed(self, images):
        """The inputs [N, 3, H, W] that the inference transform makes of Pillow's images."""
        transform = inference_preset(self.size, RGB_STATS)
        return torch.stack([transform(image.convert("RGB")) for image in images])

    def write_registry(self, output, net, *, description, heads, metrics, papers, citation):
        """Writes the registry with this one model, whose checkpoint is there already."""
        weights = file_entry(output / f"{self.name}.pt")
        weights["size_mib"] = round(weights["size"] / 2**20, 1)
        model = {
            "network": self.network,
            "tag": self.tag,
            "task": "image_classification",
            "description": description,
            "license": "apache-2.0",
            "parameters": sum(parameter.numel() for parameter in net.parameters()),
            "embedding_size": net.embedding_size,
            "signature": self.signature,
            "classifier": bool(self.classes),
            "rgb_stats": {**RGB_STATS, "source": "training script"},
            "files": {"pt": weights},
            "heads": heads,
            "metrics": metrics,
            "papers": papers,
            "citation": citation,
        }
        network = {
            "family": self.network_class.__module__.split(".")[-1],
            "class": self.network_class.__name__,
            "config": self.config,
        }
        content = {"schema": 1, "networks": {self.network: network}, "models": {self.name: model}}
        write_json(output / "registry.json", content)


# --- images


def split(images, labels, test_images, seed):
    """Training and test images, then their labels: by a fixed seed, classes in proportion."""
    parts = train_test_split(
        images, labels, test_size=test_images, random_state=seed, stratify=labels
    )
    return (*parts[:2], *(torch.from_numpy(part) for part in parts[2:]))


def encode(image, suffix=".png"):
    options = {".jpg": {"quality": 92}, ".webp": {"quality": 90}}.get(suffix, {})
    stream = io.BytesIO()
    image.save(stream, format=Image.registered_extensions()[suffix], **options)
    return stream.getvalue()


def decoded(content):
    return Image.open(io.BytesIO(content))


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
    moved = F.grid_sample(inputs - BLACK, grid, align_corners=False) + BLACK
    contrast = 1 + spread(0.2)[:, None, None, None]
    return (moved - BLACK) * contrast + BLACK + torch.randn_like(moved) * 0.02


# --- training


def train(net, labels, inputs_of, epochs, warm_up, learning_rate, decayed):
    """Trains the network on `inputs_of(indices)`; weights decay in tensors of `decayed` axes."""
    decaying = [p for p in net.parameters() if p.ndim in decayed]
    others = [p for p in net.parameters() if p.ndim not in decayed]
    optimizer = torch.optim.AdamW(
        [{"params": decaying, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}],
        lr=learning_rate,
    )
    steps = epochs * math.ceil(len(labels) / BATCH)
    warm_up = steps * warm_up // epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1, (step + 1) / warm_up) * (1 + math.cos(math.pi * step / steps)) / 2,
    )
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            loss = F.cross_entropy(net(inputs_of(chosen)), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1}: loss {total / len(labels):.4f}", flush=True)
    net.eval()


# --- results


def measured(title, logits, labels):
    """The top-1 accuracy in percent of logits, or of probabilities."""
    right = (logits.argmax(dim=1) == labels).sum().item()
    accuracy = round(100 * right / len(labels), 2)
    print(f"{title}: {right} of {len(labels)} right, {accuracy}%")
    return accuracy


def file_entry(path):
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return {"url": path.name, "mirrors": [], "sha256": digest, "size": len(content)}


def write_tensors(path, tensors):
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
    safetensors.torch.save_file(contiguous, path)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
