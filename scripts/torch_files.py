"""Makes checkpoint files for check-torch: sound ones, mutated ones and ones put together at random.

Usage: torch_files.py DIRECTORY COUNT SEED

Each file is called NUMBER-KIND.pt; the same seed makes the same files. The kinds:

values   a pickle put together instruction by instruction: values, tensors, storages, and mistakes
opcodes  a pickle that torch.save wrote, with instructions removed, repeated, moved or changed
bytes    a pickle that torch.save wrote, with bytes changed, in an archive that is sound otherwise
zip      an archive with other records, names, flags, orders, sizes or end records
file     a file that torch.save wrote, with bytes changed or cut off
legacy   the like in the format from before PyTorch 1.6
"""

import collections
import io
import pathlib
import pickletools
import random
import struct
import sys
import warnings

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests/Corpus"))
from parts import *

warnings.filterwarnings("ignore")
STORAGES = {
    "FloatStorage": 4, "DoubleStorage": 8, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8,
    "IntStorage": 4, "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1,
    "ComplexFloatStorage": 8, "ComplexDoubleStorage": 16,
}
DTYPES = [
    "float32", "float16", "bfloat16", "float64", "int64", "int8", "uint8", "bool", "uint16", "uint32",
    "uint64", "complex64", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "qint8", "bits8", "int4",
]
GLOBALS = [
    ("collections", "OrderedDict"), ("collections", "Counter"), ("torch", "Size"), ("torch", "Tensor"),
    ("torch.nn.parameter", "Parameter"), ("torch", "float32"), ("torch", "device"), ("_codecs", "encode"),
    ("builtins", "set"), ("__builtin__", "bytearray"), ("builtins", "complex"), ("torch", "FloatStorage"),
    ("torch.storage", "UntypedStorage"), ("torch.cuda", "HalfStorage"), ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"), ("torch._tensor", "_rebuild_from_type_v2"), ("os", "system"),
    ("torch.serialization", "_get_layout"), ("torch", "per_tensor_affine"), ("builtins", "eval"),
    ("torch._utils", "_rebuild_sparse_tensor"), ("torch", "storage.UntypedStorage"), ("torch", "QInt8Storage"),
    ("torch._utils", "_rebuild_wrapper_subclass"), ("numpy", "dtype"), ("copyreg", "_reconstructor"),
]


class Maker:
    """Puts pickles together; most of what it makes is sound, so that much is accepted."""

    def __init__(self, rng):
        self.rng = rng
        self.storages = {}
        self.memo = 0
        self.mistakes = rng.choice([0, 0, 0.004, 0.004, 0.02])
        self.modern = rng.random() < 0.25
        self.depth = 0

    def wrong(self):
        return self.rng.random() < self.mistakes

    def text(self, value):
        if self.modern and self.rng.random() < 0.5:
            data = value.encode()
            return b"\x8c" + bytes([len(data)]) + data if len(data) < 256 else text(value)
        if self.rng.random() < 0.02 and value.isascii():
            return b"U" + bytes([len(value)]) + value.encode()
        return text(value)

    def integer(self, value):
        if self.rng.random() < 0.1:
            count = max(1, (value.bit_length() + 8) // 8)
            return b"\x8a" + bytes([count]) + value.to_bytes(count, "little", signed=True)
        if 0 <= value < 256 and self.rng.random() < 0.5:
            return b"K" + bytes([value])
        if 0 <= value < 65536 and self.rng.random() < 0.5:
            return b"M" + struct.pack("<H", value)
        return integer(value)

    def remembered(self, data):
        """The value, put into the memo, and now and then fetched from it."""
        if self.rng.random() > 0.15:
            return data
        index = self.memo
        self.memo += 1
        if self.wrong():
            index = self.rng.randrange(300)
        store = b"q" + bytes([index]) if index < 256 else b"r" + struct.pack("<I", index)
        if self.modern and self.rng.random() < 0.3:
            store = b"\x94"
        return data + store

    def fetched(self):
        index = self.rng.randrange(max(1, self.memo))
        return b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<I", index)

    def plain(self):
        rng = self.rng
        return rng.choice([
            lambda: NONE, lambda: TRUE, lambda: FALSE, lambda: self.integer(rng.choice([0, 1, 2, 7, -1, 255, 2**31, -(2**40), 2**70])),
            lambda: b"G" + struct.pack(">d", rng.choice([0.0, -0.0, 1.0, 1.5, -2.25, 1e300, float("inf"), float("nan")])),
            lambda: self.text(rng.choice(["", "a", "b", "weight", "Füße", "x" * 40, "1", "true", "🐝"])),
        ])()

    def key(self):
        rng = self.rng
        choice = rng.random()
        if choice < 0.8:
            return self.text(rng.choice(["a", "b", "c", "k1", "k2", "k3", "epoch", "weight", "state"]) + rng.choice(["", "0", "1"]))
        if choice < 0.93:
            return self.plain()
        if choice < 0.97:
            return tuple_of(self.plain(), self.plain())
        return self.value()

    def call(self, function, *arguments):
        how = REDUCE if not self.wrong() else self.rng.choice([NEWOBJ, BUILD])
        return self.name(*function) + tuple_of(*arguments) + how

    def name(self, module, name):
        if self.wrong():
            module, name = self.rng.choice(GLOBALS)
        if self.modern and self.rng.random() < 0.4:
            return pushed(module, name)
        return named(module, name)

    def container(self):
        rng = self.rng
        count = rng.randrange(4)
        kind = rng.randrange(9)
        if kind == 0:
            return list_of(*[self.value() for _ in range(count)])
        if kind == 1:
            return EMPTY_LIST + b"".join(self.value() + APPEND for _ in range(count))
        if kind == 2:
            values = [self.value() for _ in range(rng.randrange(4))]
            return [EMPTY_TUPLE, *[b"".join(values) + bytes([0x84 + len(values)])] * 3][min(len(values), 3)] if values else EMPTY_TUPLE
        if kind == 3:
            return dict_of(*[(self.key(), self.value()) for _ in range(count)])
        if kind == 4:
            return EMPTY_DICT + b"".join(self.key() + self.value() + SETITEM for _ in range(count))
        if kind == 5:
            body = self.call(("collections", "OrderedDict"), *([self.value()] if self.wrong() else []))
            body += MARK + b"".join(self.key() + self.value() for _ in range(count)) + SETITEMS
            if rng.random() < 0.3:
                body += dict_of((self.text("_metadata"), self.value())) if not self.wrong() else self.value()
                body += BUILD
            return body
        if kind == 6:
            return self.call(("builtins", "set"), list_of(*[self.key() for _ in range(count)]))
        if kind == 7:
            return self.call(("collections", "Counter"), dict_of(*[(self.key(), self.integer(3)) for _ in range(count)]))
        if self.modern and rng.random() < 0.6:
            if rng.random() < 0.5:
                return EMPTY_SET + MARK + b"".join(self.key() for _ in range(count)) + b"\x90"
            return MARK + b"".join(self.key() for _ in range(count)) + b"\x91"
        return EMPTY_SET

    def special(self):
        rng = self.rng
        return rng.choice([
            lambda: self.call(("torch", "Size"), tuple_of(*[self.integer(i + 1) if not self.wrong() else self.plain() for i in range(rng.randrange(3))])),
            lambda: self.call(("torch", "device"), *rng.choice([[self.text("cpu")], [self.text("cuda"), self.integer(1)], [self.text("mps:0")], [self.plain()]])),
            lambda: self.call(("builtins", "complex"), *[b"G" + struct.pack(">d", 0.5) if not self.wrong() else self.plain() for _ in range(2)]),
            lambda: self.call(("_codecs", "encode"), self.text(rng.choice(["a", "\xff\0", "é", "", "\u0100"]) if rng.random() < 0.9 else "€"), self.text(rng.choice(["latin1", "latin1", "latin-1", "utf-8"]))),
            lambda: self.call(("builtins", "bytearray"), *rng.choice([[], [self.text("abc"), self.text("latin-1")], [self.plain()]])),
            lambda: self.call(("torch.serialization", "_get_layout"), self.text(rng.choice(["torch.strided", "torch.sparse_coo", "torch.strange"]))),
            lambda: self.name("torch", rng.choice(DTYPES)),
            lambda: self.name(*rng.choice(GLOBALS)),
            lambda: self.scalar(),
        ])()

    def scalar(self):
        kind, size = self.rng.choice([("f8", 8), ("f4", 4), ("i8", 8), ("u1", 1), ("b1", 1), ("f2", 2)])
        dtype = self.call(("numpy", "dtype"), self.text(kind), FALSE, TRUE)
        order = self.text("|" if size == 1 else self.rng.choice("<<>" if not self.wrong() else "=x"))
        dtype += tuple_of(integer(3), order, NONE, NONE, NONE, integer(-1), integer(-1), integer(0)) + BUILD
        data = bytes(self.rng.randrange(2 if kind == "b1" else 120) for _ in range(size))
        if self.wrong():
            data += b"x"
        return self.call(("numpy._core.multiarray", "scalar"), dtype, named("_codecs", "encode") + tuple_of(text(data.decode("latin1")), text("latin1")) + REDUCE)

    def tensor(self):
        rng = self.rng
        if self.storages and rng.random() < 0.4:
            key, (kind, count) = rng.choice(sorted(self.storages.items()))
        else:
            key = str(len(self.storages))
            kind = rng.choice(sorted(STORAGES)) if rng.random() < 0.8 else None
            count = rng.choice([0, 1, 2, 4, 6, 12, 24])
            self.storages[key] = (kind, count)
        stated = count if not self.wrong() else rng.choice([count + 1, max(0, count - 1), -1, 2**40])
        module = "torch" if kind else "torch.storage"
        if kind and rng.random() < 0.05:
            module = "torch.cuda"
        parts = [
            self.text("storage") if not self.wrong() else self.plain(), self.name(module, kind or "UntypedStorage"),
            self.text(key) if not self.wrong() else rng.choice([self.integer(int(key)), self.text("9"), self.text("../data/0"), self.plain()]),
            self.text(rng.choice(["cpu", "cpu", "cuda:0"])) if not self.wrong() else self.plain(), self.integer(stated),
        ]
        if self.wrong():
            rng.choice([lambda: parts.append(NONE), lambda: parts.pop(), lambda: parts.reverse()])()
        store = tuple_of(*parts) + PERSID
        dtype = rng.choice(DTYPES) if kind is None else None
        shape, strides, offset = self.layout(count if kind else count // max(1, element_size(dtype)))
        sizes = [self.integer(n) if not self.wrong() else self.plain() for n in shape]
        steps = [self.integer(n) if not self.wrong() else self.plain() for n in strides]
        gradient = FALSE if rng.random() < 0.8 or kind is None else TRUE
        hooks = self.call(("collections", "OrderedDict")) if not self.wrong() else self.value()
        arguments = [
            store, self.integer(offset), tuple_of(*sizes), tuple_of(*steps),
            gradient if not self.wrong() else self.plain(), hooks,
        ]
        function = "_rebuild_tensor_v2"
        if kind is None:
            function = "_rebuild_tensor_v3"
            arguments.append(self.name("torch", dtype))
        elif rng.random() < 0.05:
            function, arguments = "_rebuild_tensor", arguments[:4]
        if rng.random() < 0.1:
            arguments.append(rng.choice([NONE, EMPTY_DICT, dict_of((text("conj"), FALSE)), dict_of((text("neg"), TRUE)), dict_of((text("neg"), FALSE)), self.plain()]))
        if self.wrong():
            arguments.pop(rng.randrange(len(arguments)))
        result = self.call(("torch._utils", function), *arguments)
        if rng.random() < 0.12:
            result = self.parameter(function, arguments, result)
        return result

    def parameter(self, function, arguments, result):
        rng = self.rng
        gradient = rng.choice([TRUE, FALSE]) if not self.wrong() else self.plain()
        hooks = self.call(("collections", "OrderedDict"))
        attributes = rng.choice([
            NONE, EMPTY_DICT, dict_of((self.text("tag"), self.plain())), tuple_of(dict_of((text("tag"), NONE)), NONE),
            tuple_of(NONE, NONE), self.plain(), dict_of((self.text(rng.choice(["data", "real", "shape", "grad", "tag", "T"])), self.value())),
        ])
        kind = rng.randrange(3)
        if kind == 0:
            return self.call(("torch._utils", "_rebuild_parameter"), result, gradient, *([hooks] if not self.wrong() else []))
        if kind == 1:
            return self.call(("torch._utils", "_rebuild_parameter_with_state"), result, gradient, hooks, attributes)
        return self.call(("torch._tensor", "_rebuild_from_type_v2"), named("torch._utils", function),
                         self.name("torch", "Tensor") if rng.random() < 0.5 else self.name("torch.nn.parameter", "Parameter"),
                         tuple_of(*arguments), attributes)

    def layout(self, count):
        """A shape, strides and an offset that mostly lie in the storage."""
        rng = self.rng
        shape = [rng.choice([1, 2, 3]) for _ in range(rng.choice([0, 1, 1, 2, 2, 3]))]
        if rng.random() < 0.08:
            shape.insert(0, 0)
        while shape and numpy.prod(shape) > count and 0 not in shape:
            shape.pop()
        if count == 0 and 0 not in shape:
            shape = [0]
        strides, step = [], 1
        for size in reversed(shape):
            strides.insert(0, step)
            step *= max(1, size)
        if len(shape) > 1 and rng.random() < 0.25:
            order = list(range(len(shape)))
            rng.shuffle(order)
            shape, strides = [shape[i] for i in order], [strides[i] for i in order]
        if rng.random() < 0.08:
            strides = [rng.choice([0, s, s + 1]) for s in strides]
        offset = rng.choice([0, 0, 0, 1, count - step if 0 not in shape else 5])
        if self.wrong():
            strides = [rng.choice([-1, 2**62, 7, 0]) for _ in strides]
        if self.wrong():
            shape = [*shape, rng.choice([-1, 2**62, 0, 3])]
            strides = strides if self.rng.random() < 0.3 else [*strides, 1]
        if self.wrong():
            offset = rng.choice([-1, 2**62, count, 100])
        return shape, strides, offset

    def value(self):
        self.depth += 1
        choice = self.rng.random()
        if self.depth > 5 or choice < 0.45:
            result = self.plain()
        elif choice < 0.7:
            result = self.container()
        elif choice < 0.85:
            result = self.special()
        elif choice < 0.93:
            result = self.tensor()
        elif self.memo:
            result = self.fetched()
        else:
            result = self.plain()
        self.depth -= 1
        if self.wrong():
            result += self.rng.choice([b"2", b"0", MARK, EMPTY_DICT, NONE, b"\x85", APPEND, SETITEM, BUILD, PERSID, REDUCE, NEWOBJ, b"1", TUPLE])
        return self.remembered(result)

    def state(self):
        rng = self.rng
        lead = rng.choice(["", "", "", "module.", "_orig_mod.", "model.", "backbone."])
        names = [lead + rng.choice(["conv", "norm", "fc", "blocks.0"]) + f".{part}" for part in ("weight", "bias", "scale", "running_mean")]
        rng.shuffle(names)
        pairs = [(self.text(name), self.tensor()) for name in names[: rng.randrange(1, 5)]]
        if rng.random() < 0.1:
            pairs.append((self.text(lead + "num_batches_tracked") if rng.random() < 0.5 else self.key(), self.value()))
        if rng.random() < 0.5:
            return dict_of(*pairs)
        body = self.call(("collections", "OrderedDict")) + MARK + b"".join(k + v for k, v in pairs) + SETITEMS
        if rng.random() < 0.6:
            body += dict_of((self.text("_metadata"), dict_of((text(""), dict_of((text("version"), integer(1))))))) + BUILD
        return body

    def pickle(self):
        rng = self.rng
        if rng.random() < 0.5:
            root = self.state()
        else:
            pairs = [(self.text(rng.choice(["state", "state_dict", "model", "net", "model_state_dict"])), self.state())]
            pairs += [(self.key(), self.value()) for _ in range(rng.randrange(3))]
            if rng.random() < 0.2:
                pairs.append((self.text(rng.choice(["state_dict_ema", "model_ema", "ema", "optimizer"])), self.state()))
            rng.shuffle(pairs)
            root = dict_of(*pairs)
        protocol = rng.choice([3, 4, 5]) if self.modern else 2
        if self.wrong():
            protocol = rng.randrange(8)
        body = root + STOP
        if self.modern and rng.random() < 0.5:
            body = framed(body, rng)
        return bytes([0x80, protocol]) + body + (b"x" if self.wrong() else b"")

    def data(self):
        """The bytes of the storages."""
        rng = self.rng
        result = {}
        for key, (kind, count) in self.storages.items():
            size = count * STORAGES.get(kind, 1)
            data = bytes(rng.randrange(2) if kind == "BoolStorage" else rng.randrange(256) for _ in range(size))
            if self.wrong():
                data = rng.choice([data + b"\0", data[:-1], b"", data * 2])
            result[key] = data
        return result


def element_size(dtype):
    return torch.empty(0, dtype=getattr(torch, dtype)).element_size() if dtype in (
        "float32", "float16", "bfloat16", "float64", "int64", "int8", "uint8", "bool", "uint16", "uint32", "uint64",
        "complex64", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu") else 1


def framed(body, rng):
    """The instructions in frames, which now and then end within one."""
    try:
        places = [position for _, _, position in pickletools.genops(body)] + [len(body)]
    except Exception:
        places = [0, len(body)]
    cuts = sorted({0, len(body), *rng.sample(places, min(len(places), rng.randrange(3)))})
    if rng.random() < 0.3:
        cuts = sorted({*cuts, rng.randrange(len(body))})
    result = b""
    for start, end in zip(cuts, cuts[1:]):
        length = end - start if rng.random() < 0.95 else rng.choice([0, 1, end - start + 1, 2**40])
        result += b"\x95" + struct.pack("<Q", length) + body[start:end]
    return result


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def samples():
    """Objects to save."""
    grid = torch.arange(24.0).reshape(2, 3, 4)
    state = collections.OrderedDict([
        ("conv.weight", grid), ("conv.bias", torch.ones(3)), ("norm.num_batches_tracked", torch.tensor(7)),
        ("tied", grid), ("view", grid[:, 1]), ("turned", grid.transpose(0, 2))])
    state._metadata = {"": {"version": 1}}
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    return [
        state, {"state": dict(state), "epoch": 3, "rgb_stats": {"mean": (0.5, 0.25, 0.1), "std": [1.0, 1.0, 1.0]}},
        model.state_dict(), {"model": model.state_dict(), "args": {"lr": 0.1, "names": ["a", "b"], "none": None}},
        {"w": torch.nn.Parameter(torch.ones(2, 2)), "p": torch.nn.Parameter(torch.ones(1), requires_grad=False)},
        {f"t{i}": torch.zeros(3, dtype=d) for i, d in enumerate([torch.float16, torch.bfloat16, torch.int8, torch.bool, torch.complex64, torch.uint16, torch.float8_e4m3fn])},
        {"state_dict": {"a": torch.ones(2)}, "counter": collections.Counter("aab"), "size": torch.Size([1, 2]), "set": {1, 2}},
        {"a": torch.ones(2, 2), "device": torch.device("cuda:1"), "dtype": torch.float16, "complex": 1 + 2j, "bytes": b"ab", "big": 2**70},
        {"w": torch.ones(4), "score": numpy.float64(0.25), "count": numpy.int64(3)},
    ]


def entries_of(data):
    """The records of an archive of torch.save."""
    import zipfile
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return [(info.filename, file.read(info)) for info in file.infolist()]


def archive(entries, **options):
    return zip_file([Entry(name, data) for name, data in entries], **options)


def mutated_pickle(data, rng):
    """The pickle with some instructions removed, repeated, moved or changed."""
    ops = []
    places = [position for _, _, position in pickletools.genops(data)] + [len(data)]
    ops = [data[a:b] for a, b in zip(places, places[1:])]
    for _ in range(rng.randrange(1, 4)):
        i, j = rng.randrange(1, len(ops)), rng.randrange(1, len(ops))
        kind = rng.randrange(9)
        if kind == 0:
            del ops[i]
        elif kind == 1:
            ops.insert(j, ops[i])
        elif kind == 2:
            ops[i], ops[j] = ops[j], ops[i]
        elif kind == 3:
            ops[i] = ops[j]
        elif kind == 4:
            ops.insert(i, rng.choice([
                NONE, TRUE, EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE, MARK, b"0", b"1", b"2", b"\x85", TUPLE, BUILD, REDUCE, NEWOBJ,
                integer(rng.choice([0, 1, -1, 2**40])), text("x"), named(*rng.choice(GLOBALS)), put(rng.randrange(5)), get(rng.randrange(9)),
                PROTO, PERSID, SETITEM, APPEND, b"\x95" + struct.pack("<Q", rng.randrange(40)), b"\x94", b"I1\n", b"L1L\n", b"\x8f", b"T\1\0\0\0x"]))
        elif kind == 5:
            op = bytearray(ops[i])
            op[rng.randrange(len(op))] = rng.randrange(256)
            ops[i] = bytes(op)
        elif kind == 6 and ops[i][:1] == b"c":
            ops[i] = named(*rng.choice(GLOBALS))
        elif kind == 7 and ops[i][:1] in (b"K", b"J", b"M"):
            ops[i] = integer(rng.choice([0, 1, 2, 3, 4, 8, 12, 24, 25, 255, -1, 2**31, 2**62]))
        elif kind == 8:
            names = [k for k, op in enumerate(ops) if op[:1] == b"X"]
            if len(names) > 1:
                a, b = rng.sample(names, 2)
                ops[a] = ops[b]
    return b"".join(ops)


def mutated_bytes(data, rng, most=4):
    data = bytearray(data)
    for _ in range(rng.randrange(1, most)):
        if not data:
            break
        i = rng.randrange(len(data))
        kind = rng.randrange(6)
        if kind == 0:
            data[i] = rng.randrange(256)
        elif kind < 3:
            data[i] ^= 1 << rng.randrange(8)
        elif kind == 3:
            del data[i:i + rng.randrange(1, 9)]
        elif kind == 4:
            data[i:i] = data[i:i + rng.randrange(1, 9)]
        else:
            j = rng.randrange(len(data))
            data[i], data[j] = data[j], data[i]
    return bytes(data)


def mutated_archive(data, rng):
    """The records of a sound archive, in an archive that is not."""
    entries = [Entry(name, content) for name, content in entries_of(data)]
    options = {}
    folder = entries[0].name.split(b"/")[0] + b"/"

    def record(name):
        return next((e for e in entries if e.name == folder + name.encode()), None)

    def replace(name, content):
        entry = record(name)
        if entry is None:
            entries.insert(rng.randrange(len(entries) + 1), Entry(folder + name.encode(), content))
        else:
            entry.data = content

    def some():
        return rng.choice(entries)

    number = lambda: rng.choice([b"3", b"3\n", b"", b"x", b"0", b"1", b"2", b"9", b"10", b"11", b"-1", b" 4", b"3x", b"999999999999999999999", b"\xff", b"03", b"3.5", b"3\0"])
    changes = [
        lambda: replace("version", number()), lambda: replace(".data/version", number()),
        lambda: [entries.remove(e) for e in [some()] if len(entries) > 1],
        lambda: entries.insert(rng.randrange(len(entries) + 1), Entry(some().name, rng.choice([b"", b"x", some().data]))),
        lambda: entries.insert(0, Entry(rng.choice([b"decoy/x", b"x", b"decoy/data.pkl", folder, b"a/b/c", b"/x"]), b"")),
        lambda: entries.append(Entry(rng.choice([b"decoy/x", b"x", b"other/data.pkl", folder + b"sub/", folder + b"code/a.py"]), b"1")),
        lambda: rng.shuffle(entries),
        lambda: setattr(some(), "name", rng.choice([lambda n: n.upper(), lambda n: n[:-1], lambda n: n + b"x", lambda n: b"x/" + n, lambda n: n.replace(b"/", b"//"), lambda n: n.split(b"/", 1)[1], lambda n: n.replace(b"/", b"\\"), lambda n: n + b"\0x"])(some().name)),
        lambda: [setattr(e, "name", folder + e.name[len(folder):].upper()) for e in [some()]],
        lambda: replace(rng.choice(["ByteOrder", ".DATA/version", "Version", ".Storage_alignment", "Data/0"]), rng.choice([b"big", b"little", b"99", b"3", b"x"])),
        lambda: entries.append(Entry(some().name.swapcase(), rng.choice([some().data, b"\x80\2N."]))),
        lambda: some().changes.update(flags=1 << rng.randrange(16)),
        lambda: some().changes.update(local={"flags": 1 << rng.randrange(16)}),
        lambda: some().changes.update(method=rng.choice([0, 8, 1, 9, 12, 14, 99])),
        lambda: some().changes.update(deflate=True), lambda: [e.changes.update(deflate=True) for e in entries],
        lambda: some().changes.update(crc=rng.choice([0, 1, 2**32 - 1])),
        lambda: some().changes.update(size=rng.choice([0, 1, 4, 100, 2**31])),
        lambda: some().changes.update(compressed=rng.choice([0, 1, 4, 100, 2**31])),
        lambda: some().changes.update(local={rng.choice(["size", "compressed", "crc"]): rng.choice([0, 1, 4, 2**31])}),
        lambda: some().changes.update(local={"name": rng.choice([b"x", b"archive/data/9", some().name])}),
        lambda: some().changes.update(offset=rng.choice([0, 1, 40, 2**31])),
        lambda: some().changes.update(zip64=True), lambda: [e.changes.update(zip64=True) for e in entries],
        lambda: some().changes.update(extra=rng.choice([b"FB\2\0zz", b"\1\0\0\0", b"\1\0\x08\0" + bytes(8), b"xx", b"\x75\x70\x05\0\1abcd"])),
        lambda: [e.changes.update(flags=8, local={"crc": 0, "size": 0, "compressed": 0}, descriptor=descriptor(e.data, signature=rng.random() < 0.8, wide=rng.random() < 0.2, crc=rng.choice([None, None, None, 1]))) for e in [some()]],
        lambda: replace("byteorder", rng.choice([b"little", b"big", b"", b"Little", b"little\n", b"middle"])),
        lambda: replace(".format_version", rng.choice([b"1", b"2", b"", b"x"])),
        lambda: replace(".storage_alignment", rng.choice([b"64", b"1", b"0", b"", b"x", b"4096"])),
        lambda: replace(".data/serialization_id", rng.choice([b"", b"x", b"0" * 40])),
        lambda: replace(rng.choice(["constants.pkl", "code/x.py", "data/99", "extra/a.json", "attributes.pkl"]), rng.choice([b"", b"x", b"\x80\2)."])),
        lambda: options.update(comment=rng.choice([b"x", b"PK\5\6" + bytes(18), b"PK\5\6" + bytes(30), b"PK\5\6"])),
        lambda: options.update(tail=rng.choice([b"x", bytes(30), b"PK\5\6" + bytes(18)])),
        lambda: options.update(prefix=rng.choice([b"PK\3\4", bytes(4), b"x" * 64, b"PK\3\4" + bytes(26)])),
        lambda: options.update(gap=rng.choice([b"x", bytes(40), b"PK\1\2"])),
        lambda: options.update(central_gap=rng.choice([b"x", bytes(40)])),
        lambda: options.update(count=rng.choice([0, 1, len(entries) - 1, len(entries) + 1])),
        lambda: options.update(disk=1), lambda: options.update(directory_size=rng.choice([0, 10, 46])),
        lambda: options.update(directory_offset=rng.choice([0, 10, 2**31])),
        lambda: options.update(zip64_end=rng.choice([{}, {}, {"count": 1}, {"offset": 0}, {"size": 1}, {"length": 45}, {"position": 0}])),
        lambda: [setattr(e, "name", rng.choice([b"x/", b"a/b/", b"", b"m/", "Füße/".encode()]) + e.name.split(b"/", 1)[-1]) for e in list(entries)],
    ]
    for _ in range(rng.choice([1, 1, 2, 3])):
        rng.choice(changes)()
    try:
        return zip_file(entries, **options)
    except struct.error:
        return zip_file(entries)


def make(kind, rng, plain, modern, legacy):
    if kind == "values":
        maker = Maker(rng)
        data = maker.pickle()
        storages = maker.data()
        if maker.wrong() and storages:
            storages.pop(rng.choice(sorted(storages)))
        return torch_file(data, storages, changes={"data": {"deflate": rng.random() < 0.1}, "pickle": {"deflate": rng.random() < 0.1}})
    if kind in ("opcodes", "bytes"):
        entries = entries_of(rng.choice(plain if rng.random() < 0.75 else modern))
        change = mutated_pickle if kind == "opcodes" else mutated_bytes
        return archive([(name, change(data, rng) if name.endswith("/data.pkl") else data) for name, data in entries])
    if kind == "zip":
        return mutated_archive(rng.choice(plain), rng)
    if kind == "file":
        data = mutated_bytes(rng.choice(plain), rng)
        return data if rng.random() < 0.9 else data[: rng.randrange(len(data))]
    data = rng.choice(legacy)
    # Small changes of what stands before the storages.
    end = max(1, len(data) * 3 // 4)
    return mutated_bytes(data[:end], rng) + data[end:] if rng.random() < 0.9 else data[: rng.randrange(len(data))]


KINDS = ["values"] * 9 + ["opcodes"] * 4 + ["bytes"] * 2 + ["zip"] * 5 + ["file"] * 2 + ["legacy"] * 2


def main():
    directory, count, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    objects = samples()
    plain = [saved(value) for value in objects]
    modern = [saved(value, pickle_protocol=p) for value in objects for p in (3, 4, 5)]
    legacy = [saved(value, _use_new_zipfile_serialization=False) for value in objects]
    for index in range(count):
        rng = random.Random(f"{seed}-{index}")
        kind = rng.choice(KINDS)
        (directory / f"{index:06}-{kind}.pt").write_bytes(make(kind, rng, plain, modern, legacy))


if __name__ == "__main__":
    main()
