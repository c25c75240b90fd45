"""Makes large files and measures `zoo` on them; needs nothing but Python.

Usage: measure-readers.py ZOO
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import zlib

repository = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(repository / "Tests/Corpus"))
from parts import *  # noqa: E402

zoo = os.path.abspath(sys.argv[1])
count = 200


def deflated(size, byte=b"\0"):
    """A deflate stream of one byte repeated, made in steps, and its CRC."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    step, crc, stream = byte * (1 << 24), 0, b""
    for start in range(0, size, len(step)):
        part = step[:size - start]
        crc = zlib.crc32(part, crc)
        stream += compressor.compress(part)
    return stream + compressor.flush(), crc


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def measure(arguments):
    """Exit code, the last line of standard error, largest resident size in MB, seconds."""
    start = time.perf_counter()
    process = subprocess.Popen([zoo, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = time.perf_counter() - start
    return os.waitstatus_to_exitcode(status), errors.strip(), usage.ru_maxrss * unit / 1e6, seconds


def make_files(directory):
    stream, crc = deflated(10**9)
    change = {"method": 8, "stream": stream, "size": 10**9, "crc": crc}
    bomb = torch_file(
        pickle(("w", tensor(count=250_000_000, shape=(250_000_000,)))), {"0": b""},
        changes={"data": change})
    (directory / "bomb.pt").write_bytes(bomb)
    (directory / "bomb-in-pickle.pt").write_bytes(torch_file(b"", changes={"pickle": change}))
    half = EMPTY_LIST * (32 << 20)
    nested = PROTO + half + APPEND * (len(half) - 1) + STOP
    (directory / "nested.pt").write_bytes(torch_file(nested[:64 << 20]))
    many = b'{"a":[' + b"0," * 49_000_000 + b"0]}"
    (directory / "header.safetensors").write_bytes(struct.pack("<Q", len(many)) + many)
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1 << 20), 9)
    (directory / "huge.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    long_text = zlib.compress(b"\0" * 10**9, 9)
    small = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    (directory / "text.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", small) + chunk(b"zTXt", b"Comment\0\0" + long_text)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4)) + chunk(b"IEND", b""))
    # As many tensors as a ViT-B/16 has, of 343 MB together.
    elements = 343_000_000 // 4 // count
    members = dict_of(*(
        (text(f"blocks.{i}.weight"), tensor(key=str(i), count=elements, shape=(elements,)))
        for i in range(count)))
    data = torch_file(
        pickle(("state", members)), {str(i): bytes(elements * 4) for i in range(count)})
    (directory / "large.pt").write_bytes(data)


if len(sys.argv) > 2:
    make_files(pathlib.Path(sys.argv[2]))
    sys.exit()

with tempfile.TemporaryDirectory() as name:
    directory = pathlib.Path(name)
    # In a process of their own: a child's resident size begins with that of its parent.
    subprocess.run([sys.executable, __file__, zoo, name], check=True)
    digits = repository / "Examples/digits"
    registry = ["--registry", str(digits / "registry.json"), "--cache", str(directory / "cache")]
    for file, command in [
        ("bomb.pt", ["inspect"]), ("bomb-in-pickle.pt", ["inspect"]), ("nested.pt", ["inspect"]),
        ("header.safetensors", ["inspect"]),
        ("huge.png", ["embed", "vit_digits_ls_sklearn-digits", *registry]),
        ("text.png", ["embed", "vit_digits_ls_sklearn-digits", *registry]),
    ]:
        code, errors, megabytes, seconds = measure([*command, str(directory / file)])
        size = (directory / file).stat().st_size
        print(f"{file}: {size} bytes, exit code {code}, {megabytes:.0f} MB resident, {seconds:.2f} s")
        if errors:
            print(f"    {errors.replace(name + '/', '')[:200]}")

    (directory / "small.pt").write_bytes(torch_file(pickle(("w", tensor()))))

    def milliseconds(file):
        return sorted(measure(["inspect", str(directory / file)])[3] for _ in range(21))[10] * 1000

    small, large = milliseconds("small.pt"), milliseconds("large.pt")
    size = (directory / "large.pt").stat().st_size
    print(
        f"large.pt: {size} bytes, `zoo inspect` lists {count} tensors in {large:.1f} ms, "
        f"{large - small:.1f} ms more than the one of a small file")
