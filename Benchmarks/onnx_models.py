"""The network as ONNX files: float32, int8 with dynamic and int8 with static quantisation."""

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

VERSIONS = f"onnx {onnx.__version__} onnxruntime {onnxruntime.__version__}"
INPUT = "images"


class Embedding(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, images):
        return self.net.embedding(images)


class Images(CalibrationDataReader):
    def __init__(self, images):
        self.rows = iter(images.split(1))

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {INPUT: row.numpy()}


def write(directory, net, images):
    path = {name: directory / f"{name}.onnx" for name in ("f32", "prepared", "dynamic", "static")}
    with torch.inference_mode(), contextlib.redirect_stdout(io.StringIO()):
        torch.onnx.export(
            Embedding(net).eval(),
            (images[:2],),
            path["f32"],
            input_names=[INPUT],
            output_names=["embeddings"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            external_data=False,
        )
    quant_pre_process(path["f32"], path["prepared"])
    # Only the products with weights: those of attention stay in float32.
    graph = onnx.load(path["prepared"]).graph
    weights = {tensor.name for tensor in graph.initializer}
    products = [
        node.name
        for node in graph.node
        if node.op_type in ("MatMul", "Gemm") and node.input[1] in weights
    ]
    options = {"nodes_to_quantize": products, "per_channel": True, "weight_type": QuantType.QInt8}
    quantize_dynamic(path["prepared"], path["dynamic"], **options)
    quantize_static(
        path["prepared"],
        path["static"],
        Images(images),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        **options,
    )
