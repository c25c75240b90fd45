"""Compares what is decoded of odd image files with what Pillow makes of them.

Usage: check-images.py write DIRECTORY      make the files of odd_images.py
       check-images.py compare DIRECTORY    read outcomes.json, which the tests wrote beside them

For each file either both give the same pixels, as stored and turned as the orientation says, or both
refuse it. What differs has a reason here, or the comparison fails. Digests are made by Pillow 13.
"""

import collections
import fnmatch
import io
import json
import pathlib
import sys
import warnings

import odd_images
from PIL import Image, ImageOps

# What may differ, patterns of names of the files, and the reason; see docs/images.md.
REASONS = [
    (
        "read by Pillow only", "png-cut* png-end-* png-idat-crc* png-idat-no-adler* png-idat-adler-part*",
        "it is cut short or has a wrong checksum",
    ),
    (
        "read by Pillow only", "png-chunk-* png-palette* png-header-*",
        "the PNG standard forbids to go on",
    ),
    (
        "read by Pillow only", "jpeg-no-huffman* jpeg-restart-* jpeg-damaged*",
        "its data are damaged, and pixels would be made up",
    ),
    ("read by Pillow only", "jpeg-zeros-after*", "it has no end"),
    (
        "read by zoo only", "png-chunk-* png-trns-* jpeg-jfif-cut* jpeg-icc-short*",
        "what holds no pixels is not read",
    ),
    ("read by zoo only", "png-animation-*", "only the first image of an animation is read"),
    ("read by zoo only", "jpeg-marker-01*", "libjpeg passes over the marker"),
    (
        "other pixels", "jpeg-progressive-*-scans*",
        "scans are missing, and versions of libjpeg smooth blocks in other ways",
    ),
    ("turned otherwise", "png-exif-prefixed-twice*", "Pillow adds a third prefix and fails"),
]  # fmt: skip


def digest(data):
    """64-bit FNV-1a, as the tests compute it."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def facts(image):
    pixels = image.convert("RGB")
    return {"width": pixels.width, "height": pixels.height, "digest": digest(pixels.tobytes())}


def outcome(data):
    """What Pillow makes of a file; an image whose orientation it cannot read counts as upright."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            stored = facts(image)
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    try:
        with Image.open(io.BytesIO(data)) as image:
            turned = facts(ImageOps.exif_transpose(image))
    except Exception:
        turned = stored
    return {"stored": stored, "turned": turned}


def reason(name, kind):
    for of_kind, patterns, text in REASONS:
        if of_kind == kind and any(fnmatch.fnmatch(name, pattern) for pattern in patterns.split()):
            return text
    return None


def compare(folder):
    found = json.loads((folder / "outcomes.json").read_text())
    counts, unexplained = collections.Counter(), 0
    lines = collections.defaultdict(list)
    for name, data in odd_images.grid().items():
        ours, theirs = found[name], outcome(data)
        if "refused" in ours and "refused" in theirs:
            kind = "refused by both"
        elif "refused" in ours:
            kind = "read by Pillow only"
        elif "refused" in theirs:
            kind = "read by zoo only"
        elif ours["stored"] != theirs["stored"]:
            kind = "other pixels"
        elif ours["turned"] != theirs["turned"]:
            kind = "turned otherwise"
        else:
            kind = "equal"
        counts[kind] += 1
        if kind in ("equal", "refused by both"):
            continue
        why = reason(name, kind)
        detail = (ours if "refused" in ours else theirs).get("reason" if "refused" in ours else "refused", "")
        if why is None:
            unexplained += 1
            print(f"UNEXPLAINED {kind}: {name}: {detail.replace(str(folder) + '/', '')}")
        else:
            lines[kind, why].append(name)
    for (kind, why), names in sorted(lines.items()):
        print(f"{kind}, because {why}: {', '.join(names)}")
    for kind, count in counts.most_common():
        print(f"{count:5} {kind}")
    print(f"{sum(counts.values()):5} files, {unexplained} differences without a reason")
    return unexplained == 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    action, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if action == "write":
        for name, data in odd_images.grid().items():
            (folder / name).write_bytes(data)
    elif not compare(folder):
        sys.exit(1)
