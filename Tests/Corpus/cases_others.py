# Tensors, safetensors and foreign files; read by make_corpus.py.

# Tensors that are read.
base = torch.arange(24.0).reshape(4, 6)
VIEWS = {
    "transposed": base.t(), "sliced": base[1:3, 2:5], "stepped": base[::2, ::3], "expanded": torch.ones(1, 3).expand(4, 3),
    "scalar": torch.tensor(1.5), "empty": torch.empty(0, 3), "empty-slice": base[4:], "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
    "diagonal": base[:, :4].diagonal(), "parameter": torch.nn.Parameter(torch.ones(2)), "buffer": torch.nn.Buffer(torch.ones(2)),
    "ones-in-shape": torch.ones(1, 1, 3, 1).transpose(0, 2), "rank-20": torch.ones([1] * 20),
}
for name, value in VIEWS.items():
    accepted("tensors", f"{name}.pt", saved({"t": value}))
tied = torch.ones(3, 2)
accepted("tensors", "tied.pt", saved({"a": tied, "b": tied, "c": tied.t()}))
accepted("tensors", "module.pt", saved(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).state_dict()))
for dtype in [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e4m3fnuz,
              torch.float8_e5m2, torch.float8_e5m2fnuz, torch.float8_e8m0fnu, torch.int8, torch.int16, torch.int32, torch.int64,
              torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.bool, torch.complex32, torch.complex64, torch.complex128]:
    short = str(dtype).removeprefix("torch.")
    values = torch.tensor([0, 1, 2, 3], dtype=torch.float32).to(dtype)
    accepted("tensors", f"dtype-{short}.pt", saved({"t": values, "v": values[1:3]}))
    if short in ("float64", "float32", "float16", "bfloat16", "int8", "int64", "bool", "complex64", "uint8"):
        accepted("legacy", f"dtype-{short}.pt", saved({"t": values, "v": values[1:3]}, _use_new_zipfile_serialization=False))

# Tensors that do not fit their bytes.
LAYOUTS = {
    "longer-than-storage": dict(shape=(5,)), "offset-too-far": dict(offset=1), "stride-too-long": dict(shape=(2,), strides=(4,)),
    "offset-negative": dict(offset=-1), "extent-negative": dict(shape=(-1,)), "stride-negative": dict(strides=(-1,)),
    "ranks-differ": dict(strides=(1, 1)), "offset-overflows": dict(offset=2**63 - 1, shape=(1,)), "offset-bytes-overflow": dict(offset=2**61, shape=(1,)),
    "extent-huge": dict(shape=(2**63 - 1,), strides=(0,)), "extents-overflow": dict(shape=(2**32, 2**32), strides=(0, 0)),
    "stride-huge": dict(shape=(2,), strides=(2**63 - 1,)), "strides-overflow": dict(shape=(2, 2), strides=(2**62, 2**62)),
    "empty-and-huge": dict(shape=(0, 2**62, 2**62), strides=(1, 1, 1)), "terabytes-by-stride-0": dict(shape=(2**40,), strides=(0,)),
    "storage-too-short": dict(count=3, shape=(3,)), "storage-too-long": dict(count=5), "storage-negative": dict(count=-4),
    "storage-huge": dict(count=2**63 - 1), "storage-overflows": dict(count=2**62), "rank-65": dict(shape=(1,) * 65, strides=(1,) * 65),
    "no-such-storage": dict(key="1"), "storage-outside": dict(key="../data.pkl"), "storage-empty-name": dict(key=""),
    "storage-long-name": dict(key="k" * 1000),
}
for name, change in LAYOUTS.items():
    refused("layouts", f"{name}.pt", torch_file(pickle(("w", tensor(**change)))), "integrity", "tensor 'w'", "at byte")
refused("layouts", "two-types.pt", torch_file(pickle(("w", tensor()), ("v", tensor(count=2, shape=(2,), kind="LongStorage")))),
        "integrity", "declared in two ways")
refused("layouts", "two-counts.pt", torch_file(pickle(("w", tensor()), ("v", tensor(count=2, shape=(2,))))),
        "integrity", "declared in two ways")
refused("layouts", "view-of-storage.pt", torch_file(pickle(("w", tensor(store=storage(view=tuple_of(text("9"), integer(1), integer(2))))))),
        "integrity", "not declared")
refused("layouts", "no-arguments.pt", torch_file(pickle(("w", named("torch._utils", "_rebuild_tensor_v2") + EMPTY_TUPLE + REDUCE))),
        "integrity", "tensor 'w'")
refused("layouts", "not-a-storage.pt", torch_file(pickle(("w", tensor(store=NONE)))), "integrity", "tensor 'w'")
refused("layouts", "unknown-persistent-id.pt", torch_file(pickle(("w", tensor(store=tuple_of(text("module"), NONE) + PERSID)))),
        "integrity", "tensor 'w'")
refused("layouts", "conjugate.pt", saved({"w": torch.tensor([1 + 2j]).conj()}), "unsupported", "'conj' set")
refused("layouts", "negative.pt", saved({"w": torch.tensor([1 + 2j]).conj().imag}), "unsupported", "'neg' set")
refused("layouts", "sparse.pt", saved({"w": torch.eye(2).to_sparse()}), "unsupported", "not dense")
refused("layouts", "quantized.pt", saved({"w": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}), "unsupported", "not dense")
refused("layouts", "meta.pt", saved({"w": torch.ones(2, device="meta")}), "unsupported", "not dense")
refused("layouts", "big-endian.pt", torch_file(GOOD, more=[Entry("m/byteorder", b"big")]), "unsupported", "big-endian")
refused("layouts", "middle-endian.pt", torch_file(GOOD, more=[Entry("m/byteorder", b"middle")]), "integrity", "neither little nor big")
refused("layouts", "float4.pt", torch_file(pickle(("w", tensor(
    function="_rebuild_tensor_v3", count=16, kind="UntypedStorage", store=tuple_of(
        text("storage"), named("torch.storage", "UntypedStorage"), text("0"), text("cpu"), integer(16)) + PERSID,
    extra=named("torch", "float4_e2m1fn_x2"))))), "unsupported", "float4_e2m1fn_x2")
refused("layouts", "numpy-array.pt", saved({"w": torch.ones(1), "x": numpy.ones(2)}), "unsupported", "NumPy arrays")

# The format from before PyTorch 1.6.
old = saved({"state_dict": {"a": base, "b": base.t(), "c": torch.tensor(3)}, "epoch": 5}, _use_new_zipfile_serialization=False)
accepted("legacy", "views.pt", old, wrapper="state_dict")
accepted("legacy", "bytes-after-end.pt", old + b"\0\0", wrapper="state_dict")
for cut in (1, 8, 90, 97, 140, 300):
    refused("legacy", f"cut-{cut}.pt", old[:-cut], "integrity")
refused("legacy", "cut-in-pickle.pt", old[:200], "integrity", "pickle that begins at byte")
refused("legacy", "code.pt", old.replace(b"ccollections\nOrderedDict\n", b"cposix\nsystem\n", 1), "integrity", "posix.system at byte")
refused("legacy", "version.pt", old.replace(b"M\xe9\3", b"M\xea\3", 1), "unsupported", "not of its version")
refused("legacy", "big-endian.pt", re.sub(rb"(?<=little_endianq.)\x88", b"\x89", old, count=1, flags=re.S), "unsupported", "big-endian")
count_at = old.rfind(struct.pack("<q", 24), 0, len(old) - 90)
for label, number in (("negative", -1), ("huge", 2**63 - 1), ("other", 25)):
    refused("legacy", f"count-{label}.pt", old[:count_at] + struct.pack("<q", number) + old[count_at + 8:], "integrity", "should hold 24 elements")

# safetensors
def safetensors_load(data):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with safetensors.safe_open(file.name, framework="pt") as opened:
            return {key: opened.get_tensor(key) for key in opened.keys()}


F4 = '{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}'
for name, dtype in [("f64", torch.float64), ("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16), ("i64", torch.int64),
                    ("i32", torch.int32), ("i16", torch.int16), ("i8", torch.int8), ("u64", torch.uint64), ("u32", torch.uint32),
                    ("u16", torch.uint16), ("u8", torch.uint8), ("bool", torch.bool), ("c64", torch.complex64),
                    ("f8-e4m3", torch.float8_e4m3fn), ("f8-e5m2", torch.float8_e5m2), ("f8-e8m0", torch.float8_e8m0fnu)]:
    data = safetensors.torch.save({"t": torch.tensor([[0.0, 1], [2, 3]]).to(dtype), "e": torch.empty(0, 2, dtype=dtype)})
    accepted("safetensors", f"{name}.safetensors", data, read=safetensors_load(data))
data = safetensors.torch.save({"größe": torch.ones(()), "a\"b\\c": torch.ones(1)}, {"k": "[1]", "ü": ""})
accepted("safetensors", "names.safetensors", data, read=safetensors_load(data))
cases["safetensors/names.safetensors"]["metadata"] = {"k": "[1]", "ü": ""}
data = safetensors_file(F4 + "}" + " " * 7, ONES)
accepted("safetensors", "padded.safetensors", data, read=safetensors_load(data))
data = safetensors_file('{"\\u0077":{"data_offsets":[0,16],"shape":[4],"dtype":"F32"}}', ONES)
accepted("safetensors", "escaped-name.safetensors", data, read=safetensors_load(data))
data = safetensors_file('{"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}', ONES)
accepted("safetensors", "other-order.safetensors", data, read=safetensors_load(data))
data = safetensors_file('{"__metadata__":null,' + F4[1:] + "}", ONES)
accepted("safetensors", "metadata-null.safetensors", data, read=safetensors_load(data), left_out=[])
data = safetensors_file(F4[:-1] + ',"x":[1]}}', ONES)
accepted("safetensors", "field-of-its-own.safetensors", data, read=safetensors_load(data))


def spoiled(name, header, data, *words, kind="integrity", length=None):
    refused("safetensors", f"{name}.safetensors", safetensors_file(header, data, length), kind, *words)


def entry(dtype="F32", shape="[2,2]", offsets="[0,16]", name="w"):
    return f'"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


spoiled("header-longer-than-file", F4 + "}", b"", "truncated", length=1000)
spoiled("header-over-cap", F4 + "}", ONES, "more than the 100000000", length=100_000_001)
spoiled("header-largest", F4 + "}", ONES, "more than the 100000000", length=2**64 - 1)
spoiled("header-length-0", F4 + "}", ONES, "JSON", length=0)
spoiled("header-cut", F4, ONES, "not valid JSON")
spoiled("header-array-inside", '{"w":[1]}', ONES, "not given by dtype")
spoiled("header-not-utf8", b'{"w\xff":1}', ONES, "not valid JSON")
spoiled("header-deep", '{"w":' + "[" * 100_000, ONES, "nested too deeply")
spoiled("header-text-after", F4 + "} x", ONES, "text after")
spoiled("no-tensors", "{}", b"", "no tensors", kind="unsupported")
spoiled("metadata-only", '{"__metadata__":{"a":"b"}}', b"", "no tensors", kind="unsupported")
spoiled("metadata-not-strings", '{"__metadata__":{"a":1},' + entry() + "}", ONES, "not a string")
spoiled("metadata-of-null", '{"__metadata__":{"a":null},' + entry() + "}", ONES, "not a string")
spoiled("metadata-text", '{"__metadata__":"a",' + entry() + "}", ONES, "not an object")
spoiled("metadata-null-twice", '{"__metadata__":null,"__metadata__":{},' + entry() + "}", ONES, "stands twice")
spoiled("shape-null", '{"w":{"dtype":"F32","shape":null,"data_offsets":[0,16]}}', ONES, "not given by dtype")
spoiled("metadata-array", '{"__metadata__":[],' + entry() + "}", ONES, "not an object")
spoiled("metadata-twice", '{"__metadata__":{},"__metadata__":{},' + entry() + "}", ONES, "stands twice")
spoiled("key-twice", "{" + entry(offsets="[0,16]") + "," + entry(offsets="[0,16]") + "}", ONES, "stands twice")
spoiled("key-twice-by-escape", "{" + entry() + "," + entry(name="\\u0077") + "}", ONES, "stands twice")
spoiled("key-twice-by-normalisation", "{" + entry("F32", "[2]", "[0,8]", "\u00e9") + "," + entry("F32", "[2]", "[8,16]", "e\u0301") + "}", ONES, "stands twice")
spoiled("field-twice", '{"w":{"dtype":"F32","dtype":"I32","shape":[4],"data_offsets":[0,16]}}', ONES, "stands twice")
spoiled("field-missing", '{"w":{"dtype":"F32","shape":[4]}}', ONES, "not given by dtype")
spoiled("overlap", "{" + entry("F32", "[2]", "[0,8]", "a") + "," + entry("F32", "[3]", "[4,16]", "b") + "}", ONES, "overlaps another")
spoiled("same-bytes", "{" + entry("F32", "[4]", "[0,16]", "a") + "," + entry("F32", "[4]", "[0,16]", "b") + "}", ONES, "overlaps another")
spoiled("hole", "{" + entry("F32", "[1]", "[0,4]", "a") + "," + entry("F32", "[2]", "[8,16]", "b") + "}", ONES, "hole before it")
spoiled("hole-at-start", "{" + entry("F32", "[3]", "[4,16]") + "}", ONES, "hole before it")
spoiled("bytes-after", "{" + entry() + "}", ONES + b"\0", "belong to none")
spoiled("data-missing", "{" + entry() + "}", ONES[:12], "truncated", "at byte 9")
spoiled("offsets-reversed", "{" + entry(offsets="[16,0]") + "}", ONES, "lies at bytes 16 to 0")
spoiled("offsets-negative", "{" + entry(offsets="[-16,0]") + "}", ONES, "lies at bytes")
spoiled("offsets-huge", "{" + entry(offsets="[0,9223372036854775807]") + "}", ONES, "lies at bytes")
spoiled("offsets-beyond-64-bits", "{" + entry(offsets="[0,18446744073709551616]") + "}", ONES, "not given by dtype")
spoiled("offsets-fraction", "{" + entry(offsets="[0,16.0]") + "}", ONES, "not given by dtype")
spoiled("offsets-three", "{" + entry(offsets="[0,8,16]") + "}", ONES, "not given by dtype")
spoiled("shape-too-small", "{" + entry(shape="[2]") + "}", ONES, "should take 8")
spoiled("shape-too-large", "{" + entry(shape="[5]") + "}", ONES, "does not fit")
spoiled("shape-negative", "{" + entry(shape="[-2,-2]") + "}", ONES, "tensor 'w'")
spoiled("shape-overflows", "{" + entry(shape="[4294967296,4294967296]") + "}", ONES, "overflows")
spoiled("shape-wraps-to-fit", "{" + entry(shape="[4611686018427387905,4]") + "}", ONES, "overflows")
spoiled("shape-empty-and-huge", "{" + entry(shape="[9223372036854775807,0,2]", offsets="[0,0]") + "}", b"", "tensor 'w'")
spoiled("shape-not-integers", "{" + entry(shape='["2"]') + "}", ONES, "not given by dtype")
spoiled("rank-65", "{" + entry(shape="[" + ",".join(["1"] * 64) + ",4]") + "}", ONES, "65 extents", kind="unsupported")
spoiled("dtype-unknown", "{" + entry("F4") + "}", ONES, "type F4", kind="unsupported")
spoiled("dtype-lower-case", "{" + entry("f32") + "}", ONES, "type f32", kind="unsupported")

# Files of other kinds.
FOREIGN = {
    "empty.pt": (b"", "integrity", "empty (0 bytes)"), "one-byte.pt": (b"P", "integrity", "text file"),
    "page.pt": (b"\n<!DOCTYPE html><html><body>404</body></html>", "integrity", "web page"),
    "page-capitals.pt": (b"<HTML><HEAD>", "integrity", "web page"), "page-with-mark.pt": (b"\xef\xbb\xbf<html>", "integrity", "web page"),
    "xml.safetensors": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "integrity", "web page"),
    "pointer.pt": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 343335491\n", "integrity", "Git LFS pointer"),
    "json.safetensors": (b'{"error":"Entry not found"}', "integrity", "text file"), "text.pt": (b"Not Found\n", "integrity", "text file"),
    "model.onnx": (bytes.fromhex("08081207") + b"pytorch\x1a\x052.1.0", "unsupported", "ONNX"),
    "model.gguf": (b"GGUF\3\0\0\0" + b"\0" * 16, "unsupported", "GGUF"), "model.ggml": (b"lmgg\1\0\0\0", "unsupported", "GGML"),
    "model.h5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 64, "unsupported", "HDF5"), "model.tflite": (b"\x1c\0\0\0TFL3" + b"\0" * 8, "unsupported", "TensorFlow Lite"),
    "saved_model.pb": (b"\x08\x01\x12\xa0\x04\x0a\x10" + b"\0" * 30 + b"saved_model_main_op", "unsupported", "TensorFlow"),
    "model.npy": (b"\x93NUMPY\1\0", "unsupported", "NumPy"), "model.gz": (b"\x1f\x8b\x08\0", "unsupported", "gzip"),
    "model.zst": (b"\x28\xb5\x2f\xfd\0", "unsupported", "Zstandard"), "model.xz": (b"\xfd7zXZ\0\0", "unsupported", "xz"),
    "model.bz2": (b"BZh91AY&SY", "unsupported", "bzip2"), "model.7z": (b"7z\xbc\xaf\x27\x1c\0\4", "unsupported", "7-Zip"),
    "model.tar": (b"m/data.pkl".ljust(257, b"\0") + b"ustar\0" + b"00" + b"\0" * 247, "unsupported", "tar archive"),
    "photo.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "unsupported", "JPEG"), "photo.png": (b"\x89PNG\r\n\x1a\n", "unsupported", "PNG"),
    "paper.pdf": (b"%PDF-1.7", "unsupported", "PDF"), "bare.pickle": (b"\x80\x04N.", "unsupported", "bare pickle"),
    "program.so": (b"\x7fELF\2\1\1\0", "unsupported", "program"), "zeros.pt": (b"\0" * 64, "integrity", "only zeros"),
    "noise.pt": (bytes((i * 37 + 129) % 256 for i in range(64)), "integrity", "begins with the bytes"),
    "model.mlmodel": (bytes.fromhex("0801a2") + b"\0" * 8, "integrity", "begins with the bytes"),
}
for name, (data, kind, words) in FOREIGN.items():
    refused("foreign", name, data, kind, words)
for name, entries, words in [
    ("saved_model.zip", [Entry("saved_model/saved_model.pb", b"x")], "TensorFlow"), ("model.keras", [Entry("metadata.json"), Entry("config.json"), Entry("model.weights.h5")], "Keras"),
    ("arrays.npz", [Entry("a.npy", b"x")], "NumPy arrays"), ("report.docx", [Entry("word/document.xml")], "Word"),
    ("old-script.pt", [Entry("m/model.json", b"{}")], "old TorchScript"), ("library.jar", [Entry("META-INF/MANIFEST.MF")], "Java"),
]:
    refused("foreign", name, zip_file(entries), "unsupported", words)

# TorchScript
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, x):
        return self.layer(x)


stream = io.BytesIO()
net = torch.jit.script(Net().eval())
torch.jit.save(net, stream)


def without_debug(data):
    """The archive without the positions in source files, which name directories of this machine."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zip_file([
            Entry(name, archive.read(name)) for name in archive.namelist() if not name.endswith(".debug_pkl")])


script = without_debug(stream.getvalue())
attributes = {"training": False, "layer.training": False}
add("script", "linear.pts", script, {
    "wrapper": None, "prefix": "", "tensors": {k: describe(v) for k, v in net.state_dict().items()},
    "metadata": {"class": "__torch__.Net", "attributes": attributes}})


def rescripted(change):
    """The archive with its state's pickle changed."""
    entries = []
    with zipfile.ZipFile(io.BytesIO(script)) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            entries.append(Entry(name, change(data) if name.endswith("data.pkl") else data))
    return zip_file(entries)


refused("script", "code.pts", rescripted(lambda data: data.replace(b"c__torch__\nNet\n", b"cposix\nsystem\n", 1)), "integrity", "posix.system at byte")
refused("script", "nearly-a-class.pts", rescripted(lambda data: data.replace(b"c__torch__\nNet\n", b"c__torch_\nNet\n", 1)), "integrity", "__torch_.Net at byte")
refused("script", "state-of-none.pts", rescripted(lambda data: PROTO + NONE + STOP), "integrity", "not an object of its program")
cycle = PROTO + named("__torch__", "Net") + EMPTY_TUPLE + NEWOBJ + put(0) + dict_of((text("a"), get(0))) + BUILD + STOP
refused("script", "cycle.pts", rescripted(lambda data: cycle), "integrity", "levels of nested modules")
twice = PROTO + named("__torch__", "Net") + EMPTY_TUPLE + NEWOBJ + EMPTY_DICT + BUILD + EMPTY_DICT + BUILD + STOP
refused("script", "two-states.pts", rescripted(lambda data: twice), "integrity", "BUILD")
