"""Makes the files of this directory with torch, safetensors and numpy.

Usage: python make_fixtures.py   (in an environment with torch, safetensors and numpy)

Each readable file has its expected contents, as torch or safetensors read them back, in
expected.json: for each tensor the type, shape, strides and bytes in row-major order, and what
`.float()` gives; for the rest the metadata as JSON.
"""

import collections
import io
import json
import pathlib
import pickle
import typing
import warnings
import zipfile

import numpy
import safetensors
import safetensors.torch
import torch

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
expected = {}
torch.manual_seed(0)


def describe(tensor):
    tensor = tensor.detach()
    dense = tensor.contiguous()
    entry = {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "strides": list(tensor.stride()),
        "bytes": bytes(dense.flatten().view(torch.uint8).tolist() if dense.numel() else []).hex(),
    }
    if not (tensor.is_complex() or "float8" in entry["dtype"]):
        floats = dense.float().numpy().astype("<f4")
        # The payload of NaN depends on the machine.
        entry["float32"] = numpy.where(numpy.isnan(floats), numpy.float32("nan"), floats).tobytes().hex()
    return entry


def expect(name, tensors, metadata=None, wrapper=None, prefix="", **extra):
    expected[name] = {
        "tensors": [{"name": key, **describe(value)} for key, value in tensors.items()],
        "metadata": metadata or {},
        "wrapper": wrapper,
        "prefix": prefix,
        **extra,
    }


def save(name, value, **options):
    torch.save(value, here / name, **options)


def every_dtype(complexes=False):
    values = torch.tensor([[-1.5, 0.25, 3.0], [7.0, -0.0, 100.0]])
    result = {}
    for dtype in [torch.float64, torch.float32, torch.float16, torch.bfloat16]:
        special = torch.tensor([float("inf"), float("nan"), 1e-7, 65504.0, -3e38])
        result[str(dtype).removeprefix("torch.")] = values.to(dtype)
        result[str(dtype).removeprefix("torch.") + "_special"] = special.to(dtype)
    for dtype in [
        torch.float8_e4m3fn, torch.float8_e4m3fnuz, torch.float8_e5m2, torch.float8_e5m2fnuz,
        torch.float8_e8m0fnu,
    ]:
        result[str(dtype).removeprefix("torch.")] = values.abs().add(1).to(dtype)
    for bits in (8, 16, 32, 64):
        signed, unsigned = getattr(torch, f"int{bits}"), getattr(torch, f"uint{bits}")
        limits = torch.iinfo(signed)
        result[f"int{bits}"] = torch.tensor([limits.min, -1, 0, 1, limits.max], dtype=signed)
        top = torch.tensor([-1, -2, 5], dtype=signed)
        result[f"uint{bits}"] = top.view(unsigned)
    result["bool"] = torch.tensor([[True, False], [False, True]])
    result["complex64"] = torch.tensor([1 + 2j, -3.5j])
    for name in ["complex32", "complex128"] if complexes else []:
        result[name] = result["complex64"].to(getattr(torch, name))
    return result


def views():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    parameter = torch.nn.Parameter(torch.ones(2, 2))
    noted = torch.nn.Parameter(torch.zeros(3))
    noted.note = "kept by its author"
    return {
        "base": base,
        "transposed": base.t(),
        "rows": base[1:3],
        "columns": base[:, 2:4],
        "steps": base[::2, 1::2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
        "scalar": torch.tensor(2.5),
        "element": base[2, 3],
        "empty": torch.empty(0),
        "empty_rows": torch.empty(3, 0, 2),
        "empty_slice": base[4:],
        "permuted": torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1),
        "channels_last": torch.arange(16.0).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last),
        "parameter": parameter,
        "noted": noted,
        "half_view": torch.arange(6, dtype=torch.float16)[1::2],
    }


def plain_values():
    shared = [1, 2]
    return {
        "none": None, "true": True, "false": False, "zero": 0, "small": 200, "medium": 60000,
        "negative": -5, "large": 2**40, "minimum": -(2**63), "beyond": 2**70, "below": -(2**70) - 1,
        "float": 0.1, "text": "Füße 🐝", "bytes": b"\x00ab\xff", "bytearray": bytearray(b"xyz"),
        "tuple": (1, (2, 3), ()), "list": [[], [1, [2]]], "set": {7}, "shared": [shared, shared],
        "size": torch.Size([2, 3]), "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "counter": collections.Counter("aab"), "complex": 1 + 2j, "dtype": torch.bfloat16,
        "device": torch.device("cuda:1"), "keys": {1: "one", True: "true", None: "none"},
        "nested_tensor": [torch.zeros(2, 3)], "long_text": "x" * 300,
    }


plain_json = {
    "none": None, "true": True, "false": False, "zero": 0, "small": 200, "medium": 60000,
    "negative": -5, "large": 2**40, "minimum": -(2**63), "beyond": str(2**70),
    "below": str(-(2**70) - 1), "float": 0.1, "text": "Füße 🐝", "bytes": "006162ff",
    "bytearray": "78797a", "tuple": [1, [2, 3], []], "list": [[], [1, [2]]], "set": [7],
    "shared": [[1, 2], [1, 2]], "size": [2, 3], "ordered": {"b": 1, "a": 2},
    "counter": {"a": 2, "b": 1}, "complex": [1.0, 2.0], "dtype": "torch.bfloat16",
    "device": "cuda:1", "keys": {"1": "true", "null": "none"},
    "nested_tensor": [{"dtype": "float32", "shape": [2, 3]}], "long_text": "x" * 300,
}


def rezip(source, name, compression, unseekable=False, force_zip64=False, folder=None):
    class Stream(io.RawIOBase):
        def __init__(self):
            self.data = bytearray()

        def writable(self):
            return True

        def write(self, data):
            self.data += data
            return len(data)

    stream = Stream() if unseekable else io.BytesIO()
    with zipfile.ZipFile(here / source) as old, zipfile.ZipFile(stream, "w", compression) as new:
        for entry in old.namelist():
            renamed = entry if folder is None else folder + entry.partition("/")[2]
            info = zipfile.ZipInfo(renamed)
            info.compress_type = compression
            with new.open(info, "w", force_zip64=force_zip64) as file:
                file.write(old.read(entry))
    (here / name).write_bytes(bytes(stream.data) if unseekable else stream.getvalue())
    expected[name] = expected[source]


# Readable files of torch.save
state = every_dtype(complexes=True)
save("dtypes.pt", {"state_dict": collections.OrderedDict(state)})
expect("dtypes.pt", state, wrapper="state_dict")

state = views()
save("views.pt", state)
owners = {
    "transposed": "base", "rows": "base", "columns": "base", "steps": "base", "element": "base",
    "empty_slice": "base",
}
expect("views.pt", state, shared=owners)

for protocol in (2, 3, 4, 5):
    state = {"a": torch.arange(3), "b": torch.ones(2, 2)}
    save(f"protocol{protocol}.pt", {"model": state, **plain_values()}, pickle_protocol=protocol)
    expect(f"protocol{protocol}.pt", state, plain_json, wrapper="model")

module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
weights = module.state_dict()
metadata = {
    "birder_version": "0.8.4",
    "task": "image_classification",
    "signature": {
        "inputs": [{"data_shape": [0, 3, 32, 32]}], "outputs": [{"data_shape": [0, 3]}],
    },
    "class_to_idx": {"Apis mellifera": 0, "Bombus": 2, "Märzfliege": 1},
    "rgb_stats": {"mean": [0.5, 0.25, 0.125], "std": [0.5, 0.5, 0.25]},
    "config": {"patch_size": 16, "layer_scale": 1e-05, "out_indices": None},
}
tuples = {"mean": (0.5, 0.25, 0.125), "std": (0.5, 0.5, 0.25)}
save("birder.pt", {"state": weights, **{**metadata, "rgb_stats": tuples}})
expect("birder.pt", weights, metadata, wrapper="state")

head = {"weight": torch.randn(3, 4), "bias": torch.randn(3)}
about = {"class_to_idx": {"a": 0, "b": 1, "c": 2}, "birder_version": "0.8.4"}
save("tiny.head.pt", {"state": head, **about})
expect("tiny.head.pt", head, about, wrapper="state")

save("bare.pt", weights)
expect("bare.pt", weights)
for prefix, name in [("module.", "parallel.pt"), ("module._orig_mod.", "compiled.pt")]:
    save(name, {"model": {prefix + key: value for key, value in weights.items()}})
    expect(name, weights, wrapper="model", prefix=prefix)

rezip("birder.pt", "deflated.pt", zipfile.ZIP_DEFLATED)
rezip("birder.pt", "deflated_stream.pt", zipfile.ZIP_DEFLATED, unseekable=True)
rezip("birder.pt", "stored_stream.pt", zipfile.ZIP_STORED, unseekable=True)
rezip("birder.pt", "zip64.pt", zipfile.ZIP_STORED, force_zip64=True)

# Readable files of safetensors
state = every_dtype()
safetensors.torch.save_file(state, here / "dtypes.safetensors")
with safetensors.safe_open(here / "dtypes.safetensors", framework="pt") as file:
    expect("dtypes.safetensors", {key: file.get_tensor(key) for key in file.keys()})
encoded = {
    key: value if key in ("birder_version", "task") else json.dumps(value)
    for key, value in metadata.items()
}
safetensors.torch.save_model(module, here / "birder.safetensors", encoded)
expect("birder.safetensors", safetensors.torch.load_file(here / "birder.safetensors"), metadata)
plain = {"x": torch.arange(6.0).reshape(2, 3), "empty": torch.empty(2, 0), "scalar": torch.tensor(1.0)}
safetensors.torch.save_file(plain, here / "plain.safetensors", {"note": "[1, 2"})
expect("plain.safetensors", plain, {"note": "[1, 2"})

# The format from before PyTorch 1.6
for name, protocol in [("legacy.pt", 2), ("legacy4.pt", 4)]:
    # torch itself does not read the types without a storage class back from this format.
    typed = {
        key: value for key, value in every_dtype(complexes=True).items()
        if not key.startswith(("float8", "uint16", "uint32", "uint64", "complex32"))
    }
    state = {**views(), **typed}
    options = dict(_use_new_zipfile_serialization=False, pickle_protocol=protocol)
    save(name, {"model": state, "epoch": 3}, **options)
    back = torch.load(here / name, weights_only=protocol == 2)["model"]
    expect(name, back, {"epoch": 3}, wrapper="model", shared=owners)

# A dict with tensors under a name of its author's
save("wrapped.pt", {"generator": weights, "steps": 7})
expect("wrapped.pt", weights, {"steps": 7}, wrapper="generator")

# NumPy's numbers, which weights_only allows after add_safe_globals
numbers = {
    "f8": numpy.float64(0.1), "f4": numpy.float32(0.1), "f2": numpy.float16(-2.5),
    "i8": numpy.int64(-(2**63)), "i4": numpy.int32(-7), "i2": numpy.int16(-300), "i1": numpy.int8(-1),
    "u8": numpy.uint64(2**64 - 1), "u4": numpy.uint32(2**32 - 1), "u2": numpy.uint16(65535),
    "u1": numpy.uint8(200), "b1": numpy.bool_(True),
}
number_json = {
    key: str(value) if key == "u8" else value.item() for key, value in numbers.items()
}
for protocol in (2, 4):
    name = f"numpy_scalars{protocol}.pt"
    save(name, {"state": {"a": torch.ones(1)}, **numbers}, pickle_protocol=protocol)
    expect(name, {"a": torch.ones(1)}, number_json, wrapper="state")

def save_script(name, module):
    """As torch saves it, less the positions in source files, which name directories of this machine."""
    torch.jit.save(module, here / name)
    saved = (here / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(here / name, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                new.writestr(entry, old.read(entry))


# TorchScript: state, attributes and constants
class Scripted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 1)
        self.blocks = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3))
        self.register_buffer("table", torch.arange(4.0).reshape(2, 2).t())
        self.sizes = torch.jit.Attribute([1, 2, 3], typing.List[int])
        self.names = torch.jit.Attribute({"a": 1.5}, typing.Dict[str, float])
        self.label = "näme"

    def forward(self, x):
        y = self.blocks(self.conv(x).mean((2, 3))) + self.table.sum()
        return y, self.sizes, self.names, self.label


module = Scripted().eval()
save_script("scripted.pts", torch.jit.script(module))
back = torch.jit.load(here / "scripted.pts")
attributes = {
    "training": False, "sizes": [1, 2, 3], "names": {"a": 1.5}, "label": "näme",
    "conv.training": False, "conv.transposed": False,
    "conv._reversed_padding_repeated_twice": [0, 0, 0, 0], "blocks.training": False, "blocks.0.training": False,
    "blocks.1.training": False,
}
expect(
    "scripted.pts", dict(back.state_dict()),
    {"class": "__torch__.Scripted", "attributes": attributes},
    constants=[],
)


class Traced(torch.nn.Module):
    def forward(self, x):
        return x + torch.tensor([[0.5, -1.0], [2.0, 4.0]])


traced = torch.jit.trace(Traced(), torch.zeros(2, 2))
save_script("traced.pts", traced)
constants = torch.jit.load(here / "traced.pts").code_with_constants[1].const_mapping
expect(
    "traced.pts", {}, {"class": "__torch__.Traced", "attributes": {"training": True}},
    constants=[{"name": key, **describe(value)} for key, value in constants.items()],
)

# Files that are refused, each for what it is
save("several_dicts.pt", {"one": weights, "two": weights})
save("numpy_array.pt", {"a": torch.ones(1), "mean": numpy.ones(2)})
save("sparse.pt", {"state": {"a": torch.eye(2).to_sparse(), "b": torch.ones(1)}})
save("quantized.pt", {"a": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)})
save("conjugate.pt", {"a": torch.tensor([1 + 2j]).conj()})
save("negative.pt", {"a": torch.tensor([1 + 2j]).conj().imag})
save("tensor.pt", torch.ones(2))
save("empty_dict.pt", {"state": {}})
with zipfile.ZipFile(here / "bare.pt") as old, zipfile.ZipFile(here / "big_endian.pt", "w") as new:
    for entry in old.namelist():
        new.writestr(entry, b"big" if entry.endswith("byteorder") else old.read(entry))
(here / "bare.pickle").write_bytes(pickle.dumps({"a": 1}, protocol=4))


class Attack:
    def __reduce__(self):
        import os

        return os.system, ("echo attacked",)


save("attack.pt", {"state": {"a": torch.ones(1)}, "rgb_stats": Attack()})

# What the writers should write, byte for byte
array = numpy.array([[0.5, -1.0, 2.0], [3.0, 4.0, 5.5]], dtype="<f4")
numpy.save(here / "matrix.npy", array)
numpy.save(here / "vector.npy", numpy.arange(3, dtype="<f4"))
numpy.save(here / "scalar.npy", numpy.array(1.5, dtype="<f4"))
safetensors.torch.save_file(
    {"matrix": torch.from_numpy(array), "vector": torch.arange(3.0)},
    here / "written.safetensors", {"key": "välue"},
)

# What PyTorch makes of floating-point numbers in another precision: edges of the formats, ties of the
# rounding, and some of everything.
numbers = [0.0, -0.0, 1.0, float("inf"), float("-inf"), float("nan"), 65504.0, 65519.99, 65520.0, -65536.0, 3.4e38,
           3.38e38, 3.3961775e38, 2**-14, 2**-24, 2**-25, 2**-25 * 1.5, 2**-26, 1e-40, 1e-45]
numbers += [1 + k / 2**11 for k in range(8)] + [1 + k / 2**8 for k in range(8)] + [2**-15 + k * 2**-26 for k in range(8)]
numbers += torch.randn(200, dtype=torch.float64).mul(torch.logspace(-8, 8, 200, dtype=torch.float64)).tolist()
floats = {str(t).removeprefix("torch."): torch.tensor(numbers, dtype=torch.float64).to(t)
          for t in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
floats["counts"] = torch.arange(3)
save("floats.pt", {"state": floats, "note": "ties"})
expect("floats.pt", floats, {"note": "ties"}, wrapper="state")


def without_payload(tensor):
    """Bytes in which every NaN is the usual one: its sign and payload depend on the machine."""
    quiet = {torch.float32: 0x7FC00000, torch.float16: 0x7E00, torch.bfloat16: 0x7FC0}
    integers = {torch.float32: torch.int32, torch.float16: torch.int16, torch.bfloat16: torch.int16}
    if tensor.dtype in quiet:
        bits = tensor.view(integers[tensor.dtype]).clone()
        bits[tensor.isnan()] = quiet[tensor.dtype]
        tensor = bits
    return bytes(tensor.view(torch.uint8).tolist()).hex()


converted = {
    name: {key: without_payload(value.to(dtype) if value.is_floating_point() else value)
           for key, value in floats.items()}
    for name, dtype in [("float32", torch.float32), ("float16", torch.float16), ("bfloat16", torch.bfloat16)]
}
(here / "converted.json").write_text(json.dumps(converted, indent=1) + "\n")

text = json.dumps(expected, indent=1, ensure_ascii=False)
(here / "expected.json").write_text(text + "\n", encoding="utf-8")
