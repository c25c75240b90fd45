"""Trains the digits model that ships with this repository, and measures it.

    python Examples/digits/train.py OUTPUT_DIRECTORY [--test-split FILE.safetensors]

needs what training.py names. It takes a few minutes on two cores.

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

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.datasets import load_digits

sys.path.insert(0, str(Path(__file__).parent.parent))

import training
from birder.inference.classification import infer_batch
from birder.net.vit import ViT
from birder.version import __version__ as birder_version

MODEL = training.Model(
    network="vit_digits_ls",
    tag="sklearn-digits",
    network_class=ViT,
    config={
        "patch_size": 8,
        "num_layers": 4,
        "num_heads": 4,
        "hidden_dim": 96,
        "mlp_dim": 192,
        "layer_scale_init_value": 0.1,
        "drop_path_rate": 0.1,
    },
    size=(32, 32),
    classes=[],
)
SAMPLE_SIZE = (64, 64)
SEED = 7
TEST_IMAGES = 360
EPOCHS, WARM_UP, LEARNING_RATE = 60, 5, 1.5e-3
PROBE_EPOCHS, PROBE_BATCH = 100, 128
HEADS = {
    "digit": ([str(digit) for digit in range(10)], lambda labels: labels),
    "parity": (["even", "odd"], lambda labels: labels % 2),
}
SAMPLE_FORMATS = [".png", ".png", ".jpg", ".png", ".webp", ".png"]


def main():
    parser = training.argument_parser(__doc__)
    parser.add_argument("--test-split", type=Path)
    arguments = parser.parse_args()
    output = arguments.output
    training.set_up(output, SEED, threads=2)

    digits = load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    train_images, test_images, train_labels, test_labels = training.split(
        pixels, digits.target, TEST_IMAGES, SEED
    )
    net = train_encoder(train_images, train_labels)
    encoder = MODEL.saved(output, net)
    heads = {
        level: fit_probe(encoder, train_images, of_label(train_labels), len(classes))
        for level, (classes, of_label) in HEADS.items()
    }
    for level, head in heads.items():
        save_head(output / f"{MODEL.name}-{level}.head.pt", head, HEADS[level][0])

    files = transform_files(training.encode(enlarged(image)) for image in test_images)
    accuracies = measure("64x64 PNG files", encoder, heads, files, test_labels)
    small = transformed(test_images)
    measure("8x8 images", encoder, heads, small, test_labels)
    write_registry(output, encoder, accuracies)
    write_samples(output, encoder, heads, test_images, test_labels, files)
    if arguments.test_split:
        write_test_split(arguments.test_split, encoder, heads, test_images, test_labels, small)


# --- images


def enlarged(pixels):
    return Image.fromarray(pixels).resize(SAMPLE_SIZE, Image.Resampling.BICUBIC)


def transform_files(contents):
    return MODEL.transformed(map(training.decoded, contents))


def transformed(images):
    """The inputs [N, 3, H, W] that the inference transform makes of the 8x8 images."""
    return MODEL.transformed(map(Image.fromarray, images))


def both_sizes(images):
    """The inputs of the 8x8 images and of the enlarged ones, stacked [2, N, 3, H, W]."""
    large = MODEL.transformed(map(enlarged, images))
    return torch.stack([transformed(images), large])


# --- training


def train_encoder(images, labels):
    """The trained network, without its classifier."""
    net = MODEL.initial(classes=10)
    inputs = both_sizes(images)

    def inputs_of(chosen):
        variant = torch.randint(0, 2, (len(chosen),))
        return training.augmented(inputs[variant, chosen])

    training.train(net, labels, inputs_of, EPOCHS, WARM_UP, LEARNING_RATE, decayed={2})
    net.reset_classifier(0)
    return net


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
    return {
        level: training.measured(f"{kind}: {level}", values, HEADS[level][1](labels))
        for level, values in results.items()
    }


def write_samples(output, encoder, heads, images, labels, inputs):
    """Writes the first test image of each digit that is classified right, and another 7 and 8."""
    _, results = probabilities(encoder, heads, inputs)
    right = results["digit"].argmax(dim=1) == labels
    directory = output / "samples"
    directory.mkdir(exist_ok=True)
    chosen = [(digit, 0) for digit in range(10)] + [(7, 1), (8, 1)]
    contents, samples = [], []
    for number, (digit, which) in enumerate(chosen):
        index = ((labels == digit) & right).nonzero()[which].item()
        suffix = SAMPLE_FORMATS[number % len(SAMPLE_FORMATS)]
        file = f"digit-{digit}-{number + 1:02}{suffix}"
        content = training.encode(enlarged(images[index]), suffix)
        (directory / file).write_bytes(content)
        contents.append(content)
        samples.append({"file": f"samples/{file}", "digit": str(digit)})

    inputs = transform_files(contents)
    embeddings, results = probabilities(encoder, heads, inputs)
    for row, sample in enumerate(samples):
        found = results["digit"][row].argmax().item()
        assert sample["digit"] == HEADS["digit"][0][found], f"{sample['file']} is taken for {found}"
        sample["parity"] = HEADS["parity"][0][int(sample["digit"]) % 2]
        sample["probabilities"] = {level: results[level][row].tolist() for level in HEADS}
    expected = {"classes": {level: classes for level, (classes, _) in HEADS.items()}}
    training.write_json(output / "expected.json", {**expected, "samples": samples})
    with torch.inference_mode():
        stages = encoder.detection_features(inputs)
    tensors = {"embedding": embeddings, **stages}
    training.write_tensors(output / "expected.safetensors", tensors)


def write_test_split(path, encoder, heads, images, labels, inputs):
    _, results = probabilities(encoder, heads, inputs)
    tensors = {
        "images": torch.from_numpy(images),
        "labels": labels.to(torch.uint8),
        **{f"{level}_probabilities": values for level, values in results.items()},
    }
    training.write_tensors(path, tensors)


def write_registry(output, encoder, accuracies):
    heads = {
        level: {
            **training.file_entry(output / f"{MODEL.name}-{level}.head.pt"),
            "classes": len(classes),
            "metrics": {"test_top1": accuracies[level]},
        }
        for level, (classes, _) in HEADS.items()
    }
    MODEL.write_registry(
        output,
        encoder,
        description="A small ViT image encoder with layer scale, trained on the handwritten "
        "digits that come with scikit-learn; its heads name the digit and its parity",
        heads=heads,
        metrics={},
        papers=["https://arxiv.org/abs/2010.11929"],
        citation="@misc{alpaydin1998optical,\n"
        "title={Optical Recognition of Handwritten Digits},\n"
        "author={Ethem Alpaydin and Cenk Kaynak},\n"
        "year={1998},\n"
        "publisher={UCI Machine Learning Repository},\n"
        "doi={10.24432/C50P49},\n"
        "}",
    )


if __name__ == "__main__":
    main()
