"""Lets birder be imported where torchvision's compiled operators do not fit PyTorch.

The torchvision of PyPI is compiled for the PyTorch of PyPI; with PyTorch's build for the CPU its
library cannot be loaded, and its Python part then fails as it describes operators that nobody has
declared. Imported before birder, this module declares them, without an implementation: no ViT calls
them. Where the library can be loaded it does nothing.
"""

import importlib.util
from pathlib import Path

import torch

_ROIS = "Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width"
_SIZES = "SymInt batch_size, SymInt channels, SymInt height, SymInt width"
_RATIO = "int sampling_ratio"


def _with(tensor):
    return _ROIS.replace(",", f", Tensor {tensor},", 1)


_CONVOLUTION = "Tensor weight, Tensor offset, Tensor mask, Tensor bias, " + ", ".join(
    [f"SymInt {name}_{axis}" for name in ("stride", "pad", "dilation") for axis in "hw"]
    + ["SymInt groups", "SymInt offset_groups", "bool use_mask"]
)
_TWO, _FIVE = "(Tensor, Tensor)", "(Tensor, Tensor, Tensor, Tensor, Tensor)"
_OPERATORS = {
    "nms": ("Tensor dets, Tensor scores, float iou_threshold", "Tensor"),
    "qnms": ("Tensor dets, Tensor scores, float iou_threshold", "Tensor"),
    "roi_align": (f"Tensor input, {_ROIS}, {_RATIO}, bool aligned", "Tensor"),
    "_roi_align_backward": (f"Tensor grad, {_ROIS}, {_SIZES}, {_RATIO}, bool aligned", "Tensor"),
    "roi_pool": (f"Tensor input, {_ROIS}", _TWO),
    "_roi_pool_backward": (f"Tensor grad, {_with('argmax')}, {_SIZES}", "Tensor"),
    "ps_roi_align": (f"Tensor input, {_ROIS}, {_RATIO}", _TWO),
    "_ps_roi_align_backward": (
        f"Tensor grad, {_with('channel_mapping')}, {_RATIO}, {_SIZES}",
        "Tensor",
    ),
    "ps_roi_pool": (f"Tensor input, {_ROIS}", _TWO),
    "_ps_roi_pool_backward": (
        f"Tensor grad, {_with('channel_mapping')}, {_SIZES}",
        "Tensor",
    ),
    "deform_conv2d": (f"Tensor input, {_CONVOLUTION}", "Tensor"),
    "_deform_conv2d_backward": (f"Tensor grad, Tensor input, {_CONVOLUTION}", _FIVE),
}


def _compiled():
    folder = Path(importlib.util.find_spec("torchvision").origin).parent
    for library in folder.glob("_C*"):
        try:
            torch.ops.load_library(str(library))
            return True
        except OSError:
            pass
    return False


if not _compiled():
    _library = torch.library.Library("torchvision", "DEF")
    for _name, (_arguments, _result) in _OPERATORS.items():
        _library.define(f"{_name}({_arguments}) -> {_result}")
