"""Makes the corpus of hostile and unusual checkpoint files, and what is expected of each.

Usage: python make_corpus.py   (in an environment with torch, safetensors, numpy and Pillow)

Every case is a file in the directory of its class, and an entry in checkpoints.json:
`"refused": KIND` with words of the error, or `"tensors"` and `"metadata"` as torch or safetensors
themselves read them. Files that are too large to be kept are made by the tests.
"""

import collections
import io
import json
import pathlib
import re
import shutil
import struct
import tempfile
import warnings
import zipfile
import zlib

import numpy
import safetensors
import safetensors.torch
import torch

from parts import *

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
cases = collections.OrderedDict()
torch.serialization.add_safe_globals([
    numpy._core.multiarray.scalar, numpy.dtype, *(type(numpy.dtype(name)) for name in ("float64", "float32", "int64", "uint8", "bool")),
])
ONES = struct.pack("<4f", 1, 2, 3, 4)
GOOD = pickle(("w", tensor()))


def add(group, name, data, entry):
    path = f"{group}/{name}"
    assert path not in cases, path
    (here / group).mkdir(exist_ok=True)
    (here / path).write_bytes(data)
    cases[path] = entry


def refused(group, name, data, kind, *words):
    add(group, name, data, {"refused": kind, "words": list(words)})


def describe(value):
    value = value.detach()
    dense = value.contiguous()
    return {
        "dtype": str(value.dtype).removeprefix("torch."), "shape": list(value.shape),
        "bytes": bytes(dense.flatten().view(torch.uint8).tolist() if dense.numel() else []).hex(),
    }


def to_json(value):
    if isinstance(value, torch.Tensor):
        return {k: v for k, v in describe(value).items() if k != "bytes"}
    if isinstance(value, numpy.generic):
        return to_json(value.item())
    if isinstance(value, dict):
        return {k if isinstance(k, str) else json.dumps(to_json(k), separators=(",", ":")): to_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, bool) or value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    return str(value)


def accepted(group, name, data, wrapper=None, prefix="", read=None, **expected):
    """A file that is read as torch reads it; `read` is what torch would read if it could."""
    if read is None:
        read = torch.load(io.BytesIO(data), weights_only=True)
    state = read if wrapper is None else read[wrapper]
    metadata = {} if wrapper is None else {k: to_json(v) for k, v in read.items() if k != wrapper}
    tensors = {k: v for k, v in state.items() if isinstance(v, torch.Tensor)}
    lead = "" if wrapper is None else wrapper + "."
    metadata |= {lead + k: to_json(v) for k, v in state.items() if k not in tensors}
    add(group, name, data, {
        "wrapper": wrapper, "prefix": prefix, "metadata": metadata,
        "tensors": {str(k).removeprefix(prefix): describe(v) for k, v in tensors.items()}, **expected,
    })


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


for group in here.iterdir():
    if group.is_dir():
        shutil.rmtree(group)

exec(compile((here / "cases_zip.py").read_text(), "cases_zip.py", "exec"))
exec(compile((here / "cases_pickle.py").read_text(), "cases_pickle.py", "exec"))
exec(compile((here / "cases_images.py").read_text(), "cases_images.py", "exec"))
exec(compile((here / "cases_registry.py").read_text(), "cases_registry.py", "exec"))
exec(compile((here / "cases_others.py").read_text(), "cases_others.py", "exec"))

text_of_cases = json.dumps(cases, indent=1, ensure_ascii=False)
(here / "checkpoints.json").write_text(text_of_cases + "\n", encoding="utf-8")
counts = collections.Counter(path.partition("/")[0] for path in cases)
print(len(cases), dict(counts))
