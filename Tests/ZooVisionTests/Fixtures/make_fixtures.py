"""Makes the images in this folder, and expected.json and five_crops.f32 from the reference.

    python make_fixtures.py

Needs Pillow, numpy, torch, torchvision and birder, and libturbojpeg for the JPEG kinds that Pillow
does not write. The images are synthetic: gradients, shapes and noise from fixed seeds.
"""

import ctypes
import ctypes.util
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from birder.data.transforms.classification import get_rgb_stats, inference_preset
from PIL import Image, ImageOps
from torchvision.transforms import v2

FOLDER = Path(__file__).parent


def photo(width, height, seed, channels=3, noise=6.0):
    """Smooth colours, sharp discs and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(channels):
        a, b, c, phase = random.uniform(-3, 3, 4)
        wave = np.sin(a * x / width + b * y / height + c * x * y / (width * height) + phase)
        planes.append(128 + 90 * wave)
    image = np.stack(planes, axis=2)
    for _ in range(12):
        cx, cy = random.uniform(0, width), random.uniform(0, height)
        radius = random.uniform(0.02, 0.2) * max(width, height)
        image[(x - cx) ** 2 + (y - cy) ** 2 < radius**2] = random.uniform(0, 255, channels)
    image += random.normal(0, noise, image.shape)
    return np.clip(np.round(image), 0, 255).astype(np.uint8)


def rgb(width, height, seed, **kwargs):
    return Image.fromarray(photo(width, height, seed, **kwargs))


# MARK: PNG

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(samples, depth):
    """Rows of bytes for samples [h, w, c] of so many bits."""
    height, width, channels = samples.shape
    flat = samples.reshape(height, width * channels)
    if depth == 16:
        return flat.astype(">u2").view(np.uint8).reshape(height, -1)
    if depth == 8:
        return flat.astype(np.uint8)
    bits = (flat[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1)


def filtered(rows, pixel_bytes):
    """Every row by another of the five filters."""
    result = bytearray()
    previous = np.zeros(rows.shape[1], dtype=np.int64)
    for index, row in enumerate(rows.astype(np.int64)):
        left = np.concatenate([np.zeros(pixel_bytes, np.int64), row])[: len(row)]
        upper_left = np.concatenate([np.zeros(pixel_bytes, np.int64), previous])[: len(row)]
        distances = np.abs(
            np.stack([previous - upper_left, left - upper_left, left + previous - 2 * upper_left])
        )
        paeth = np.choose(np.argmin(distances, axis=0), [left, previous, upper_left])
        predictors = [0 * row, left, previous, (left + previous) // 2, paeth]
        kind = index % 5
        result.append(kind)
        result += ((row - predictors[kind]) & 255).astype(np.uint8).tobytes()
        previous = row
    return bytes(result)


def png(samples, depth, color, interlaced=False, before=b"", size=None):
    samples = samples if samples.ndim == 3 else samples[:, :, None]
    height, width, channels = samples.shape
    pixel_bytes = max(1, channels * depth // 8)
    parts = [(0, 0, 1, 1)] if not interlaced else ADAM7
    data = b""
    for x, y, dx, dy in parts:
        part = samples[y::dy, x::dx]
        if part.size:
            data += filtered(packed_rows(part, depth), pixel_bytes)
    width, height = size or (width, height)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


def png_files():
    width, height = 37, 29
    grey, grey_alpha, color, color_alpha = (photo(width, height, 20 + c, channels=c) for c in (1, 2, 3, 4))
    wide = np.random.default_rng(7).integers(0, 65536, (height, width, 4))
    palette = np.random.default_rng(8).integers(0, 256, (256, 3)).astype(np.uint8)
    files = {}
    for depth in (1, 2, 4, 8):
        files[f"grey{depth}.png"] = png(grey.astype(np.int64) >> (8 - depth), depth, 0)
        entries = chunk(b"PLTE", palette[: 1 << depth].tobytes())
        files[f"palette{depth}.png"] = png(grey.astype(np.int64) >> (8 - depth), depth, 3, before=entries)
    files["grey16.png"] = png(wide[:, :, :1] >> 6, 16, 0)
    files["grey16-interlaced.png"] = png(wide[:, :, :1] >> 7, 16, 0, interlaced=True)
    files["grey-alpha8.png"] = png(grey_alpha, 8, 4)
    files["grey-alpha16.png"] = png(wide[:, :, :2], 16, 4)
    files["rgb8.png"] = png(color, 8, 2)
    files["rgb16.png"] = png(wide[:, :, :3], 16, 2)
    files["rgba8.png"] = png(color_alpha, 8, 6)
    files["rgba16.png"] = png(wide, 16, 6)
    for name, samples, depth, kind, before in [
        ("grey1", grey.astype(np.int64) >> 7, 1, 0, b""),
        ("palette4", grey.astype(np.int64) >> 4, 4, 3, chunk(b"PLTE", palette[:16].tobytes())),
        ("rgb8", color, 8, 2, b""),
        ("rgba16", wide, 16, 6, b""),
    ]:
        files[f"{name}-interlaced.png"] = png(samples, depth, kind, interlaced=True, before=before)
    entries = chunk(b"PLTE", palette.tobytes())
    transparency = chunk(b"tRNS", bytes(range(256)))
    files["palette8-transparent.png"] = png(grey, 8, 3, before=entries + transparency)
    files["palette8-short.png"] = png(grey, 8, 3, before=chunk(b"PLTE", palette[:100].tobytes()))
    key = struct.pack(">HHH", *(int(v) for v in color[0, 0]))
    files["rgb8-transparent.png"] = png(color, 8, 2, before=chunk(b"tRNS", key))
    files["grey8-transparent.png"] = png(grey, 8, 0, before=chunk(b"tRNS", b"\0\x80"))
    noted = (
        chunk(b"gAMA", struct.pack(">I", 100000))
        + chunk(b"iCCP", b"p\0\0" + zlib.compress(b"no profile"))
        + chunk(b"bKGD", struct.pack(">HHH", 1, 2, 3))
        + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(900_000), 9))
    )
    files["rgb8-chunks.png"] = png(color, 8, 2, before=noted)
    files["1x1.png"] = png(color[:1, :1], 8, 2)
    files["bomb.png"] = png(color[:1, :1], 8, 2, size=(2 * 89_478_485 + 1, 1))
    frames = [rgb(20, 14, seed) for seed in (31, 32)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "png", save_all=True, append_images=frames[1:])
    files["animated.png"] = buffer.getvalue()
    return files


# MARK: JPEG


class TurboJPEG:
    """What Pillow does not write: sampling 4:4:0 and 4:1:1, and YCCK."""

    def __init__(self):
        self.library = ctypes.CDLL(ctypes.util.find_library("turbojpeg"))
        self.library.tjInitCompress.restype = ctypes.c_void_p

    def compress(self, pixels, pixel_format, sampling, quality=85):
        handle = ctypes.c_void_p(self.library.tjInitCompress())
        target, size = ctypes.c_void_p(), ctypes.c_ulong()
        height, width, _ = pixels.shape
        status = self.library.tjCompress2(
            handle, pixels.ctypes.data_as(ctypes.c_void_p), width, 0, height, pixel_format,
            ctypes.byref(target), ctypes.byref(size), sampling, quality, 0,
        )  # fmt: skip
        assert status == 0
        return ctypes.string_at(target, size.value)


def jpeg(image, **kwargs):
    buffer = io.BytesIO()
    image.save(buffer, "jpeg", **{"quality": 85, **kwargs})
    return buffer.getvalue()


def jpeg_files():
    turbo = TurboJPEG()
    image = rgb(147, 101, 1)
    inks = photo(61, 43, 3, channels=4)
    files = {}
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        name = sampling.replace(":", "")
        files[f"{name}.jpg"] = jpeg(image, subsampling=sampling)
        files[f"{name}-progressive.jpg"] = jpeg(image, subsampling=sampling, progressive=True)
    for name, sampling in (("440", 4), ("411", 5)):
        files[f"{name}.jpg"] = turbo.compress(np.ascontiguousarray(image), 0, sampling)
    files["restart-blocks.jpg"] = jpeg(image, restart_marker_blocks=3)
    files["restart-rows.jpg"] = jpeg(image, restart_marker_rows=1)
    files["low-quality.jpg"] = jpeg(image, quality=8)
    files["best-quality.jpg"] = jpeg(image, quality=100)
    files["stored-rgb.jpg"] = jpeg(image, keep_rgb=True)
    files["grey.jpg"] = jpeg(image.convert("L"))
    files["grey-progressive.jpg"] = jpeg(image.convert("L"), progressive=True)
    files["cmyk.jpg"] = jpeg(Image.fromarray(inks, "CMYK"))
    files["ycck.jpg"] = turbo.compress(inks, 11, 0)
    files["ycck-420.jpg"] = turbo.compress(inks, 11, 2)
    files["1x1.jpg"] = jpeg(rgb(1, 1, 4))
    files["17x33.jpg"] = jpeg(rgb(17, 33, 5))
    files["3x200.jpg"] = jpeg(rgb(3, 200, 6))
    files["large.jpg"] = jpeg(rgb(1024, 768, 2), quality=60)
    end = files["420.jpg"][-2:]
    files["extraneous-bytes.jpg"] = files["420.jpg"][:-2] + 40 * b"\x55" + end
    files["bytes-after-end.jpg"] = files["420.jpg"] + files["1x1.jpg"]
    tiny = files["1x1.jpg"]
    frame = tiny.index(b"\xff\xc0")
    files["bomb.jpg"] = tiny[: frame + 5] + struct.pack(">HH", 65500, 65500) + tiny[frame + 9 :]
    files["12-bit.jpg"] = tiny[: frame + 4] + b"\x0c" + tiny[frame + 5 :]
    files["lossless.jpg"] = tiny[: frame + 1] + b"\xc3" + tiny[frame + 2 :]
    return files


# MARK: WebP


def webp(image, **kwargs):
    buffer = io.BytesIO()
    image.save(buffer, "webp", **kwargs)
    return buffer.getvalue()


def riff_chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def int24(value):
    return struct.pack("<I", value)[:3]


def animation_with_offset(canvas, position, frame):
    """An animation whose first frame covers a part of the canvas only."""
    (x, y), (width, height) = position, frame.size
    bitstream = webp(frame, lossless=True)[12:]
    place = int24(x // 2) + int24(y // 2) + int24(width - 1) + int24(height - 1)
    frames = riff_chunk(b"ANMF", place + int24(100) + b"\0" + bitstream)
    header = bytes([0x02, 0, 0, 0]) + int24(canvas[0] - 1) + int24(canvas[1] - 1)
    body = riff_chunk(b"VP8X", header) + riff_chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, 0)) + 2 * frames
    return riff_chunk(b"RIFF", b"WEBP" + body)


def webp_files():
    image, clear = rgb(91, 67, 11), rgb(91, 67, 12, channels=4)
    frames = [rgb(40, 30, seed) for seed in (13, 14, 15)]
    return {
        "lossy.webp": webp(image, quality=80),
        "lossy-low.webp": webp(image, quality=5, method=6),
        "lossless.webp": webp(image, lossless=True),
        "lossy-alpha.webp": webp(clear, quality=70),
        "lossless-alpha.webp": webp(clear, lossless=True, exact=True),
        "1x1.webp": webp(rgb(1, 1, 4)),
        "animated.webp": webp(frames[0], save_all=True, append_images=frames[1:], duration=40),
        "animated-offset.webp": animation_with_offset((50, 40), (6, 4), frames[0]),
        "bomb.webp": animation_with_offset((16384, 16384), (0, 0), rgb(2, 2, 4)),
    }


# MARK: Orientation


def exif(value, order):
    """A TIFF directory with the one tag, in either byte order."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(order + "HHHIHH", 1, 0x0112, 3, 1, value, 0)
    return mark + struct.pack(order + "I", 8) + entries + struct.pack(order + "I", 0)


def orientation_files():
    image = rgb(24, 16, 40)
    files = {}
    for value in range(1, 9):
        data = b"Exif\0\0" + exif(value, "<" if value % 2 else ">")
        files[f"orientation{value}.jpg"] = jpeg(image, exif=data)
    buffer = io.BytesIO()
    image.save(buffer, "png", exif=exif(6, ">"))
    files["orientation6.png"] = buffer.getvalue()
    files["orientation5.webp"] = webp(image, lossless=True, exif=exif(5, "<"))
    files["orientation9.jpg"] = jpeg(image, exif=b"Exif\0\0" + exif(9, "<"))
    return files


# MARK: Expectations


def fnv1a(data):
    """64-bit FNV-1a, as the tests compute it."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def opened(name):
    return Image.open(FOLDER / name).convert("RGB")


def facts(image):
    return {"width": image.width, "height": image.height, "digest": fnv1a(image.tobytes())}


def transform_cases():
    stats = {mode: get_rgb_stats(mode) for mode in ("birder", "imagenet", "clip", "neutral", "centered")}
    cases = [("large.jpg", (224, 224), 1.0, False, mode) for mode in stats]
    for name in ("large.jpg", "17x33.jpg", "420.jpg"):
        cases += [
            (name, (64, 64), 0.875, False, "imagenet"),
            (name, (65, 33), 0.95, False, "birder"),
            (name, (31, 50), 0.77, True, "clip"),
            (name, (48, 32), 1.0, True, "centered"),
            (name, (33, 47), 0.9, True, "imagenet"),
        ]
    cases += [
        ("1x1.jpg", (32, 48), 0.9, False, "birder"),
        ("3x200.jpg", (40, 40), 1.0, True, "birder"),
        ("grey.jpg", (96, 96), 0.96, False, "imagenet"),
        ("cmyk.jpg", (43, 61), 1.0, False, "centered"),
        ("rgba8.png", (50, 20), 0.5, False, "clip"),
        ("lossy.webp", (1, 1), 1.0, False, "imagenet"),
        ("420.jpg", (101, 147), 1.0, False, "imagenet"),
        ("large.jpg", (336, 336), 0.937, False, "clip"),
    ]
    for name, size, crop, simple, mode in cases:
        transform = inference_preset(size, stats[mode], center_crop=crop, simple_crop=simple)
        tensor = transform(opened(name))
        assert tensor.dtype == torch.float32 and tensor.shape == (3, *size)
        yield {
            "file": name, "height": size[0], "width": size[1], "center_crop": crop,
            "simple_crop": simple, **stats[mode], "digest": fnv1a(tensor.numpy().astype("<f4").tobytes()),
        }  # fmt: skip


def resize_cases():
    sizes = [(1, 1), (5, 3), (64, 64), (100, 201), (147, 50), (200, 101), (224, 224), (300, 317), (90, 90), (30, 10)]
    for name in ("large.jpg", "420.jpg", "17x33.jpg", "1x1.jpg", "3x200.jpg"):
        for width, height in sizes:
            image = opened(name).resize((width, height), Image.Resampling.BICUBIC)
            yield {"file": name, **facts(image)}


def five_crops(names, size):
    """The crops of birder's infer_batch, those of one kind after another."""
    transform = inference_preset(size, get_rgb_stats("imagenet"))
    batch = torch.stack([transform(opened(name)) for name in names])
    resize = v2.Resize(size, interpolation=v2.InterpolationMode.BICUBIC, antialias=True)
    crops = v2.functional.five_crop(batch, size=[int(size[0] * 0.8), int(size[1] * 0.8)])
    return torch.cat([resize(crop) for crop in crops]).numpy().astype("<f4")


def main():
    refused = {"bomb.png", "bomb.jpg", "bomb.webp", "12-bit.jpg", "lossless.jpg"}
    files = png_files() | jpeg_files() | webp_files() | orientation_files()
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    expected = {
        "decoded": {name: facts(opened(name)) for name in sorted(set(files) - refused)},
        "oriented": {
            name: facts(ImageOps.exif_transpose(Image.open(FOLDER / name)).convert("RGB"))
            for name in sorted(orientation_files())
        },
        "resized": list(resize_cases()),
        "transformed": list(transform_cases()),
    }
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    (FOLDER / "five_crops.f32").write_bytes(five_crops(["420.jpg", "rgb8.png"], (31, 26)).tobytes())


if __name__ == "__main__":
    main()
