# Images; read by make_corpus.py. What Pillow makes of the accepted ones is in images.json.

from PIL import Image, PngImagePlugin  # noqa: E402

images = collections.OrderedDict()
# Pillow reads texts and profiles, and refuses long ones.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 1 << 28


def image_case(name, data, entry):
    (here / "images").mkdir(exist_ok=True)
    (here / "images" / name).write_bytes(data)
    images[name] = entry


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (2**64 - 1)
    return f"{value:016x}"


def good_image(name, data, note=None):
    with Image.open(io.BytesIO(data)) as image:
        pixels = image.convert("RGB")
    image_case(name, data, {
        "width": pixels.width, "height": pixels.height, "digest": fnv(pixels.tobytes()), "note": note})


def bad_image(name, data, kind, *words):
    image_case(name, data, {"refused": kind, "words": list(words)})


def encoded(kind, width=20, height=12, mode="RGB", frames=1, **options):
    gradient = bytes((x * 7 + y * 13 + c * 50) % 256 for y in range(height) for x in range(width) for c in range(3))
    image = Image.frombytes("RGB", (width, height), gradient).convert(mode)
    stream = io.BytesIO()
    if frames > 1:
        options |= {"save_all": True, "append_images": [image.transpose(Image.Transpose.ROTATE_180)] * (frames - 1)}
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_chunk(kind, data, length=None, crc=None):
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", crc)


def with_chunk(*chunks, after=33):
    """A PNG with chunks after its header."""
    data = encoded("PNG")
    return data[:after] + b"".join(chunks) + data[after:]


def ihdr(width, height, depth=8, color=2, compression=0, filtering=0, interlace=0):
    data = encoded("PNG")
    header = struct.pack(">IIBBBBB", width, height, depth, color, compression, filtering, interlace)
    return data[:8] + png_chunk(b"IHDR", header) + data[33:]


png, jpeg, webp = encoded("PNG"), encoded("JPEG"), encoded("WEBP", lossless=True)
good_image("plain.png", png)
good_image("plain.jpg", jpeg)
good_image("plain.webp", webp)
bomb = zlib.compress(b"\0" * (64 << 20), 9)
good_image("text-bomb.png", with_chunk(png_chunk(b"zTXt", b"a\0\0" + bomb)))
good_image("itxt-bomb.png", with_chunk(png_chunk(b"iTXt", b"a\0\1\0\0\0" + bomb)))
good_image("profile-bomb.png", with_chunk(png_chunk(b"iCCP", b"a\0\0" + bomb)))
good_image("many-texts.png", with_chunk(*[png_chunk(b"tEXt", b"a\0b")] * 3000))
good_image("unknown-chunk.png", with_chunk(png_chunk(b"zoOo", b"x" * 5000)))
good_image("animated.png", encoded("PNG", frames=3), "first frame")
good_image("animated.webp", encoded("WEBP", frames=3, lossless=True), "first frame")
good_image("icc.jpg", encoded("JPEG", icc_profile=b"p" * 70_000))
good_image("comment.jpg", jpeg[:2] + b"\xff\xfe\xff\xff" + b"c" * 65533 + jpeg[2:])
good_image("many-segments.jpg", jpeg[:2] + b"\xff\xe5\0\4ab" * 2000 + jpeg[2:])
good_image("icc.webp", encoded("WEBP", lossless=True, icc_profile=b"p" * 5000))
bad_image("60000.png", ihdr(60_000, 60_000), "integrity", "60000 x 60000 pixels where at most 178956970")
bad_image("largest.png", ihdr(2**31 - 1, 2**31 - 1), "integrity", "pixels")
bad_image("one-more-pixel.png", ihdr(178_956_971, 1), "integrity", "178956971 x 1")
bad_image("zero-width.png", ihdr(0, 5), "integrity", "libpng")
bad_image("negative-width.png", ihdr(2**32 - 1, 5), "integrity", "libpng")
bad_image("depth-3.png", ihdr(20, 12, depth=3), "integrity", "libpng")
bad_image("colour-5.png", ihdr(20, 12, color=5), "integrity", "libpng")
bad_image("taller-than-data.png", ihdr(20, 4000), "integrity", "libpng")
bad_image("no-palette.png", ihdr(20, 12, color=3), "integrity", "libpng")
bad_image("crc-of-header.png", png[:29] + b"\0\0\0\0" + png[33:], "integrity", "libpng")
bad_image("chunk-too-long.png", with_chunk(png_chunk(b"eXIf", b"", length=2**30)), "integrity", "cut short")
bad_image("chunk-longest.png", with_chunk(png_chunk(b"tEXt", b"", length=2**32 - 1)), "integrity", "cut short")
bad_image("no-end.png", png[:-12], "integrity", "cut short")
bad_image("no-data.png", png[:33] + png[-12:], "integrity", "libpng")
bad_image("only-signature.png", png[:8], "integrity", "cut short")
bad_image("cut.jpg", jpeg[:-40], "integrity", "cut short")
bad_image("only-start.jpg", b"\xff\xd8\xff", "integrity", "ends before its pixels")
frame = jpeg.index(b"\xff\xc0") + 5
bad_image("60000.jpg", jpeg[:frame] + struct.pack(">HH", 60_000, 60_000) + jpeg[frame + 4:], "integrity", "60000 x 60000")
bad_image("zero-height.jpg", jpeg[:frame] + struct.pack(">HH", 0, 20) + jpeg[frame + 4:], "integrity", "0 pixels")
bad_image("five-components.jpg", jpeg[:frame + 4] + b"\5" + jpeg[frame + 5:], "unsupported", "5 components")
bad_image("segment-too-long.jpg", jpeg[:2] + b"\xff\xe1\xff\xff" + jpeg[2:], "integrity", "it")
bad_image("cut.webp", webp[:-10], "integrity", "cut short")
bad_image("riff-too-long.webp", webp[:4] + b"\xff\xff\xff\x7f" + webp[8:], "integrity", "it")
bad_image("chunk-too-long.webp", webp[:16] + b"\xff\xff\xff\x7f" + webp[20:], "integrity", "it")
bad_image("noise.webp", webp[:25] + bytes((i * 37) % 256 for i in range(len(webp) - 25)), "integrity", "it")
for kind, name, words in [("GIF", "animation.gif", "GIF"), ("TIFF", "scan.tif", "TIFF"), ("BMP", "old.bmp", "BMP"), ("ICO", "icon.ico", "icon"),
                          ("PPM", "raw.ppm", "Netpbm"), ("JPEG2000", "wave.jp2", "JPEG 2000"), ("AVIF", "film.avif", "AVIF")]:
    try:
        data = encoded(kind, 32, 32)
    except (KeyError, OSError):
        continue  # This Pillow has no such encoder.
    bad_image(name, data, "unsupported", words)
bad_image("page.jpg", b"<!DOCTYPE html><html>", "integrity", "web page")
bad_image("pointer.jpg", b"version https://git-lfs.github.com/spec/v1\n", "integrity", "Git LFS")
bad_image("empty.jpg", b"", "integrity", "empty")
bad_image("renamed.jpg", b"\x50\x4b\3\4" + b"\0" * 40, "unsupported", "zip archive")
(here / "images.json").write_text(json.dumps(images, indent=1) + "\n")
