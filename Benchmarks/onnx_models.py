"""The network as ONNX files: float32, int8 with dynamic and int8 with static quantisation.

A file that cannot be made is replaced by a text that says why, such as f32.error.
"""

import contextlib
import io

import onnx
import onnxruntime
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from weights import flat

VERSIONS = f"onnx {onnx.__version__} onnxruntime {onnxruntime.__version__}"
INPUT, OUTPUT = "images", "embeddings"
# Both keep the number of images open; which one can export a network depends on its code.
EXPORTERS = {
    "dynamo": {
        "dynamo": True,
        "dynamic_shapes": ({0: torch.export.Dim("batch")},),
        "external_data": False,
    },
    "torchscript": {"dynamo": False, "dynamic_axes": {INPUT: {0: "batch"}, OUTPUT: {0: "batch"}}},
}
# An exporter that mistook a number for a constant is further off than this.
TOLERANCE = 1e-3


class Embedding(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, images):
        return flat(self.net.embedding(images))


class Images(CalibrationDataReader):
    def __init__(self, images):
        self.rows = iter(images.split(1))

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {INPUT: row.numpy()}


def write(directory, net, images, with_int8, with_convolutions):
    """Writes f32.onnx and, if asked for, dynamic.onnx and static.onnx.

    Quantised are the products with weights, not those of attention; statically the convolutions, too,
    if the network is made of them.
    """
    path = {name: directory / f"{name}.onnx" for name in ("f32", "prepared", "dynamic", "static")}
    with reported(path["f32"]):
        export(Embedding(net).eval(), images, path["f32"])
    if not with_int8:
        return
    options = {"per_channel": True, "weight_type": QuantType.QInt8}
    with reported(path["prepared"]):
        quant_pre_process(path["f32"], path["prepared"])
    with reported(path["dynamic"]):
        nodes = products(path["prepared"], ["MatMul", "Gemm"])
        quantize_dynamic(path["prepared"], path["dynamic"], nodes_to_quantize=nodes, **options)
    with reported(path["static"]):
        convolutions = ["Conv"] if with_convolutions else []
        quantize_static(
            path["prepared"],
            path["static"],
            Images(images),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            nodes_to_quantize=products(path["prepared"], ["MatMul", "Gemm", *convolutions]),
            **options,
        )


@contextlib.contextmanager
def reported(path):
    """Leaves a text in place of a file that cannot be made."""
    try:
        yield
    except Exception as error:
        path.unlink(missing_ok=True)
        path.with_suffix(".error").write_text(brief(error))


def brief(error):
    """The kind of an error and the first line of what it says."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:200]


def export(module, images, path):
    """Exports with the first exporter whose file computes what PyTorch computes."""
    failures = []
    for name, options in EXPORTERS.items():
        try:
            with torch.inference_mode(), contextlib.redirect_stdout(io.StringIO()):
                torch.onnx.export(
                    module,
                    (images[:2],),
                    path,
                    input_names=[INPUT],
                    output_names=[OUTPUT],
                    **options,
                )
            check(module, images, path)
            return
        except Exception as error:
            failures.append(f"{name}: {brief(error)}")
    raise RuntimeError(f"ONNX export failed, {'; '.join(failures)}")


def check(module, images, path):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for count in (1, 3):
        [found] = session.run(None, {INPUT: images[:count].numpy()})
        with torch.inference_mode():
            expected = module(images[:count])
        difference = (torch.from_numpy(found) - expected).abs().max() / expected.abs().max()
        if not difference <= TOLERANCE:
            raise RuntimeError(f"{count} images differ from PyTorch's by {difference:.0e}")


def products(path, kinds):
    """The names of the nodes of these kinds that have weights."""
    graph = onnx.load(path).graph
    weights = {tensor.name for tensor in graph.initializer}
    return [
        node.name for node in graph.node if node.op_type in kinds and node.input[1] in weights
    ]
