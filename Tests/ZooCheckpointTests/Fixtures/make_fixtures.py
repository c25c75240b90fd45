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


def every_dtype():
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
state = every_dtype()
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
rezip("birder.pt", "no_folder.pt", zipfile.ZIP_STORED, folder="")

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

# Files that are refused, each for what it is
save("legacy.pt", {"a": torch.ones(1)}, _use_new_zipfile_serialization=False)
save("sparse.pt", {"state": {"a": torch.eye(2).to_sparse(), "b": torch.ones(1)}})
save("quantized.pt", {"a": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)})
save("conjugate.pt", {"a": torch.tensor([1 + 2j]).conj()})
save("negative.pt", {"a": torch.tensor([1 + 2j]).conj().imag})
save("numpy_scalar.pt", {"a": torch.ones(1), "best": numpy.float64(0.5)})
save("tensor.pt", torch.ones(2))
save("empty_dict.pt", {"state": {}})
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), here / "script.pts")
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

text = json.dumps(expected, indent=1, ensure_ascii=False)
(here / "expected.json").write_text(text + "\n", encoding="utf-8")
