"""A function for each peer: it loads the network and returns a function from images to embeddings.

Images are a float32 array [N, 3, H, W] and embeddings [N, D]. With the function comes a note on how
the peer runs, where there is a choice, or an empty string.
"""

import time
from functools import partial
from pathlib import Path

import numpy as np


def pytorch(precision: str, layout: str, directory: Path, threads: int):
    import torchvision_shim  # noqa: F401  before birder
    import torch
    from birder.common.fs_ops import load_model

    from weights import flat

    torch.set_num_threads(threads)
    checkpoint = next(directory.glob("*.pt"))
    network = checkpoint.stem.rsplit("_", 1)[0]
    memory_format = getattr(torch, layout)

    def load():
        net, _ = load_model(torch.device("cpu"), network, path=checkpoint, inference=True)
        return net.to(memory_format=memory_format)

    net = load()

    def embeddings(images):
        return flat(net.embedding(images.to(memory_format=memory_format))).float().numpy()

    def run(images):
        with torch.inference_mode():
            return embeddings(torch.from_numpy(images))

    def run_autocast(images):
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            return embeddings(torch.from_numpy(images))

    def run_bfloat16(images):
        with torch.inference_mode():
            return embeddings(torch.from_numpy(images).bfloat16())

    if precision == "int8":
        engines = torch.backends.quantized.supported_engines
        torch.backends.quantized.engine = "x86" if "x86" in engines else "qnnpack"
        net = torch.ao.quantization.quantize_dynamic(net, {torch.nn.Linear}, dtype=torch.qint8)
        return run, f"engine {torch.backends.quantized.engine}"
    if precision == "bf16":
        image = np.load(directory / "images.npy")[:1]
        autocast = seconds(run_autocast, image)
        net = net.bfloat16()
        if autocast < seconds(run_bfloat16, image):
            net = load()
            return run_autocast, "autocast, which is faster than a bfloat16 model here"
        return run_bfloat16, "a bfloat16 model, which is faster than autocast here"
    return run, ""


def onnxruntime(file: str, directory: Path, threads: int):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(
        onnx_file(directory, file), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0], ""


def openvino(precision: str, file: str, directory: Path, threads: int):
    import openvino

    core = openvino.Core()
    model = core.read_model(onnx_file(directory, file))
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision,
    }
    compiled = {}

    def run(images):
        # One compilation for each batch size, with fixed shapes: the fastest way.
        if len(images) not in compiled:
            model.reshape([len(images), *images.shape[1:]])
            compiled[len(images)] = core.compile_model(model, "CPU", settings)
        return np.array(compiled[len(images)](images)[0])

    run(np.load(directory / "images.npy")[:1])
    runs = str(compiled[1].get_property("INFERENCE_PRECISION_HINT").to_string())
    if precision == "bf16" and runs not in ("bf16", "bfloat16"):
        return run, f"runs in {runs} on this processor, although asked for bf16"
    return run, ""


def onnx_file(directory, name):
    reason = directory / f"{name}.error"
    if reason.is_file():
        raise FileNotFoundError(f"no {name}.onnx: {reason.read_text()}")
    return directory / f"{name}.onnx"


def seconds(run, images):
    """The time of a second pass, or of the first if that is slow enough to tell."""
    for _ in range(2):
        start = time.perf_counter()
        run(images)
        passed = time.perf_counter() - start
        if passed > 3:
            break
    return passed


# What it is called, its precision, and how to load it.
PEERS = {
    "pytorch-f32": ("PyTorch", "f32", partial(pytorch, "f32", "contiguous_format")),
    "pytorch-f32-last": (
        "PyTorch, channels last",
        "f32",
        partial(pytorch, "f32", "channels_last"),
    ),
    "pytorch-bf16": ("PyTorch", "bf16", partial(pytorch, "bf16", "contiguous_format")),
    "pytorch-bf16-last": (
        "PyTorch, channels last",
        "bf16",
        partial(pytorch, "bf16", "channels_last"),
    ),
    "pytorch-int8": ("PyTorch, dynamic", "int8", partial(pytorch, "int8", "contiguous_format")),
    "onnxruntime-f32": ("ONNX Runtime", "f32", partial(onnxruntime, "f32")),
    "onnxruntime-dynamic": ("ONNX Runtime, dynamic", "int8", partial(onnxruntime, "dynamic")),
    "onnxruntime-static": ("ONNX Runtime, static", "int8", partial(onnxruntime, "static")),
    "openvino-f32": ("OpenVINO", "f32", partial(openvino, "f32", "f32")),
    "openvino-bf16": ("OpenVINO", "bf16", partial(openvino, "bf16", "f32")),
    "openvino-int8": ("OpenVINO, static", "int8", partial(openvino, "f32", "static")),
}
# Another layout of images in memory, which only matters to convolutions.
FOR_CONVOLUTIONS = {"pytorch-f32-last", "pytorch-bf16-last"}
