"""Odd image files, for check-images.py and for the fixtures in Tests/ZooVisionTests/Fixtures/Odd.

grid() gives pairs of a name and the content of a file: what formats allow and few programs write, and
what they forbid and some programs write. The content is the same at each call. Needs Pillow, numpy and
libturbojpeg.
"""

import ctypes
import ctypes.util
import io
import itertools
import os
import struct
import zlib

import numpy
from PIL import Image


def picture(width, height, channels=3, seed=1):
    """Smooth colours with some noise, [height, width, channels]."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [128 + 100 * numpy.sin((c + 1) * x / 9 + y / (5 + c)) for c in range(channels)]
    noisy = numpy.stack(planes, axis=2) + random.normal(0, 8, (height, width, channels))
    return numpy.clip(noisy, 0, 255).astype(numpy.uint8)


def rgb(width=23, height=17, seed=1):
    return Image.fromarray(picture(width, height, seed=seed))


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


# MARK: Orientation

PREFIX = b"Exif\0\0"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>'


def exif(value=6, kind=3, count=1, order="<", mark=None, before=b"", field=None, after=b""):
    """A TIFF directory with the orientation; `field` are the four bytes of its value."""
    mark = mark or (b"II*\0" if order == "<" else b"MM\0*")
    field = struct.pack(order + "HH", value, 0) if field is None else field
    entries = before + struct.pack(order + "HHI", 0x0112, kind, count) + field
    number = struct.pack(order + "H", len(entries) // 12)
    return mark + struct.pack(order + "I", 8) + number + entries + b"\0\0\0\0" + after


def exif_cases():
    """Names, EXIF data without prefix, XMP or None."""
    yield "plain", exif(), None
    yield "big-endian", exif(order=">"), None
    for value in (0, 1, 2, 3, 4, 5, 7, 8, 9):
        yield f"value{value}", exif(value), None
    for mark, order in ((b"II\0*", "<"), (b"MM*\0", ">"), (b"MM\0+", ">"), (b"II+\0", "<"), (b"XX*\0", "<")):
        yield f"mark-{mark.hex()}", exif(mark=mark, order=order), None
    for order, letters in (("<", "le"), (">", "be")):
        for kind, form in ((1, "Bxxx"), (6, "bxxx"), (3, "Hxx"), (8, "hxx"), (4, "I"), (9, "i"), (13, "I"), (11, "f")):
            yield f"type{kind}-{letters}", exif(kind=kind, order=order, field=struct.pack(order + form, 6)), None
    for kind in (2, 7, 14, 15, 17, 0):
        yield f"type{kind}", exif(kind=kind, field=b"6\0\0\0"), None
    there = struct.pack("<I", 26)
    for kind, form in ((5, "II"), (10, "ii"), (12, "d"), (16, "Q")):
        for name, values in (("", (6, 1)), ("-zero", (6, 0)), ("-half", (13, 2)), ("-twelve", (12, 2))):
            data = struct.pack("<" + form, *values[: len(form)]) + b"\0" * 8
            yield f"type{kind}{name}", exif(kind=kind, field=there, after=data), None
    yield "float-half", exif(kind=11, field=struct.pack("<f", 6.5)), None
    yield "count0", exif(count=0), None
    yield "count2", exif(count=2, field=struct.pack("<HH", 6, 3)), None
    yield "count3", exif(count=3, field=there, after=struct.pack("<HHH", 6, 3, 1)), None
    yield "count3-outside", exif(count=3, field=struct.pack("<I", 999)), None
    yield "count-huge", exif(count=0x7FFFFFFF), None
    other = struct.pack("<HHI", 0x0110, 2, 4) + b"abc\0"
    yield "second", exif(before=other), None
    yield "twice", exif(before=struct.pack("<HHIHH", 0x0112, 3, 1, 3, 0)), None
    yield "twice-empty", exif(before=struct.pack("<HHIHH", 0x0112, 3, 0, 3, 0)), None
    yield "after-outside", exif(before=struct.pack("<HHII", 0x0110, 2, 40, 9999)), None
    yield "after-short", exif(before=struct.pack("<HHII", 0x0110, 2, 20, 30)), None
    yield "after-huge", exif(before=struct.pack("<HHII", 0x0110, 2, 1 << 30, 30)), None
    for end in (0, 4, 8, 10, 12, 18, 21, 22):
        yield f"cut{end}", exif()[:end], None
    yield "prefixed", PREFIX + exif(), None
    yield "prefixed-twice", 2 * PREFIX + exif(), None
    yield "no-tiff", b"nothing of use", None
    yield "xmp", b"", XMP % 6
    yield "xmp-element", b"", b"<tiff:Orientation>8</tiff:Orientation>"
    yield "xmp-quotes", b"", b"<r tiff:Orientation='6'/>"
    yield "xmp-9", b"", XMP % 9
    yield "xmp-and-exif1", exif(1), XMP % 6
    yield "xmp-and-exif8", exif(8), XMP % 6
    yield "xmp-and-other", exif()[:10] + other + b"\0\0\0\0", XMP % 6
    yield "xmp-and-text", exif(kind=2, field=b"6\0\0\0"), XMP % 6
    yield "xmp-and-no-tiff", b"nothing of use", XMP % 6


# MARK: PNG

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, data=b"", length=None, crc=None):
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", crc)


def packed(samples, depth):
    """Rows of samples [h, w, c] as bytes."""
    flat = samples.reshape(samples.shape[0], -1)
    if depth == 16:
        return flat.astype(">u2").view(numpy.uint8)
    if depth == 8:
        return flat.astype(numpy.uint8)
    bits = (flat[:, :, None] >> numpy.arange(depth - 1, -1, -1)) & 1
    return numpy.packbits(bits.reshape(flat.shape[0], -1).astype(numpy.uint8), axis=1)


def rows(samples, depth, interlaced=False, filtering=0):
    """What is compressed: each row after the number of its filter, which changes nothing for 0."""
    data = b""
    for x, y, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::dy, x::dx]
        if part.size:
            data += b"".join(bytes([filtering]) + row.tobytes() for row in packed(part, depth))
    return data


def samples_of(color, depth, width=21, height=13):
    values = numpy.random.default_rng(color * 100 + depth).integers(0, 1 << depth, (height, width, CHANNELS[color]))
    if color == 0 and depth == 16:
        values >>= 7
    return values


def ihdr(width, height, depth, color, interlaced=0, compression=0, filtering=0):
    return struct.pack(">IIBBBBB", width, height, depth, color, compression, filtering, interlaced)


def png(color=2, depth=8, interlaced=False, before=b"", after=b"", data=None, header=None, idat=None, end=None):
    """A PNG; each part can be replaced."""
    samples = samples_of(color, depth)
    height, width, _ = samples.shape
    header = header or chunk(b"IHDR", ihdr(width, height, depth, color, int(interlaced)))
    if data is None:
        data = zlib.compress(rows(samples, depth, interlaced))
    if color == 3 and b"PLTE" not in before:
        before = palette(1 << depth) + before
    return SIGNATURE + header + before + (chunk(b"IDAT", data) if idat is None else idat) + after + (
        chunk(b"IEND") if end is None else end
    )


def palette(count):
    return chunk(b"PLTE", numpy.random.default_rng(5).integers(0, 256, 3 * count).astype(numpy.uint8).tobytes())


def raw_profile(data, name="exif", kind=b"tEXt", upper=False, width=72):
    digits = data.hex().upper() if upper else data.hex()
    lines = [digits[i : i + width] for i in range(0, len(digits), width)]
    text = f"\n{name}\n{len(data):8}\n" + "\n".join(lines) + "\n"
    key = f"Raw profile type {name}".encode() + b"\0"
    if kind == b"tEXt":
        return chunk(kind, key + text.encode())
    if kind == b"zTXt":
        return chunk(kind, key + b"\0" + zlib.compress(text.encode()))
    return chunk(b"iTXt", key + b"\0\0\0\0" + text.encode())


def itxt(key, text, compressed=False):
    body = zlib.compress(text) if compressed else text
    return chunk(b"iTXt", key + b"\0" + bytes([compressed, 0]) + b"\0\0" + body)


def png_kinds():
    """All colour types, depths and interlacings, with chunks that must not change pixels."""
    depths = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    for color, interlaced in itertools.product(depths, (False, True)):
        for depth in depths[color]:
            name = f"png-{color}-{depth}" + ("-interlaced" if interlaced else "")
            yield name, png(color, depth, interlaced)
            keys = {0: b"\0\1", 2: b"\0\1\0\2\0\3", 3: bytes([0, 128, 255][: 1 << depth]), 4: b"\0\1", 6: b"\0\1\0\2\0\3"}
            yield f"{name}-trns", png(color, depth, interlaced, before=(palette(1 << depth) if color == 3 else b"") + chunk(b"tRNS", keys[color]))
            if color == 3:
                yield f"{name}-trns-one", png(color, depth, interlaced, before=palette(1 << depth) + chunk(b"tRNS", b"\xff\0"))
    gamma = {
        "gamma": chunk(b"gAMA", struct.pack(">I", 45455)),
        "gamma0": chunk(b"gAMA", struct.pack(">I", 0)),
        "gamma-short": chunk(b"gAMA", b"\0"),
        "srgb": chunk(b"sRGB", b"\0"),
        "srgb-odd": chunk(b"sRGB", b"\x09"),
        "chrm": chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
        "icc": chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(200))),
        "icc-damaged": chunk(b"iCCP", b"p\0\0" + b"no zlib stream"),
        "icc-method": chunk(b"iCCP", b"p\0\1" + zlib.compress(bytes(200))),
        "icc-huge": chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(2 << 20))),
        "text-huge": chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(2 << 20))),
        "text-damaged": chunk(b"zTXt", b"k\0\0" + b"no zlib stream"),
        "text-method": chunk(b"zTXt", b"k\0\5" + b"text"),
        "sbit": chunk(b"sBIT", b"\5\6\5"),
        "background": chunk(b"bKGD", b"\0\1\0\2\0\3"),
        "plte": palette(7),
        "phys": chunk(b"pHYs", struct.pack(">IIB", 1, 1, 1)),
        "phys-short": chunk(b"pHYs", b"\0"),
        "private": chunk(b"prVt", b"whatever"),
        "twice": 2 * chunk(b"gAMA", struct.pack(">I", 45455)),
        "bad-crc": chunk(b"tEXt", b"a\0b", crc=1),
        "bad-crc-gamma": chunk(b"gAMA", struct.pack(">I", 45455), crc=1),
        "unknown-critical": chunk(b"ABCD", b"whatever"),
        "bad-name": chunk(b"a1b2", b"whatever"),
    }  # fmt: skip
    for name, before in gamma.items():
        yield f"png-chunk-{name}", png(before=before)
        yield f"png-chunk-after-{name}", png(after=before)


def png_palettes():
    for entries in (0, 1, 2, 3, 15, 16, 17, 100, 255, 256, 257, 300):
        for depth in (1, 4, 8):
            yield f"png-palette{depth}-of{entries}", png(3, depth, before=palette(entries))
    data = palette(16)[8:-4]
    yield "png-palette-odd-length", png(3, 4, before=chunk(b"PLTE", data[:-1]))
    yield "png-palette-none", png(3, 4, before=chunk(b"PLTE", data)).replace(chunk(b"PLTE", data), b"")
    yield "png-palette-twice", png(3, 4, before=palette(16) + chunk(b"PLTE", data[::-1]))
    yield "png-palette-after", png(3, 4, before=chunk(b"PLTE", data), after=palette(3))
    yield "png-palette-late", png(3, 4, before=chunk(b"PLTE", data)).replace(chunk(b"PLTE", data), b"")[:-12] + palette(16) + chunk(b"IEND")
    yield "png-palette-grey", png(0, 4, before=palette(16))
    for length in (0, 1, 15, 16, 17, 256):
        yield f"png-palette-trns{length}", png(3, 4, before=palette(16) + chunk(b"tRNS", bytes(range(length))))
    yield "png-palette-trns-first", png(3, 4, before=chunk(b"tRNS", b"\0\1") + palette(16))
    for color, length in ((0, 0), (0, 1), (0, 3), (2, 5), (2, 8)):
        yield f"png-trns-{color}-of{length}", png(color, before=chunk(b"tRNS", bytes(length)))


def windowed(data, bits, level=6):
    """A zlib stream that needs a window of 32 KiB and states another."""
    stream = bytearray(zlib.compress(data, level))
    stream[0] = (bits - 8) << 4 | 8
    stream[1] = stream[1] & 0xE0
    stream[1] += 31 - (stream[0] << 8 | stream[1]) % 31
    return bytes(stream)


def png_streams():
    """What can be odd about the compressed pixels."""
    samples = samples_of(2, 8)
    height, width, _ = samples.shape
    plain = rows(samples, 8)
    good = zlib.compress(plain)
    tile = numpy.random.default_rng(3).integers(0, 256, (40, 100, 3)).astype(numpy.uint8)
    tall = numpy.concatenate([tile, tile, tile])
    header = chunk(b"IHDR", ihdr(100, 120, 8, 2))
    for bits in range(8, 17):
        yield f"png-window{bits}", png(header=header, data=windowed(rows(tall, 8), bits))
        yield f"png-window{bits}-level9", png(header=header, data=windowed(rows(tall, 8), bits, 9))
    for filtering in range(6):
        yield f"png-filter{filtering}", png(data=zlib.compress(rows(samples, 8, filtering=filtering)))
        yield f"png-filter{filtering}-interlaced", png(interlaced=True, data=zlib.compress(rows(samples, 8, True, filtering)))
        yield f"png-filter{filtering}-16", png(6, 16, data=zlib.compress(rows(samples_of(6, 16), 16, filtering=filtering)))
        yield f"png-filter{filtering}-1", png(0, 1, data=zlib.compress(rows(samples_of(0, 1), 1, filtering=filtering)))
    one_by_one = b"".join(chunk(b"IDAT", good[i : i + 1]) for i in range(len(good)))
    yield "png-idat-bytes", png(idat=one_by_one)
    yield "png-idat-empty-first", png(idat=chunk(b"IDAT") + chunk(b"IDAT", good))
    yield "png-idat-empty-last", png(idat=chunk(b"IDAT", good) + chunk(b"IDAT"))
    yield "png-idat-empty", png(idat=chunk(b"IDAT"))
    yield "png-idat-none", png(idat=b"")
    yield "png-idat-parted", png(idat=chunk(b"IDAT", good[:99]) + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", good[99:]))
    yield "png-idat-second", png(idat=chunk(b"IDAT", good) + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", good))
    yield "png-idat-garbage-after", png(data=good + b"garbage")
    yield "png-idat-garbage-chunk", png(idat=chunk(b"IDAT", good) + chunk(b"IDAT", b"garbage"))
    yield "png-idat-more-rows", png(data=zlib.compress(plain + plain[:200]))
    yield "png-idat-one-byte-more", png(data=zlib.compress(plain + b"\0"))
    yield "png-idat-fewer-rows", png(data=zlib.compress(plain[:-130]))
    yield "png-idat-one-byte-fewer", png(data=zlib.compress(plain[:-1]))
    yield "png-idat-no-adler", png(data=good[:-4])
    yield "png-idat-adler-part", png(data=good[:-2])
    yield "png-idat-adler-wrong", png(data=good[:-4] + b"\0\0\0\0")
    yield "png-idat-cut", png(data=good[: len(good) // 2])
    yield "png-idat-crc", png(idat=chunk(b"IDAT", good, crc=7))
    yield "png-idat-stored", png(data=zlib.compress(plain, 0))
    yield "png-idat-dictionary", png(data=b"\x78\xbb" + good[2:])
    yield "png-idat-raw-deflate", png(data=good[2:-4])
    yield "png-end-none", png(end=b"")
    yield "png-end-data", png(end=chunk(b"IEND", b"data"))
    yield "png-end-crc", png(end=chunk(b"IEND", crc=3))
    yield "png-end-cut", png(end=chunk(b"IEND")[:-3])
    yield "png-end-more", png() + b"more" * 9
    yield "png-end-zeros", png(end=b"\0" * 40)
    whole = png()
    for end in (8, 20, 33, 45, len(whole) // 2, len(whole) - 20, len(whole) - 13):
        yield f"png-cut{end}", whole[:end]
    for name, values in {
        "compression1": (width, height, 8, 2, 0, 1), "filter1": (width, height, 8, 2, 0, 0, 1),
        "interlace2": (width, height, 8, 2, 2), "width0": (0, height, 8, 2), "height0": (width, 0, 8, 2),
        "depth3": (width, height, 3, 0), "depth4-rgb": (width, height, 4, 2), "depth16-palette": (width, height, 16, 3),
        "color5": (width, height, 8, 5), "color7": (width, height, 8, 7), "depth32": (width, height, 32, 2),
    }.items():  # fmt: skip
        yield f"png-header-{name}", png(header=chunk(b"IHDR", ihdr(*values)))
    yield "png-header-crc", png(header=chunk(b"IHDR", ihdr(width, height, 8, 2), crc=5))
    yield "png-header-long", png(header=chunk(b"IHDR", ihdr(width, height, 8, 2) + b"more"))
    yield "png-header-short", png(header=chunk(b"IHDR", ihdr(width, height, 8, 2)[:-1]))
    yield "png-header-twice", png(before=chunk(b"IHDR", ihdr(width, height, 8, 2)))
    yield "png-header-second", png(header=chunk(b"tEXt", b"a\0b") + chunk(b"IHDR", ihdr(width, height, 8, 2)))
    yield "png-cgbi", png(header=chunk(b"CgBI", b"\x50\0\x20\x06") + chunk(b"IHDR", ihdr(width, height, 8, 2)), data=good[2:-4])
    yield "png-signature-crlf", whole.replace(b"\r\n", b"\n", 1)
    for width, height in ((1, 1), (1, 9), (9, 1), (8, 8), (5000, 2), (2, 5000)):
        for interlaced in (False, True):
            pixels = picture(width, height)
            head = chunk(b"IHDR", ihdr(width, height, 8, 2, int(interlaced)))
            yield f"png-{width}x{height}" + "-interlaced" * interlaced, png(header=head, data=zlib.compress(rows(pixels, 8, interlaced)))


def png_animations():
    data = zlib.compress(rows(samples_of(2, 8), 8))
    width, height = 21, 13

    def frame(number, w=width, h=height, x=0, y=0):
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, w, h, x, y, 1, 10, 0, 0))

    control = chunk(b"acTL", struct.pack(">II", 2, 0))
    other = zlib.compress(rows(samples_of(2, 8)[::-1], 8))
    second = frame(1) + chunk(b"fdAT", struct.pack(">I", 2) + other)
    turned = chunk(b"eXIf", exif())
    yield "png-animation", png(before=control + frame(0), after=second)
    yield "png-animation-hidden-default", png(before=control, after=frame(0) + chunk(b"fdAT", struct.pack(">I", 1) + other) + frame(2) + chunk(b"fdAT", struct.pack(">I", 3) + data))
    yield "png-animation-small-first", png(before=control + frame(0, 10, 5, 2, 3), after=second)
    yield "png-animation-no-frames", png(before=chunk(b"acTL", struct.pack(">II", 0, 0)))
    yield "png-animation-one", png(before=chunk(b"acTL", struct.pack(">II", 1, 0)) + frame(0))
    yield "png-animation-wrong-order", png(before=control + frame(3), after=second)
    yield "png-animation-exif", png(before=control + turned + frame(0), after=second)
    yield "png-animation-exif-middle", png(before=control + frame(0), after=turned + second)
    yield "png-animation-exif-last", png(before=control + frame(0), after=second + turned)


def png_orientations():
    for name, data, xmp in exif_cases():
        before = (chunk(b"eXIf", data) if data or "cut" in name else b"") + (itxt(b"XML:com.adobe.xmp", xmp) if xmp else b"")
        yield f"png-exif-{name}", png(before=before)
        if xmp is None:
            yield f"png-raw-{name}", png(before=raw_profile(data))
    data = PREFIX + exif()
    for kind in (b"tEXt", b"zTXt", b"iTXt"):
        yield f"png-raw-in-{kind.decode()}", png(before=raw_profile(data, kind=kind))
        yield f"png-raw-after-{kind.decode()}", png(after=raw_profile(data, kind=kind))
    yield "png-raw-upper", png(before=raw_profile(data, upper=True))
    yield "png-raw-narrow", png(before=raw_profile(data, width=6))
    yield "png-raw-odd-width", png(before=raw_profile(data, width=7))
    yield "png-raw-app1", png(before=raw_profile(data, name="APP1"))
    key = b"Raw profile type exif\0"
    digits = data.hex().encode()
    yield "png-raw-spaces", png(before=chunk(b"tEXt", key + b"\nexif\n  34\n" + b" ".join(digits[i : i + 2] for i in range(0, len(digits), 2))))
    yield "png-raw-odd-digits", png(before=chunk(b"tEXt", key + b"\nexif\n  34\n" + digits[:-1]))
    yield "png-raw-no-digits", png(before=chunk(b"tEXt", key + b"\nexif\n  34\nxyz"))
    yield "png-raw-short", png(before=chunk(b"tEXt", key + b"\nexif"))
    yield "png-raw-empty", png(before=chunk(b"tEXt", key))
    yield "png-raw-wrong-length", png(before=chunk(b"tEXt", key + b"\nexif\n   1\n" + digits))
    yield "png-raw-and-exif", png(before=raw_profile(exif(3)) + chunk(b"eXIf", exif(8)))
    yield "png-raw-two", png(before=raw_profile(exif(3)) + raw_profile(exif(8)))
    yield "png-raw-damaged", png(before=chunk(b"zTXt", key + b"\0no zlib stream"))
    yield "png-raw-xmp", png(before=chunk(b"tEXt", key + b"\nexif") + itxt(b"XML:com.adobe.xmp", XMP % 6))
    yield "png-text-exif", png(before=chunk(b"tEXt", b"exif\0" + exif()))
    yield "png-exif-after", png(after=chunk(b"eXIf", exif()))
    yield "png-exif-two", png(before=chunk(b"eXIf", exif(3)), after=chunk(b"eXIf", exif(8)))
    yield "png-exif-3-prefixes", png(before=chunk(b"eXIf", 3 * PREFIX + exif()))
    yield "png-xmp-compressed", png(before=itxt(b"XML:com.adobe.xmp", XMP % 6, True))
    yield "png-xmp-after", png(after=itxt(b"XML:com.adobe.xmp", XMP % 6))
    yield "png-xmp-text", png(before=chunk(b"tEXt", b"XML:com.adobe.xmp\0" + XMP % 6))
    yield "png-xmp-latin1", png(before=itxt(b"XML:com.adobe.xmp", b"\xe9" + XMP % 6))
    yield "png-xmp-raw", png(before=raw_profile(XMP % 6, name="xmp"))


# MARK: JPEG


def segment(marker, data=b""):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


class Bits:
    def __init__(self):
        self.text = []

    def add(self, value, count):
        if count:
            self.text.append(format(value, f"0{count}b"))

    def bytes(self):
        text = "".join(self.text)
        text += "1" * (-len(text) % 8)
        data = bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))
        return data.replace(b"\xff", b"\xff\0")


AC_SYMBOLS = [0x00, 0xF0] + [run << 4 | size for run in range(16) for size in range(1, 11)]


def number(bits, value, codes, run=0):
    """A coefficient: its size after a run of zeros, and its bits."""
    size = int(abs(value)).bit_length()
    bits.add(*codes[run << 4 | size])
    bits.add(value if value >= 0 else value + (1 << size) - 1, size)


class Blocks:
    """A JPEG of random coefficients, so that any sampling can be written."""

    dc = {size: (size, 4) for size in range(12)}
    ac = {symbol: (code, 8) for code, symbol in enumerate(AC_SYMBOLS)}

    def __init__(self, factors, width=37, height=29, ids=(1, 2, 3, 4), restart=0, seed=1):
        self.factors, self.width, self.height = factors, width, height
        self.ids, self.restart = ids, restart
        self.random = numpy.random.default_rng(seed)
        h, v = (max(f[i] for f in factors) for i in (0, 1))
        self.mcus = [-(-width // (8 * h)), -(-height // (8 * v))]
        self.max = (h, v)

    def block(self, bits, previous):
        value = int(numpy.clip(previous + self.random.integers(-25, 26), -90, 90))
        number(bits, value - previous, self.dc)
        skipped = 0
        for _ in range(self.random.integers(0, 5)):
            run = int(self.random.integers(0, 6))
            skipped += run + 1
            number(bits, int(self.random.integers(1, 12)) * (1 if self.random.integers(2) else -1), self.ac, run)
        bits.add(*self.ac[0])
        return value

    def scan(self, members):
        """The entropy-coded data of some components; one alone has no more blocks than it needs."""
        data, bits = b"", Bits()
        previous = [0] * len(self.factors)
        if len(members) == 1 and len(self.factors) > 1 or len(self.factors) == 1:
            h, v = self.factors[members[0]]
            across = -(-(-(-self.width * h // self.max[0])) // 8)
            down = -(-(-(-self.height * v // self.max[1])) // 8)
            shape = {members[0]: (1, 1)}
        else:
            across, down = self.mcus
            shape = {m: self.factors[m] for m in members}
        for mcu in range(across * down):
            if self.restart and mcu and mcu % self.restart == 0:
                data += bits.bytes() + bytes([0xFF, 0xD0 + (mcu // self.restart - 1) % 8])
                bits, previous = Bits(), [0] * len(self.factors)
            for member, (h, v) in shape.items():
                for _ in range(h * v):
                    previous[member] = self.block(bits, previous[member])
        return data + bits.bytes()

    def tables(self, wide=False):
        steps = numpy.arange(8, 72)
        quantisation = steps.astype(">u2").tobytes() if wide else steps.astype(numpy.uint8).tobytes()
        dc = bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))
        ac = bytes([0] * 7 + [len(AC_SYMBOLS)] + [0] * 8) + bytes(AC_SYMBOLS)
        return segment(0xDB, bytes([0x10 if wide else 0]) + quantisation) + segment(0xC4, b"\0" + dc) + segment(0xC4, b"\x10" + ac)

    def frame(self, marker=0xC0, precision=8, height=None):
        parts = b"".join(bytes([i, h << 4 | v, 0]) for i, (h, v) in zip(self.ids, self.factors))
        height = self.height if height is None else height
        return segment(marker, struct.pack(">BHHB", precision, height, self.width, len(self.factors)) + parts)

    def start(self, members):
        return segment(0xDA, bytes([len(members)]) + b"".join(bytes([self.ids[m], 0]) for m in members) + b"\0\x3f\0")

    def file(self, before=b"", interleaved=True, wide=False, marker=0xC0, precision=8, after=b"", height=None, tables=None):
        members = list(range(len(self.factors)))
        scans = b"".join(self.start(m) + self.scan(m) + after for m in ([members] if interleaved else [[m] for m in members]))
        restart = segment(0xDD, struct.pack(">H", self.restart)) if self.restart else b""
        tables = self.tables(wide) if tables is None else tables
        return b"\xff\xd8" + before + tables + restart + self.frame(marker, precision, height) + scans + b"\xff\xd9"


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def adobe(transform):
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def jpeg_samplings():
    sizes = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4), (4, 2), (2, 4), (3, 1), (1, 3), (3, 2), (4, 4)]
    for h, v in sizes:
        factors = [(h, v), (1, 1), (1, 1)]
        if h * v > 8:
            continue
        for interleaved in (True, False):
            name = f"jpeg-{h}x{v}" + "-scans" * (not interleaved)
            yield name, Blocks(factors).file(JFIF, interleaved)
        for width, height in ((1, 1), (8, 8), (16, 16), (17, 15), (3, 70), (70, 3)):
            yield f"jpeg-{h}x{v}-{width}x{height}", Blocks(factors, width, height).file(JFIF)
        yield f"jpeg-{h}x{v}-restart", Blocks(factors, restart=2).file(JFIF)
    for name, factors in {
        "chroma-larger": [(1, 1), (2, 2), (2, 2)], "mixed": [(2, 2), (1, 2), (2, 1)], "mixed2": [(2, 2), (2, 1), (1, 1)],
        "fraction": [(3, 1), (2, 1), (1, 1)], "one-full": [(2, 2), (2, 2), (1, 1)], "all-2x2": [(2, 2)] * 3, "all-2x1": [(2, 1)] * 3,
        "422-as-2x2-1x2": [(2, 2), (1, 2), (1, 2)], "440-as-2x2-2x1": [(2, 2), (2, 1), (2, 1)],
        "grey-2x2": [(2, 2)], "grey-1x2": [(1, 2)], "grey-4x4": [(4, 4)], "two": [(1, 1), (1, 1)], "four-2x2": [(2, 2), (1, 1), (1, 1), (2, 2)],
        "five": [(1, 1)] * 5,
    }.items():  # fmt: skip
        ids = tuple(range(1, len(factors) + 1))
        yield f"jpeg-{name}", Blocks(factors, ids=ids).file(JFIF)
        yield f"jpeg-{name}-scans", Blocks(factors, ids=ids).file(JFIF, False)


def jpeg_colors():
    for ids in ((1, 2, 3), (0, 1, 2), (82, 71, 66), (114, 103, 98), (1, 34, 35), (5, 6, 7)):
        name = "-".join(map(str, ids))
        blocks = lambda: Blocks([(1, 1)] * 3, ids=ids)  # noqa: E731
        yield f"jpeg-ids-{name}", blocks().file()
        yield f"jpeg-ids-{name}-jfif", blocks().file(JFIF)
        for transform in range(4):
            yield f"jpeg-ids-{name}-adobe{transform}", blocks().file(adobe(transform))
    yield "jpeg-jfif-and-adobe0", Blocks([(1, 1)] * 3).file(JFIF + adobe(0))
    yield "jpeg-adobe-short", Blocks([(1, 1)] * 3).file(segment(0xEE, b"Adobe\0\x64"))
    for factors in ([(1, 1)] * 4, [(2, 2), (1, 1), (1, 1), (2, 2)], [(2, 1), (1, 1), (1, 1), (2, 1)]):
        name = f"jpeg-inks-{factors[0][0]}x{factors[0][1]}"
        yield name, Blocks(factors).file()
        yield f"{name}-jfif", Blocks(factors).file(JFIF)
        for transform in range(4):
            yield f"{name}-adobe{transform}", Blocks(factors).file(adobe(transform))
        yield f"{name}-letters", Blocks(factors, ids=(67, 77, 89, 75)).file()
    image = rgb(45, 37)
    for quality, sampling, progressive in itertools.product((3, 50, 100), (0, 1, 2), (False, True)):
        name = f"jpeg-q{quality}-s{sampling}" + "-progressive" * progressive
        yield name, saved(image, "jpeg", quality=quality, subsampling=sampling, progressive=progressive)
        yield f"{name}-restart", saved(image, "jpeg", quality=quality, subsampling=sampling, progressive=progressive, restart_marker_blocks=2)
    for progressive in (False, True):
        end = "-progressive" * progressive
        yield "jpeg-grey" + end, saved(image.convert("L"), "jpeg", progressive=progressive)
        yield "jpeg-cmyk" + end, saved(image.convert("CMYK"), "jpeg", progressive=progressive)
        yield "jpeg-stored-rgb" + end, saved(image, "jpeg", keep_rgb=True, progressive=progressive)
    yield "jpeg-optimized", saved(image, "jpeg", optimize=True)


class Turbo:
    """libturbojpeg of the system, for arithmetic coding, which Pillow does not write."""

    def __init__(self):
        self.library = ctypes.CDLL(ctypes.util.find_library("turbojpeg"))
        self.library.tjInitCompress.restype = ctypes.c_void_p

    def arithmetic(self, pixels, sampling, progressive):
        os.environ["TJ_ARITHMETIC"] = "1"
        target, size = ctypes.c_void_p(), ctypes.c_ulong()
        height, width, channels = pixels.shape
        pixel_format = {3: 0, 1: 6, 4: 11}[channels]
        status = self.library.tjCompress2(
            ctypes.c_void_p(self.library.tjInitCompress()), pixels.ctypes.data_as(ctypes.c_void_p), width, 0, height,
            pixel_format, ctypes.byref(target), ctypes.byref(size), 3 if channels == 1 else sampling, 85,
            16384 if progressive else 0,
        )  # fmt: skip
        assert status == 0
        return ctypes.string_at(target, size.value)


def jpeg_arithmetic():
    turbo = Turbo()
    for channels, sampling, progressive in itertools.product((1, 3, 4), (0, 1, 2, 4, 5), (False, True)):
        name = f"jpeg-arithmetic-{channels}-s{sampling}" + "-progressive" * progressive
        yield name, turbo.arithmetic(picture(45, 37, channels), sampling, progressive)


def jpeg_structures():
    plain = lambda **kw: Blocks([(2, 2), (1, 1), (1, 1)]).file(JFIF, **kw)  # noqa: E731
    whole = plain()
    data = whole[2:]
    yield "jpeg-wide-tables", plain(wide=True)
    yield "jpeg-extended", plain(marker=0xC1)
    for marker in (0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD):
        yield f"jpeg-frame-{marker:x}", plain(marker=marker)
    for precision in (2, 7, 9, 12, 16):
        yield f"jpeg-precision{precision}", plain(precision=precision)
        yield f"jpeg-precision{precision}-extended", plain(precision=precision, marker=0xC1)
    yield "jpeg-height-later", plain(height=0, after=segment(0xDC, b"\0\x1d"))
    yield "jpeg-height-again", plain(after=segment(0xDC, b"\0\x1d"))
    yield "jpeg-no-tables", plain(tables=b"")
    yield "jpeg-no-huffman", plain(tables=Blocks([(1, 1)]).tables()[:69])
    yield "jpeg-no-quantisation", plain(tables=Blocks([(1, 1)]).tables()[69:])
    yield "jpeg-no-first-scan-end", whole[:-2]
    yield "jpeg-zeros-after", whole[:-2] + b"\0" * 50
    yield "jpeg-zeros-before-end", whole[:-2] + b"\0" * 50 + b"\xff\xd9"
    yield "jpeg-after-end", whole + b"more" * 20
    yield "jpeg-and-another", whole + saved(rgb(), "jpeg")
    yield "jpeg-two-starts", b"\xff\xd8" + whole
    yield "jpeg-fill", b"\xff\xd8" + b"\xff" * 9 + data
    yield "jpeg-fill-between", whole.replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1)
    yield "jpeg-junk-between", whole.replace(b"\xff\xdb", b"junk\xff\xdb", 1)
    yield "jpeg-junk-start", b"\xff\xd8\xffjunk" + data
    yield "jpeg-junk-zeros", whole.replace(b"\xff\xdb", b"\0\0\0\xff\xdb", 1)
    yield "jpeg-stuffed-between", whole.replace(b"\xff\xdb", b"\xff\0\xff\xdb", 1)
    yield "jpeg-comment", b"\xff\xd8" + segment(0xFE, b"a comment") + data
    yield "jpeg-comment-empty", b"\xff\xd8" + segment(0xFE) + data
    yield "jpeg-app-empty", b"\xff\xd8" + b"".join(segment(0xE0 + i) for i in range(16)) + data
    yield "jpeg-jfif-cut", b"\xff\xd8" + segment(0xE0, b"JFIF\0") + data
    yield "jpeg-length0", b"\xff\xd8\xff\xfe\0\0" + data
    yield "jpeg-length1", b"\xff\xd8\xff\xfe\0\1" + data
    yield "jpeg-length-huge", b"\xff\xd8\xff\xfe\xff\xff" + data
    yield "jpeg-marker-f0", b"\xff\xd8" + segment(0xF0, b"what") + data
    yield "jpeg-marker-02", b"\xff\xd8" + segment(0x02, b"what") + data
    yield "jpeg-marker-01", b"\xff\xd8\xff\x01" + data
    yield "jpeg-restart-marker-before", b"\xff\xd8\xff\xd0" + data
    yield "jpeg-icc", b"\xff\xd8" + segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(300)) + data
    yield "jpeg-icc-half", b"\xff\xd8" + segment(0xE2, b"ICC_PROFILE\0\1\2" + bytes(300)) + data
    yield "jpeg-icc-short", b"\xff\xd8" + segment(0xE2, b"ICC_PROFILE\0") + data
    yield "jpeg-photoshop-cut", b"\xff\xd8" + segment(0xED, b"Photoshop 3.0\x008BIM\4") + data
    yield "jpeg-two-frames", whole.replace(b"\xff\xda", Blocks([(2, 2), (1, 1), (1, 1)]).frame() + b"\xff\xda", 1)
    yield "jpeg-scan-first", b"\xff\xd8" + Blocks([(1, 1)]).start([0]) + data
    yield "jpeg-no-frame", whole.replace(Blocks([(2, 2), (1, 1), (1, 1)]).frame(), b"")
    yield "jpeg-width0", whole.replace(b"\0\x1d\0\x25", b"\0\x1d\0\0", 1)
    yield "jpeg-one-scan-of-three", Blocks([(1, 1)] * 3).file(JFIF, False).rpartition(b"\xff\xda")[0] + b"\xff\xd9"
    marks = Blocks([(1, 1)] * 3, restart=2).file(JFIF)
    yield "jpeg-restart-missing", marks.replace(b"\xff\xd3", b"", 1)
    yield "jpeg-restart-order", marks.replace(b"\xff\xd2", b"\xff\xd5", 1)
    yield "jpeg-restart-junk", marks.replace(b"\xff\xd2", b"junk\xff\xd2", 1)
    yield "jpeg-restart-unannounced", marks.replace(segment(0xDD, b"\0\2"), b"")
    progressive = saved(rgb(45, 37), "jpeg", progressive=True)
    scans = progressive.split(b"\xff\xda")
    for count in range(1, len(scans)):
        yield f"jpeg-progressive-{count}-scans", b"\xff\xda".join(scans[:count]) + b"\xff\xd9"
    for end in (2, 4, 20, 100, len(whole) // 3, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        yield f"jpeg-cut{end}", whole[:end]
    yield "jpeg-progressive-cut", progressive[: len(progressive) // 2]
    damaged = bytearray(whole)
    damaged[len(whole) * 3 // 4] ^= 0x5A
    yield "jpeg-damaged", bytes(damaged)
    large, small = rgb(45, 37), rgb(20, 16, seed=2)
    yield "jpeg-mpo", saved(large, "mpo", save_all=True, append_images=[small])
    yield "jpeg-thumbnail", saved(large, "jpeg", exif=PREFIX + exif(after=saved(small, "jpeg")))


def jpeg_orientations():
    whole = Blocks([(2, 2), (1, 1), (1, 1)]).file()[2:]
    for name, data, xmp in exif_cases():
        before = segment(0xE1, PREFIX + data) if data or "cut" in name else b""
        if xmp:
            before += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)
        yield f"jpeg-exif-{name}", b"\xff\xd8" + before + whole
    data = exif(before=struct.pack("<HHII", 0x0110, 2, 40, 38), after=bytes(60))
    two = segment(0xE1, PREFIX + data[:12]) + segment(0xE1, PREFIX + data[12:])
    yield "jpeg-exif-in-two", b"\xff\xd8" + two + whole
    yield "jpeg-exif-two", b"\xff\xd8" + segment(0xE1, PREFIX + exif(3)) + segment(0xE1, PREFIX + exif(8)) + whole
    yield "jpeg-exif-no-prefix", b"\xff\xd8" + segment(0xE1, exif()) + whole
    yield "jpeg-exif-other-prefix", b"\xff\xd8" + segment(0xE1, b"Exif\0\xff" + exif()) + whole
    yield "jpeg-exif-in-app2", b"\xff\xd8" + segment(0xE2, PREFIX + exif()) + whole
    yield "jpeg-exif-after-frame", b"\xff\xd8" + whole.replace(b"\xff\xda", segment(0xE1, PREFIX + exif()) + b"\xff\xda", 1)
    yield "jpeg-exif-after-scan", b"\xff\xd8" + whole[:-2] + segment(0xE1, PREFIX + exif()) + b"\xff\xd9"
    yield "jpeg-xmp-two", b"\xff\xd8" + b"".join(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP % v) for v in (3, 8)) + whole
    yield "jpeg-xmp-extended", b"\xff\xd8" + segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + XMP % 6) + whole


# MARK: WebP


def riff(kind, data, size=None):
    return kind + struct.pack("<I", len(data) if size is None else size) + data + b"\0" * (len(data) % 2)


def webp(*chunks, size=None):
    return riff(b"RIFF", b"WEBP" + b"".join(chunks), size)


def int24(value):
    return struct.pack("<I", value)[:3]


def vp8x(width, height, flags):
    return riff(b"VP8X", bytes([flags, 0, 0, 0]) + int24(width - 1) + int24(height - 1))


def webp_chunks(image, **options):
    """The chunks of what Pillow writes, without VP8X."""
    data = saved(image, "webp", **options)[12:]
    result = []
    while data:
        size = struct.unpack("<I", data[4:8])[0]
        end = 8 + size + size % 2
        if data[:4] != b"VP8X":
            result.append(data[:end])
        data = data[end:]
    return result


def webp_files():
    image = rgb(23, 17)
    clear = Image.fromarray(picture(23, 17, 4))
    lossy, lossless = webp_chunks(image, quality=60), webp_chunks(image, lossless=True)
    alpha = webp_chunks(clear, quality=60)
    for name, chunks in (("lossy", lossy), ("lossless", lossless)):
        yield f"webp-{name}", webp(*chunks)
        for flags in (0, 0x10, 0x04, 0x08, 0x20, 0x02, 0x3E, 0xC1):
            yield f"webp-{name}-flags{flags:02x}", webp(vp8x(23, 17, flags), *chunks)
        yield f"webp-{name}-canvas", webp(vp8x(30, 20, 0), *chunks)
        yield f"webp-{name}-canvas-small", webp(vp8x(20, 10, 0), *chunks)
        yield f"webp-{name}-profile", webp(vp8x(23, 17, 0x20), riff(b"ICCP", bytes(99)), *chunks)
        yield f"webp-{name}-unknown", webp(vp8x(23, 17, 0), riff(b"ABCD", b"what"), *chunks, riff(b"EFGH", b"what"))
        yield f"webp-{name}-unknown-simple", webp(*chunks, riff(b"EFGH", b"what"))
        yield f"webp-{name}-twice", webp(vp8x(23, 17, 0), *chunks, *chunks)
        whole = webp(*chunks)
        for change in (-2, -1, 1, 2, 100):
            yield f"webp-{name}-size{change:+}", webp(*chunks, size=len(whole) - 8 + change)
        yield f"webp-{name}-size0", webp(*chunks, size=0)
        yield f"webp-{name}-after", whole + b"more" * 9
        for end in (12, 20, 30, len(whole) // 2, len(whole) - 3, len(whole) - 1):
            yield f"webp-{name}-cut{end}", whole[:end]
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 0x5A
        yield f"webp-{name}-damaged", bytes(damaged)
    for quality, method in itertools.product((0, 50, 100), (0, 6)):
        yield f"webp-q{quality}-m{method}", saved(image, "webp", quality=quality, method=method)
        yield f"webp-alpha-q{quality}-m{method}", saved(clear, "webp", quality=quality, method=method)
        yield f"webp-lossless-q{quality}-m{method}", saved(clear, "webp", lossless=True, quality=quality, method=method)
    yield "webp-exact", saved(clear, "webp", lossless=True, exact=True)
    yield "webp-alpha-quality", saved(clear, "webp", alpha_quality=10)
    yield "webp-alpha-without-flag", webp(vp8x(23, 17, 0), *alpha)
    yield "webp-alpha-only", webp(vp8x(23, 17, 0x10), alpha[0])
    yield "webp-alpha-after", webp(vp8x(23, 17, 0x10), alpha[1], alpha[0])
    yield "webp-grey", saved(image.convert("L"), "webp")
    yield "webp-palette", saved(image.quantize(7), "webp", lossless=True)
    for width, height in ((1, 1), (1, 99), (99, 1), (16383, 1), (1, 16383), (16, 16)):
        yield f"webp-{width}x{height}", saved(Image.fromarray(picture(width, height)), "webp", quality=50)
        yield f"webp-{width}x{height}-lossless", saved(Image.fromarray(picture(width, height)), "webp", lossless=True)


def webp_animations():
    size = (23, 17)
    control = riff(b"ANIM", struct.pack("<IH", 0x80FF2010, 0))

    def frame(image, x=0, y=0, flags=0, **options):
        place = int24(x // 2) + int24(y // 2) + int24(image.width - 1) + int24(image.height - 1)
        return riff(b"ANMF", place + int24(50) + bytes([flags]) + b"".join(webp_chunks(image, **options)))

    whole, part, clear = rgb(*size), rgb(10, 6), Image.fromarray(picture(10, 6, 4))
    head = vp8x(*size, 0x02)
    transparent = vp8x(*size, 0x12)
    for flags in range(4):
        for name, image, x, y in (("whole", whole, 0, 0), ("part", part, 4, 6), ("clear", clear, 4, 6)):
            for options in ({"lossless": True, "exact": True}, {"quality": 60}):
                kind = "lossless" if "lossless" in options else "lossy"
                yield f"webp-animation-{name}-{kind}-{flags}", webp(transparent, control, frame(image, x, y, flags, **options), frame(part, flags=1))
    yield "webp-animation-one", webp(head, control, frame(whole))
    yield "webp-animation-none", webp(head, control)
    yield "webp-animation-no-control", webp(head, frame(whole))
    yield "webp-animation-outside", webp(head, control, frame(part, 20, 14))
    yield "webp-animation-no-flag", webp(vp8x(*size, 0), control, frame(whole), frame(part))
    yield "webp-animation-cut", webp(head, control, frame(whole), frame(part))[:-9]
    yield "webp-animation-and-still", webp(head, control, *webp_chunks(whole))
    yield "webp-animation-pillow", saved(whole, "webp", save_all=True, append_images=[rgb(*size, seed=2), rgb(*size, seed=3)])


def webp_orientations():
    image = rgb(23, 17)
    chunks = webp_chunks(image, lossless=True)
    for name, data, xmp in exif_cases():
        flags = 0x08 | (0x04 if xmp else 0)
        more = ([riff(b"EXIF", data)] if data or "cut" in name else []) + ([riff(b"XMP ", xmp)] if xmp else [])
        yield f"webp-exif-{name}", webp(vp8x(23, 17, flags), *chunks, *more)
    yield "webp-exif-without-flag", webp(vp8x(23, 17, 0), *chunks, riff(b"EXIF", exif()))
    yield "webp-exif-first", webp(vp8x(23, 17, 8), riff(b"EXIF", exif()), *chunks)
    yield "webp-exif-simple", webp(*chunks, riff(b"EXIF", exif()))
    yield "webp-exif-two", webp(vp8x(23, 17, 8), *chunks, riff(b"EXIF", exif(3)), riff(b"EXIF", exif(8)))


def grid():
    """All files, by name."""
    parts = (
        png_kinds, png_palettes, png_streams, png_animations, png_orientations, jpeg_samplings, jpeg_colors, jpeg_arithmetic,
        jpeg_structures, jpeg_orientations, webp_files, webp_animations, webp_orientations,
    )  # fmt: skip
    files = {}
    for part in parts:
        for name, data in part():
            suffix = {"jpeg": "jpg"}.get(name.split("-")[0], name.split("-")[0])
            assert f"{name}.{suffix}" not in files, name
            files[f"{name}.{suffix}"] = data
    return files
