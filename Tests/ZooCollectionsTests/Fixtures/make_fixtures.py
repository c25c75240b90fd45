"""Makes the archives beside it, and what is expected of them and of a tree of labelled files.

The archives are written by Python's tarfile and, for sparse files, by GNU tar; their members are
listed and read by tarfile. Samples and labels come from birder 0.8.4.

    python make_fixtures.py
"""

import io
import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

from birder.common.fs_ops import collect_samples_from_paths
from birder.common.lib import get_label_from_path
from birder.data.datasets.directory import class_to_idx_from_paths

here = Path(__file__).resolve().parent
IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".tif")


def add(tar, name, content=None, **facts):
    info = tarfile.TarInfo(name)
    content = os.fsencode(f"content of {name[-40:]}") if content is None else content
    if facts.get("type", tarfile.REGTYPE) == tarfile.REGTYPE:
        info.size = len(content)
    info.pax_headers = facts.pop("pax_headers", {})
    for key, value in facts.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(content))


def make(name, members, **options):
    with tarfile.open(here / name, "w", **options) as tar:
        for member, facts in members:
            add(tar, member, **facts)


long_folder = "/".join(["a folder with a long name"] * 4)
make(
    "ustar.tar",
    [
        ("Apis", {"type": tarfile.DIRTYPE}),
        ("Apis/1.jpg", {}),
        ("Apis/._1.jpg", {}),
        (".hidden/3.jpg", {}),
        ("Apis/2.PNG", {"content": bytes(range(256)) * 3}),
        ("notes.txt", {}),
        ("./Bombus/empty.webp", {"content": b""}),
        ("fifo.jpg", {"type": tarfile.FIFOTYPE}),
        (f"{long_folder}/scan.tif", {}),
        ("last.jpeg", {"content": b"x" * 1024}),
    ],
    format=tarfile.USTAR_FORMAT,
)
make(
    "pax.tar",
    [
        ("Käfer/Ähre 甲虫.jpg", {}),
        ("x/" * 150 + "deep.jpg", {}),
        ("n" * 300 + ".png", {"pax_headers": {"comment": "a = b\nc"}}),
        ("plain.jpg", {"mtime": 1.5}),
        ("other.bin", {"content": b"y" * 5000}),
        ("after.webp", {}),
    ],
    format=tarfile.PAX_FORMAT,
    pax_headers={"comment": "of the whole archive"},
)
make(
    "gnu.tar",
    [
        ("g/" * 150 + "deep.jpg", {}),
        ("first.jpg", {}),
        ("hard.jpg", {"type": tarfile.LNKTYPE, "linkname": "first.jpg"}),
        ("soft.jpg", {"type": tarfile.SYMTYPE, "linkname": "s" * 200}),
        ("lost.jpg", {"type": tarfile.LNKTYPE, "linkname": "nothing.jpg"}),
        ("l" * 120 + ".jpg", {}),
    ],
    format=tarfile.GNU_FORMAT,
)
shard = []
for index, label in enumerate([3, 0, 12]):
    shard.append((f"{index:06}.cls", {"content": f"{label}\n".encode()}))
    shard.append((f"{index:06}.jpg", {}))
    shard.append((f"{index:06}.json", {"content": b"{}"}))
shard.append(("000003.jpg", {}))
shard.append(("000003.cls", {"content": "Apis mellifera".encode()}))
shard.append(("Bombus/000004.jpg", {}))
make("shard-000.tar", shard, format=tarfile.USTAR_FORMAT)

# Names that are not UTF-8, or that have control characters.
for name, form in (
    ("ustar", tarfile.USTAR_FORMAT), ("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)
):  # fmt: skip
    odd = [b"caf\xe9/1.jpg", b"caf\xe8/1.jpg", b"a\\b\x1b[31m.jpg", b"caf\xe9.jpg"]
    if name != "ustar":
        odd.append(b"\xff" * 150 + b".jpg")
    make(f"bytes-{name}.tar", [(os.fsdecode(name), {}) for name in odd], format=form)

# An archive from before ustar: headers without the mark.
make("v7.tar", [("old/", {}), ("old/1.jpg", {})], format=tarfile.USTAR_FORMAT)
data = bytearray((here / "v7.tar").read_bytes())
for start in (0, 1024):
    header = data[start : start + 512]
    header[156] = 0
    header[257:512] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    data[start : start + 512] = header
# "old/" was written as a file with a content; as a directory it has none.
del data[512:1024]
header = data[:512]
header[124:136] = b"00000000000\0"
header[148:156] = b" " * 8
header[148:156] = b"%06o\0 " % sum(header)
data[:512] = header
(here / "v7.tar").write_bytes(data)

with tempfile.TemporaryDirectory() as directory:
    with open(f"{directory}/holes.jpg", "wb") as file:
        for piece in range(6):
            file.seek(piece * 65536)
            file.write(b"piece")
    Path(directory, "whole.jpg").write_text("whole")
    for name in ("gnu", "posix"):
        subprocess.run(
            ["tar", "--sparse", f"--format={name}", "--sort=name", "--owner=0", "--group=0",
             "--numeric-owner", "--mtime=@0", "-C", directory, "-cf",
             str(here / f"sparse-{name}.tar"), "holes.jpg", "whole.jpg"],
            check=True)  # fmt: skip


def escaped(name):
    """A member's name as this project shows it."""
    text = ""
    for character in os.fsencode(name).decode("utf-8", "surrogateescape").replace("\\", "\\\\"):
        code = ord(character)
        if code < 0x20 or 0x7F <= code < 0xA0 or 0xDC80 <= code <= 0xDCFF:
            text += "".join(f"\\x{byte:02X}" for byte in os.fsencode(character))
        else:
            text += character
    return text


expected = {"archives": {}}
for path in sorted(here.glob("*.tar")):
    members = []
    with tarfile.open(path) as tar:
        for member in tar:
            name = member.name.removeprefix("./")
            if not name.lower().endswith(IMAGES) or "/." in f"/{name}":
                continue
            content = None
            if not member.issym() and not member.isfifo() and not member.issparse():
                try:
                    content = tar.extractfile(member).read().hex()
                except KeyError:
                    pass
            members.append({"name": escaped(name), "content": content})
    expected["archives"][path.name] = members

tree = [
    "one/stray.jpg", "one/a/1.jpg", "one/a/2.JPEG", "one/a-b/1.png", "one/a!/1.jpg", "one/B/é.jpg",
    "one/B/deep/1.jpg", "one/B/deep/er/2.tif", "one/B/z.bmp", "one/Z/1.jpg", "two/a/1.jpg",
    "two/0/10.jpg", "two/0/9.jpg", "two/0/notes.txt",
]  # fmt: skip
with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    for name in tree:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    roots = ["one", "two"]
    samples = [path for root in roots for path in collect_samples_from_paths([root])]
    labels = {}
    for hierarchical in (False, True):
        class_to_idx = class_to_idx_from_paths(roots, hierarchical=hierarchical)
        labels["hierarchical" if hierarchical else "flat"] = {
            "classes": sorted(class_to_idx, key=class_to_idx.get),
            "labels": [
                get_label_from_path(path, hierarchical, path.split("/")[0]) for path in samples
            ],
        }
    expected["tree"] = {"files": tree, "roots": roots, "samples": samples, **labels}

(here / "expected.json").write_text(
    json.dumps(expected, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
)
