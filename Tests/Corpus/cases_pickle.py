# Pickles in sound archives; read by make_corpus.py.

def with_value(value, name="x"):
    return torch_file(pickle(("w", tensor()), (name, value)))


# Values that are read as torch reads them.
WRAPPED = {"state_dict": {"w": torch.arange(3.0)}}
shared = [1, [2]]
for name, value in {
    "none-and-bools": [None, True, False], "integers": [0, 255, 256, 65535, 65536, -1, 2**31, -(2**31), 2**63 - 1, -(2**63)],
    "big-integers": [2**63, -(2**63) - 1, 2**200, -(2**200), 10**100], "floats": [0.0, -0.0, 1e-300, 1e300, 0.1],
    "strings": ["", "Füße", "𝛼🐝", "a\0b", "x" * 1000], "bytes": [b"a", b"\0\xff", bytearray(b"abc")],
    "nested": [[[[[{"a": [({"b": ()},)]}]]]]], "sets": [{1}, set()], "size": torch.Size([1, 2]),
    "ordered": collections.OrderedDict([("z", 1), ("a", 2)]), "counter": collections.Counter("aab"),
    "complex": [1 + 2j, -0.5j], "dtypes": [torch.float16, torch.int8, torch.bool, torch.complex64],
    "devices": [torch.device("cpu"), torch.device("cuda:3")], "shared": [shared, shared, {"k": shared}],
    "keys": {1: "a", 2.5: "b", (1, 2): "c", None: "d", True: "a2"},
    "tensors": [torch.ones(2, 3), {"t": torch.zeros(0, dtype=torch.int64)}],
    "numpy-numbers": [numpy.float64(0.25), numpy.float32(1.5), numpy.int64(-3), numpy.uint8(7), numpy.bool_(True)],
}.items():
    for protocol in (2, 5) if name not in ("bytes", "numpy-numbers") else (2, 4):
        if protocol > 2:
            # torch reads only protocol 2 without the allow-list of weights_only.
            accepted("values", f"{name}-{protocol}.pt", saved({**WRAPPED, "x": value}, pickle_protocol=protocol),
                     wrapper="state_dict", read={**WRAPPED, "x": value})
        else:
            accepted("values", f"{name}-{protocol}.pt", saved({**WRAPPED, "x": value}), wrapper="state_dict")
accepted("values", "python2-strings.pt", torch_file(PROTO + EMPTY_DICT + b"U\1w" + tensor() + SETITEM + STOP),
         read={"w": torch.tensor([1.0, 2, 3, 4])})
accepted("values", "put-before-filling.pt", with_value(
    tuple_of(EMPTY_LIST + put(0) + integer(5) + APPEND, get(0))))
accepted("values", "duplicate-and-pop.pt", with_value(integer(1) + b"2" + b"0"),
         read={"w": torch.tensor([1.0, 2, 3, 4]), "x": 1})
accepted("values", "ordered-dict-state.pt", with_value(
    named("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + dict_of((text("_metadata"), NONE)) + BUILD))

# Names of tensors, and where they stand.
three = {"a.weight": torch.arange(3.0), "b": torch.ones(1, dtype=torch.int16)}
for wrapper in ("state", "state_dict", "model", "model_state_dict", "generator"):
    accepted("wrappers", f"{wrapper}.pt", saved({wrapper: three, "epoch": 1}), wrapper=wrapper)
accepted("wrappers", "bare.pt", saved(three))
accepted("wrappers", "ordered.pt", saved(collections.OrderedDict(three)))
accepted("wrappers", "bare-with-others.pt", saved({**three, "epoch": 3, "args": {"lr": 0.1}}))
for prefix in ("module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "model.", "model._orig_mod.", "module.model._orig_mod."):
    accepted("wrappers", f"prefix-{prefix}pt", saved({"model": {prefix + k: v for k, v in three.items()}}),
             wrapper="model", prefix=prefix, left_out=[f"'{prefix}'"])
accepted("wrappers", "prefix-of-some.pt", saved({"module.a": torch.ones(1), "b": torch.ones(1)}))
accepted("wrappers", "model-of-some.pt", saved({"state_dict": {"model.a": torch.ones(1), "criterion.weight": torch.ones(1)}}), wrapper="state_dict", left_out=[])
accepted("wrappers", "model-twice.pt", saved({"model.model.a": torch.ones(1), "model.b": torch.ones(1)}), prefix="model.")
accepted("wrappers", "compiled-part.pt", saved({"backbone._orig_mod.a": torch.ones(1), "backbone._orig_mod.b._orig_mod.c": torch.zeros(1), "fc._orig_mod": torch.ones(2)}),
         read={"backbone.a": torch.ones(1), "backbone.b.c": torch.zeros(1), "fc._orig_mod": torch.ones(2)}, left_out=["2 names"])
accepted("wrappers", "compiled-twin.pt", saved({"a._orig_mod.w": torch.ones(1), "a.w": torch.zeros(1)}), left_out=[])
accepted("wrappers", "averaged.pt", saved({"n_averaged": torch.tensor(5), "module.a": torch.ones(1), "module.b": torch.ones(2)}),
         prefix="module.", read={"module.a": torch.ones(1), "module.b": torch.ones(2)}, left_out=["'module.'", "'n_averaged'"])
accepted("wrappers", "averaged-by-name-only.pt", saved({"n_averaged": torch.tensor(5), "a": torch.ones(1)}), left_out=[])
accepted("wrappers", "averaged-vector.pt", saved({"n_averaged": torch.ones(5), "module.a": torch.ones(1)}), left_out=[])
for ema in ("state_dict_ema", "model_ema", "ema", "EMA-weights"):
    accepted("wrappers", f"with-{ema}.pt", saved({"net": three, ema: {k: v * 2 for k, v in three.items()}, "epoch": 1}),
             wrapper="net", read={"net": three, "epoch": 1}, left_out=[f"'{ema}'"])
    accepted("wrappers", f"only-{ema}.pt", saved({ema: three, "epoch": 1}), wrapper=ema, left_out=[])
refused("wrappers", "two-averages.pt", saved({"ema": three, "ema_2": three}), "unsupported", "2 dicts with tensors")
accepted("wrappers", "state-first.pt", saved({"model": {"x": 1}, "state": three}), wrapper="state")
accepted("wrappers", "nothing-in-state.pt", saved({"state": {"lr": 1}, "model": three}), wrapper="model")
accepted("wrappers", "integer-names.pt", saved({0: torch.ones(1), 1: torch.zeros(2)}),
         read={"0": torch.ones(1), "1": torch.zeros(2)})
refused("wrappers", "two-dicts.pt", saved({"one": three, "two": three}), "unsupported", "2 dicts with tensors", "'one', 'two'")
refused("wrappers", "no-tensors.pt", saved({"state": {}, "epoch": 1}), "unsupported", "no tensors are found")
refused("wrappers", "list.pt", saved([torch.ones(1)]), "unsupported", "no dict at its top")
refused("wrappers", "tensor.pt", saved(torch.ones(1)), "unsupported", "no dict at its top")

# Code.
for label, (module, name) in {
    "os-system": ("os", "system"), "posix-system": ("posix", "system"), "nt-system": ("nt", "system"),
    "eval": ("builtins", "eval"), "exec": ("builtins", "exec"), "getattr": ("builtins", "getattr"),
    "import": ("builtins", "__import__"), "eval-2": ("__builtin__", "eval"), "popen": ("subprocess", "Popen"),
    "runpy": ("runpy", "run_path"), "torch-load": ("torch", "load"), "hub": ("torch.hub", "load"),
    "load-from-bytes": ("torch.storage", "_load_from_bytes"), "partial": ("functools", "partial"),
    "joined-name": ("torch", "_utils._rebuild_tensor_v2"), "joined-module": ("torch._utils._rebuild_tensor_v2", ""),
    "joined-odict": ("", "collections.OrderedDict"), "attribute": ("collections", "OrderedDict.fromkeys"),
    "module-class": ("torch.nn.modules.linear", "Linear"), "model-class": ("__main__", "Net"),
    "script-class": ("__torch__.Net", "Net"), "pickle-loads": ("pickle", "loads"),
    "numpy-load": ("numpy", "load"), "codecs-decode": ("_codecs", "decode"), "copyreg": ("copyreg", "_reconstructor"),
    "typed-storage": ("torch.storage", "_StorageBase"),
}.items():
    for way, spell in (("global", named), ("stack-global", pushed)):
        data = with_value(spell(module, name) + tuple_of(text("echo attacked")) + REDUCE)
        refused("code", f"{label}-{way}.pt", data, "integrity", f"{module}.{name} at byte", "tries to run code")
refused("code", "named-only.pt", with_value(named("os", "system")), "integrity", "os.system at byte")
refused("code", "in-a-memo.pt", torch_file(
    PROTO + named("os", "system") + put(0) + b"0" + dict_of((text("w"), tensor())) + STOP), "integrity", "os.system at byte 2")
refused("code", "position.pt", torch_file(pickle(("x", named("posix", "system")))), "integrity", "posix.system at byte 10")
for opcode, name in [(b"i", "INST"), (b"o", "OBJ"), (b"\x92", "NEWOBJ_EX"), (b"\x82\1", "EXT1"), (b"\x83\1\0", "EXT2"),
                     (b"\x84\1\0\0\0", "EXT4"), (b"P0\n", "PERSID"), (b"\x97", "NEXT_BUFFER"), (b"\x98", "READONLY_BUFFER"),
                     (b"I1\n", "INT"), (b"L1L\n", "LONG"), (b"F1\n", "FLOAT"), (b"S'a'\n", "STRING"), (b"Va\n", "UNICODE"),
                     (b"g0\n", "GET"), (b"p0\n", "PUT"), (b"d", "DICT"), (b"l", "LIST"), (b"\xff", "0xff"), (b"\0", "0x00")]:
    refused("code", f"instruction-{name.lower()}.pt", torch_file(PROTO + opcode + STOP), "integrity",
            f"instruction {name}", "not allowed")
for label, value in {
    "call-none": NONE + EMPTY_TUPLE + REDUCE, "call-text": text("os") + EMPTY_TUPLE + REDUCE,
    "call-dtype": named("torch", "float32") + EMPTY_TUPLE + REDUCE, "call-tensor-class": named("torch", "Tensor") + EMPTY_TUPLE + NEWOBJ,
    "call-parameter": named("torch.nn.parameter", "Parameter") + tuple_of(tensor()) + REDUCE,
    "call-storage": named("torch", "FloatStorage") + EMPTY_TUPLE + REDUCE, "build-tensor": tensor() + EMPTY_DICT + BUILD,
    "build-dict": EMPTY_DICT + EMPTY_DICT + BUILD, "build-none": NONE + NONE + BUILD,
    "build-counter": named("collections", "Counter") + EMPTY_TUPLE + REDUCE + EMPTY_DICT + BUILD,
    "odict-of-arguments": named("collections", "OrderedDict") + tuple_of(EMPTY_LIST) + REDUCE,
    "size-of-none": named("torch", "Size") + NONE + REDUCE, "persistent-none": NONE + PERSID,
    "persistent-text": text("0") + PERSID,
}.items():
    refused("code", f"{label}.pt", with_value(value), "integrity", "the pickle is not valid")

# Pickles that are not sound.
MACHINE = {
    "empty": b"", "no-protocol": NONE + STOP, "cut-after-protocol": PROTO, "nothing-left": PROTO + STOP,
    "two-left": PROTO + NONE + NONE + STOP, "mark-left": PROTO + NONE + MARK + STOP, "no-stop": PROTO + EMPTY_DICT,
    "append-to-nothing": PROTO + APPEND + STOP, "pop-nothing": PROTO + b"0" + STOP, "no-mark": PROTO + TUPLE + STOP,
    "get-unset": PROTO + get(7) + STOP, "put-nothing": PROTO + put(0) + STOP, "memoize-nothing": PROTO + b"\x94" + STOP,
    "odd-items": PROTO + EMPTY_DICT + MARK + NONE + SETITEMS + STOP, "append-to-dict": PROTO + EMPTY_DICT + NONE + APPEND + STOP,
    "setitem-on-list": PROTO + EMPTY_LIST + NONE + NONE + SETITEM + STOP, "stack-global-of-none": PROTO + NONE + NONE + b"\x93" + STOP,
    "pop-through-mark": PROTO + NONE + MARK + b"\x85" + STOP, "bytes-after-stop": GOOD + b"\0",
    "text-too-long": PROTO + b"X\xff\xff\xff\xff", "text-longest": PROTO + b"\x8d" + b"\xff" * 8,
    "bytes-too-long": PROTO + b"B\xff\xff\xff\xff", "bytes-longest": PROTO + b"\x8e" + struct.pack("<Q", 2**63 - 1),
    "bytearray-too-long": PROTO + b"\x96" + struct.pack("<Q", 2**40), "long-negative": PROTO + b"\x8b\xff\xff\xff\xff",
    "long-too-long": PROTO + b"\x8b\xff\xff\xff\x7f", "frame-too-long": PROTO + b"\x95" + struct.pack("<Q", 2**40) + STOP,
    "text-not-utf8": PROTO + b"X\2\0\0\0\xc3\x28" + STOP, "lone-surrogate": PROTO + text(b"\xed\xa0\x80") + STOP,
    "overlong-utf8": PROTO + text(b"\xc0\x80") + STOP, "endless-line": PROTO + b"cos", "global-not-utf8": PROTO + b"c\xff\n\xff\n",
    "global-very-long": PROTO + b"c" + b"a" * 1000 + b"\nb\n", "truncated-int": PROTO + b"J\0\0", "protocol-again": PROTO + PROTO + NONE + STOP,
}
for label, data in MACHINE.items():
    kind = "unsupported" if label == "protocol-again" else "integrity"
    refused("machine", f"{label}.pt", torch_file(data), kind, "one integer" if label == "long-too-long" else "pickle")
for version in (0, 1, 6, 255):
    refused("machine", f"protocol-{version}.pt", torch_file(bytes([0x80, version]) + NONE + STOP), "unsupported",
            f"protocol {version}")


# Frames, which bound what an instruction reads.
def frame(data, length=None):
    return b"\x95" + struct.pack("<Q", len(data) if length is None else length) + data


BODY = GOOD[2:]
for label, body in {"one": frame(BODY), "two": frame(BODY[:1]) + frame(BODY[1:]), "and-none": frame(BODY[:1]) + BODY[1:],
                    "empty": frame(b"") + BODY}.items():
    accepted("machine", f"frame-{label}.pt", torch_file(b"\x80\4" + body), read={"w": torch.tensor([1.0, 2, 3, 4])})
for label, body in {"in-an-instruction": frame(BODY[:4]) + BODY[4:], "in-a-frame": frame(frame(BODY)[:-1]) + BODY[-1:],
                    "in-a-line": frame(BODY, BODY.index(b"torch") + 3), "in-its-own-header": frame(b"")[:1] + frame(BODY[:1], 3)[1:] + frame(BODY[1:])}.items():
    refused("machine", f"frame-ends-{label}.pt", torch_file(b"\x80\4" + body), "integrity", "frame")

# What Python could not put together.
w = torch.tensor([1.0, 2, 3, 4])
for label, key in {"list": EMPTY_LIST, "dict": EMPTY_DICT, "set": EMPTY_SET, "tuple-of-a-list": EMPTY_LIST + b"\x85",
                   "ordered-dict": named("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE,
                   "bytearray": named("builtins", "bytearray") + EMPTY_TUPLE + REDUCE}.items():
    for place, value in {"key": dict_of((key, NONE)), "element": named("builtins", "set") + tuple_of(list_of(key)) + REDUCE,
                         "item": EMPTY_DICT + key + NONE + SETITEM}.items():
        refused("machine", f"{label}-as-{place}.pt", with_value(value), "integrity", "can change")
for label, value in {
    "object-of-a-function": named("torch._utils", "_rebuild_tensor_v2") + tuple_of(storage()) + NEWOBJ,
    "object-of-a-set": named("builtins", "set") + tuple_of(list_of(integer(1))) + NEWOBJ,
    "state-of-none": named("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + NONE + BUILD,
    "state-of-an-integer": named("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + integer(1) + BUILD,
    "size-of-texts": named("torch", "Size") + tuple_of(tuple_of(text("a"))) + REDUCE,
    "complex-of-texts": named("builtins", "complex") + tuple_of(text("a"), text("b")) + REDUCE,
    "device-below-0": named("torch", "device") + tuple_of(text("cuda"), integer(-1)) + REDUCE,
    "bytearray-of-a-text": named("builtins", "bytearray") + tuple_of(text("a")) + REDUCE,
    "device-without-a-kind": named("torch", "device") + tuple_of(text("1")) + REDUCE,
    "device-with-a-word": named("torch", "device") + tuple_of(text("cuda:x")) + REDUCE,
    "device-of-two-numbers": named("torch", "device") + tuple_of(text("cuda:1"), integer(1)) + REDUCE,
    "device-beyond": named("torch", "device") + tuple_of(text("cuda"), integer(200)) + REDUCE,
    "layout-of-its-own": named("torch.serialization", "_get_layout") + tuple_of(text("torch.strange")) + REDUCE,
    "encoding-of-its-own": named("_codecs", "encode") + tuple_of(text("a"), text("utf-8")) + REDUCE,
    "flags-of-a-numpy-type": named("numpy", "dtype") + tuple_of(text("i8"), FALSE, TRUE) + REDUCE
    + tuple_of(integer(3), text("<"), NONE, NONE, NONE, integer(-1), integer(-1), integer(12)) + BUILD,
    "added-to-a-frozenset": MARK + b"\x91" + MARK + integer(1) + b"\x90",
}.items():
    refused("machine", f"{label}.pt", with_value(value), "integrity", "the pickle is not valid")
for label, value in {"integer-and-true": dict_of((integer(1), NONE), (TRUE, NONE)), "integer-and-float": dict_of((integer(2), NONE), (b"G" + struct.pack(">d", 2), NONE)),
                     "in-tuples": dict_of((integer(1) + b"\x85", NONE), (TRUE + b"\x85", NONE)),
                     "in-a-set": named("builtins", "set") + tuple_of(list_of(integer(0), FALSE)) + REDUCE}.items():
    refused("graphs", f"equal-keys-{label}.pt", with_value(value), "integrity", "twice")
refused("graphs", "tensor-and-value.pt", torch_file(pickle(("w", tensor()), ("w", NONE))), "integrity", "the key 'w' twice")
refused("graphs", "wrapper-twice.pt", torch_file(pickle(("state", dict_of((text("w"), tensor()))), ("state", NONE))), "integrity", "the key 'state' twice")
refused("graphs", "equal-names.pt", torch_file(PROTO + dict_of((integer(1), tensor()), (TRUE, tensor())) + STOP), "integrity", "twice")

# Tensors that Python could not make, or would make otherwise.
def parameter_of(*arguments, function="_rebuild_parameter"):
    return named("torch._utils", function) + tuple_of(tensor(), *arguments) + REDUCE


for label, value in {
    "parameter-of-two": parameter_of(FALSE), "parameter-of-four": parameter_of(FALSE, NONE, NONE),
    "gradient-of-none": parameter_of(NONE, NONE), "gradient-of-integers": tensor(kind="IntStorage").replace(FALSE, TRUE),
    "attribute-data": parameter_of(FALSE, NONE, dict_of((text("data"), tensor("1"))), function="_rebuild_parameter_with_state"),
    "attribute-real": parameter_of(FALSE, NONE, tuple_of(NONE, dict_of((text("real"), tensor()))), function="_rebuild_parameter_with_state"),
    "attribute-no-text": parameter_of(FALSE, NONE, dict_of((integer(1), NONE)), function="_rebuild_parameter_with_state"),
    "attributes-in-a-list": parameter_of(FALSE, NONE, EMPTY_LIST, function="_rebuild_parameter_with_state"),
    "six-parts-of-a-storage": tensor(store=storage(view=NONE)),
}.items():
    refused("tensors", f"{label}.pt", torch_file(pickle(("w", value)), {"0": ONES, "1": ONES[::-1]}), "integrity", "tensor 'w'")
for bit in ("conj", "neg"):
    refused("tensors", f"{bit}-false.pt", torch_file(pickle(("w", tensor(extra=dict_of((text(bit), FALSE)))))), "unsupported", bit)
accepted("tensors", "attribute-of-its-own.pt", torch_file(pickle(("w", parameter_of(
    FALSE, NONE, dict_of((text("tag"), NONE)), function="_rebuild_parameter_with_state")))))
hidden = named("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + dict_of((text("x"), tensor("1"))) + BUILD
refused("tensors", "hidden-without-storage.pt", with_value(hidden), "integrity", "storage '1' is not in the archive")
refused("tensors", "hidden-storage.pt", with_value(
    named("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + dict_of((text("x"), storage("1"))) + BUILD), "integrity", "storage '1' is not in the archive")

# Graphs.
deep = 100_000
ends = {"lists": EMPTY_LIST * deep + APPEND * (deep - 1), "tuples": NONE + b"\x85" * deep,
        "dicts": (EMPTY_DICT + NONE) * (deep - 1) + EMPTY_DICT + SETITEM * (deep - 1)}
for label, value in ends.items():
    refused("graphs", f"deep-{label}.pt", torch_file(pickle(("w", tensor()), ("x", value)), changes={"pickle": {"deflate": 1}}),
            "integrity", "levels of nesting")
w = torch.tensor([1.0, 2, 3, 4])
accepted("graphs", "cycle-of-a-list.pt", with_value(EMPTY_LIST + put(0) + get(0) + APPEND), read={"w": w, "x": [{"$ref": "#/x"}]})
accepted("graphs", "cycle-of-a-dict.pt", with_value(EMPTY_DICT + put(0) + text("me") + get(0) + SETITEM),
         read={"w": w, "x": {"me": {"$ref": "#/x"}}})
accepted("graphs", "cycle-of-two.pt", with_value(
    EMPTY_LIST + put(0) + EMPTY_LIST + put(1) + get(0) + APPEND + APPEND), read={"w": w, "x": [[{"$ref": "#/x"}]]})
laughs = text("ha") + put(0) + b"".join(get(i) + get(i) + b"\x86" + put(i + 1) for i in range(60))
add("graphs", "laughs.pt", torch_file(
    PROTO + laughs + b"0" * 61 + EMPTY_DICT + text("w") + tensor() + SETITEM + text("x") + get(60) + SETITEM + STOP),
    {"wrapper": None, "prefix": "", "tensors": {"w": describe(w)}, "holds": "$ref"})
accepted("graphs", "root-in-itself.pt", torch_file(
    PROTO + EMPTY_DICT + put(0) + text("w") + tensor() + SETITEM + text("x") + get(0) + SETITEM + STOP),
    read={"w": w, "x": {"w": w, "x": {"$ref": "#/x"}}})
refused("graphs", "nested-70.pt", with_value(NONE + b"\x85" * 70), "integrity", "levels of nesting")
accepted("graphs", "nested-60.pt", with_value(NONE + b"\x85" * 60))
parameter = tensor()
for _ in range(10):
    parameter = named("torch._utils", "_rebuild_parameter") + tuple_of(parameter, FALSE, NONE) + REDUCE
refused("graphs", "parameter-of-parameters.pt", torch_file(pickle(("w", parameter))), "integrity", "wrapped more than")
refused("graphs", "same-key-twice.pt", torch_file(pickle(("w", tensor()), ("w", tensor()))), "integrity", "the key 'w' twice")
refused("graphs", "normalised-keys.pt", torch_file(pickle(("\u00e9", tensor()), ("e\u0301", tensor()))), "integrity", "twice")
refused("graphs", "metadata-key-twice.pt", torch_file(pickle(("w", tensor()), ("x", NONE), ("x", TRUE))), "integrity", "twice")
