"""Compares what torch.load(weights_only=True) and the reader make of the same files.

Usage: check-torch.py DIRECTORY      with files of torch_files.py, and read.jsonl of the reader

What both read must have equal names, shapes, types, bytes and other values. What only the reader reads
must have one of the reasons below. Prints how many files had which outcome; exit code 1 for a
difference or an acceptance without a reason.
"""

import collections
import json
import math
import os
import pathlib
import pickle
import resource
import sys
import traceback
import warnings

import numpy
import torch

warnings.filterwarnings("ignore")
SAFE = [numpy._core.multiarray.scalar, numpy.dtype, *{type(numpy.dtype(c)) for c in "?bBhHiIlLqQefd"}]
torch.serialization.add_safe_globals(SAFE)
ALLOWED = torch._weights_only_unpickler._get_allowed_globals() | torch._weights_only_unpickler._get_user_allowed_globals()


class OtherUnpickler(pickle._Unpickler):
    """Python's own machine, which knows all instructions, with the names that weights_only allows."""

    def find_class(self, module, name):
        module, name = {("__builtin__", n): ("builtins", n) for n in ("set", "complex", "bytearray")}.get((module, name), (module, name))
        if (module, name) == ("torch._utils", "_rebuild_tensor_v3"):
            return rebuilt_without_gradient
        if f"{module}.{name}" not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return ALLOWED[f"{module}.{name}"]


def rebuilt_without_gradient(storage, offset, size, stride, gradient, *rest):
    return torch._utils._rebuild_tensor_v3(storage, offset, size, stride, False, *rest)


class OtherPickle:
    Unpickler = OtherUnpickler
    UnpicklingError = pickle.UnpicklingError

    @staticmethod
    def load(file, **options):
        return OtherUnpickler(file, **options).load()


def by_python(path):
    return torch.load(path, map_location="cpu", weights_only=False, pickle_module=OtherPickle)


def with_untyped(path):
    torch.storage.UntypedStorage.dtype = torch.uint8
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    finally:
        del torch.storage.UntypedStorage.dtype


def by_latin1(path):
    return torch.load(path, map_location="cpu", weights_only=True, encoding="latin1")


# Why the reader accepts what torch.load(weights_only=True) refuses: words of torch's error, the reason,
# and what reads the file instead, if anything does.
REASONS = [
    ("Unsupported operand", "instructions of protocols 3 to 5, which weights_only lacks; Python's own machine reads the same", by_python),
    ("codec can't decode", "a str of Python 2 that is not UTF-8: kept as bytes; torch needs encoding='latin1'", by_latin1),
    ("a leaf Variable that requires grad is being used in an in-place operation", "a tensor of _rebuild_tensor_v3 that requires a gradient, which torch writes but cannot read", by_python),
    ("'torch.storage.UntypedStorage' has no attribute 'dtype'", "a legacy file with elements of a newer type, which torch writes but cannot read", with_untyped),
    ("device type at start of device string", "a device that this PyTorch does not know: a text to the reader", None),
]


def key_text(key):
    value = plain(key)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def plain(value):
    """The JSON that the reader should give for a value."""
    if isinstance(value, torch.Tensor):
        return {"dtype": str(value.dtype).removeprefix("torch."), "shape": list(value.shape)}
    if isinstance(value, numpy.generic):
        return plain(value.item())
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((plain(item) for item in value), key=repr)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, type):
        return f"torch.{value.__name__}" if value is torch.Tensor else "torch.nn.Parameter"
    return str(value)


def same(value, json_value, inside=()):
    """Whether a value of Python is what the reader says."""
    if isinstance(json_value, dict) and set(json_value) == {"$ref"}:
        return True
    if id(value) in inside:
        return False
    if isinstance(value, dict):
        members = {key_text(k): v for k, v in value.items()}
        return (isinstance(json_value, dict) and len(members) == len(value) and members.keys() == json_value.keys()
                and all(same(v, json_value[k], (*inside, id(value))) for k, v in members.items()))
    if isinstance(value, (list, tuple)):
        return (isinstance(json_value, list) and len(value) == len(json_value)
                and all(same(v, j, (*inside, id(value))) for v, j in zip(value, json_value)))
    if isinstance(value, (set, frozenset)):
        return isinstance(json_value, list) and sorted(map(repr, map(plain, value))) == sorted(map(repr, json_value))
    return plain(value) == json_value and type(plain(value)) is type(json_value)


def difference(value, read):
    """What the reader has other than torch; None if nothing."""
    if not isinstance(value, dict):
        return "torch reads no dict"
    state, others = value, {}
    if read["wrapper"] is not None:
        texts = {key_text(k): k for k in value}
        state = value[texts[read["wrapper"]]]
        others = {key_text(k): v for k, v in value.items() if key_text(k) != read["wrapper"]}
    tensors = {}
    for key, item in state.items():
        if isinstance(item, torch.Tensor):
            tensors[key_text(key)] = item
        else:
            others[(read["wrapper"] + "." if read["wrapper"] is not None else "") + key_text(key)] = item
    expected = own_names(tensors, read)
    others = {k: v for k, v in others.items() if f"a copy of averaged weights, '{k}', is left out" not in read["left_out"]}
    if expected.keys() != read["tensors"].keys():
        return f"names {sorted(expected)} and {sorted(read['tensors'])}"
    for name, tensor in expected.items():
        entry = read["tensors"][name]
        tensor, dtype = tensor.detach(), str(tensor.dtype)
        if tensor.dtype == torch.bool:
            # Copies of truth values are 0 or 1, whatever the file has.
            tensor = tensor.view(torch.uint8)
        if dtype != f"torch.{entry['dtype']}" or list(tensor.shape) != entry["shape"]:
            return f"'{name}' is {dtype} {list(tensor.shape)} and {entry['dtype']} {entry['shape']}"
        dense = tensor.resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
        data = dense.untyped_storage().tolist() if dense.numel() else []
        if bytes(data).hex() != entry["bytes"]:
            return f"the bytes of '{name}' differ"
    if not same(others, read["metadata"]):
        return f"other values: {str(others)[:300]} and {str(read['metadata'])[:300]}"
    return None


def own_names(tensors, read):
    """The tensors by the names that they have without the parts of wrappers."""
    result = {}
    for name, tensor in tensors.items():
        if name == "n_averaged" and any("'n_averaged'" in note for note in read["left_out"]):
            continue
        name = name.removeprefix(read["prefix"])
        if any("torch.compile" in note for note in read["left_out"]):
            *parts, last = name.split(".")
            name = ".".join([part for part in parts if part != "_orig_mod"] + [last])
        result[name] = tensor
    return result


def outcome(path, entry):
    """The class of a file, and details for those that are at fault."""
    read = entry.get("read")
    try:
        value = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        if read is None:
            return "both refuse", ""
        return explained(path, read, f"{type(error).__name__}: {error}")
    if read is None:
        return "only torch reads", f"{entry['refused']}: {entry['reason'][:160]}"
    found = difference(value, read)
    return ("both read, with equal values", "") if found is None else ("DIFFERENT VALUES", found)


def explained(path, read, error):
    for words, reason, other in REASONS:
        if words not in error:
            continue
        if other is None:
            return f"only the reader reads: {reason}", ""
        try:
            value = other(path)
        except Exception as second:
            return "UNEXPLAINED ACCEPTANCE", f"{error[:120]} / {type(second).__name__}: {str(second)[:160]}"
        if other is by_latin1:
            return f"only the reader reads: {reason}", ""
        found = difference(value, read)
        return (f"only the reader reads: {reason}", "") if found is None else ("DIFFERENT VALUES", found)
    return "UNEXPLAINED ACCEPTANCE", error[:300]


def compare(paths, entries, output):
    """The outcomes of files, one line each, as far as torch survives them."""
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
    for path in paths:
        try:
            result = outcome(path, entries[path.name])
        except Exception:
            result = ("FAULT OF THIS SCRIPT", traceback.format_exc()[-1500:])
        output.write(json.dumps([path.name, *result]) + "\n")
        output.flush()


def main():
    directory = pathlib.Path(sys.argv[1])
    lines = (directory / "read.jsonl").read_text(encoding="utf-8").splitlines()
    entries = {entry["file"]: entry for entry in map(json.loads, lines)}
    paths = sorted(directory.glob("*.pt"))
    results = directory / "outcomes.jsonl"
    outcomes = []
    while len(outcomes) < len(paths):
        # Some of these files crash torch, so it runs in another process.
        child = os.fork()
        if child == 0:
            with open(results, "w", encoding="utf-8") as output:
                compare(paths[len(outcomes):], entries, output)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        outcomes += [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        if status != 0:
            name = paths[len(outcomes)].name
            result = "UNEXPLAINED ACCEPTANCE" if "read" in entries[name] else "torch crashes, the reader refuses"
            outcomes.append([name, result, f"torch crashes with status {status}"])
    report(outcomes, entries)


def report(outcomes, entries):
    counts = collections.Counter(result for _, result, _ in outcomes)
    kinds = collections.Counter(name.split("-")[1].split(".")[0] for name, _, _ in outcomes)
    print(f"{len(outcomes)} files: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    for result, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"{count:6} {result}")
    faults = [o for o in outcomes if o[1].isupper()]
    for name, result, detail in faults[:40]:
        print(f"{name}: {result}: {detail}")
    print(f"{counts['DIFFERENT VALUES']} differences of values, {counts['UNEXPLAINED ACCEPTANCE']} unexplained acceptances")
    if os.environ.get("DETAILS"):
        for name, result, detail in outcomes:
            print(name, result, detail, sep="\t")
    sys.exit(bool(faults) or not outcomes)


if __name__ == "__main__":
    main()
