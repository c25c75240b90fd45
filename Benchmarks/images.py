"""Compares decoding and resizing of image files with Pillow, in turns on the same machine.

    python Benchmarks/images.py [--zoo .build/release/zoo] [--rounds 5] [FILE...]

needs an environment with Pillow 13 and NumPy. Without files it makes photograph-like ones. Both run
on one thread. Pillow decodes, converts to RGB and resizes to 224 x 224 with BICUBIC; `zoo` does that
too, and normalises. Printed are the medians over the rounds, and the ratio of the sums.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import numpy
from PIL import Image, __version__

SIZE = 224


def photograph(width, height):
    """Smooth noise of many wavelengths, with a little grain."""
    random = numpy.random.default_rng(1)
    result = numpy.zeros((height, width, 3), numpy.float32)
    for octave in range(1, 10):
        sides = [2**octave * side // max(width, height) + 2 for side in (height, width)]
        noise = random.normal(size=(*sides, 3)).astype(numpy.float32)
        noise = 0.4 * noise + 0.6 * noise.mean(axis=2, keepdims=True)
        for channel in range(3):
            plane = Image.fromarray(noise[:, :, channel]).resize((width, height), Image.BICUBIC)
            result[:, :, channel] += 0.62**octave * numpy.asarray(plane)
    result += 0.03 * random.normal(size=(height, width, 1)).astype(numpy.float32)
    result = 120 + 50 * (result - result.mean()) / result.std()
    return Image.fromarray(result.clip(0, 255).astype(numpy.uint8))


def make_images(directory):
    small, large = photograph(1024, 768), photograph(4000, 3000)
    files = [
        (small, "photo-1024x768.jpg", {"quality": 93}),
        (small, "photo-1024x768.png", {}),
        (small, "photo-1024x768.webp", {"quality": 90}),
        (large, "photo-4000x3000.jpg", {"quality": 85}),
    ]
    for image, name, options in files:
        image.save(os.path.join(directory, name), **options)
    return [os.path.join(directory, name) for _, name, _ in files]


def pillow(path, times):
    decoding, resizing = [], []
    for _ in range(times):
        start = time.perf_counter()
        with Image.open(path) as file:
            image = file.convert("RGB")
        decoded = time.perf_counter()
        image.resize((SIZE, SIZE), Image.Resampling.BICUBIC)
        decoding.append(decoded - start)
        resizing.append(time.perf_counter() - decoded)
    return statistics.median(decoding) * 1000, statistics.median(resizing) * 1000


def zoo(command, path, times):
    output = subprocess.run(
        [command, "bench-images", path, "--size", str(SIZE), "--times", str(times), "--json"],
        check=True,
        capture_output=True,
    ).stdout
    row = json.loads(output)[0]
    return row["decode_ms"], row["transform_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*")
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"Pillow {__version__}, ms an image: decode + resize")
    with tempfile.TemporaryDirectory() as directory:
        for path in arguments.files or make_images(directory):
            times = 5 if os.path.getsize(path) > 1 << 20 else 20
            rounds = [
                (pillow(path, times), zoo(arguments.zoo, path, times))
                for _ in range(arguments.rounds)
            ]
            theirs, ours = (
                [statistics.median(row[side][part] for row in rounds) for part in (0, 1)]
                for side in (0, 1)
            )
            print(
                f"{os.path.basename(path)} ({os.path.getsize(path)} bytes): "
                f"Pillow {theirs[0]:.2f} + {theirs[1]:.2f}, zoo {ours[0]:.2f} + {ours[1]:.2f}, "
                f"{sum(theirs) / sum(ours):.2f} times as fast"
            )


if __name__ == "__main__":
    main()
