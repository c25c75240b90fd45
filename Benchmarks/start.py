"""What a fresh process with birder does to embed one image; timed from outside.

    python Benchmarks/start.py CHECKPOINT IMAGE THREADS
"""

import sys

import torchvision_shim  # noqa: F401  before birder
import torch
from birder.common.fs_ops import load_model
from birder.data.transforms.classification import inference_preset
from birder.inference.classification import infer_image
from PIL import Image

checkpoint, image, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
network = checkpoint.rsplit("/", 1)[-1].rsplit("_", 1)[0]
net, info = load_model(torch.device("cpu"), network, path=checkpoint, inference=True)
size = tuple(info.signature["inputs"][0]["data_shape"][2:])
transform = inference_preset(size, info.rgb_stats)
_, embedding = infer_image(net, Image.open(image), transform, return_embedding=True)
print(embedding[0, :4])
