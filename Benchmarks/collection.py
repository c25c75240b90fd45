"""Compares `zoo embed` over a collection with `zoo bench`, the network's own rate.

    scripts/bench-collection [--images 2000] [--precision bf16] [--batch 8] [--zoo PATH]

Makes photograph-like JPEG files of 1024 x 768 and a ViT-B/16 (Benchmarks/model.py), and takes turns:
`zoo bench`, then `zoo embed` over a tenth of the images, `zoo bench`, `zoo embed` over all of them,
and `zoo bench` again. The rate over the collection is that of the whole process, from its start to
the finished file; it is set against the median of the benchmarks. Peak memory is that of the
processes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from images import photograph
from processes import python, set_environment
from zoo import Zoo, largest_resident_bytes, wait


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--directory", type=Path, default=Path(".build/bench-collection"))
    options = parser.parse_args()
    set_environment(options.threads)
    options.directory.mkdir(parents=True, exist_ok=True)
    if not any(options.directory.glob("*.pt")):
        python("model.py", options.directory, "vit_b16_ls")
    make_images(options.directory / "images", options.images)
    zoo = Zoo(Path(options.zoo).resolve(), options.directory, options.threads)

    few = max(options.images // 10, 1)
    rates, runs = [], []
    for count in (few, options.images):
        rates.append(bench(zoo, options))
        runs.append(embed(zoo, options, count))
    rates.append(bench(zoo, options))
    network = statistics.median(rates)
    print(f"zoo bench, {options.precision}, batch {options.batch}: "
          f"{', '.join(f'{rate:.2f}' for rate in rates)} images/s, median {network:.2f}")
    for run in runs:
        print(f"zoo embed, {run['count']} images: {run['count'] / run['seconds']:.2f} images/s with "
              f"start and end ({run['rate']:.2f} without), {run['rate'] / network:.1%} of the "
              f"network's rate, at most {run['bytes'] / 2**20:.1f} MiB; time: {run['time']}")
    print(f"peak memory of {options.images} images: {runs[1]['bytes'] / runs[0]['bytes']:.1%} of "
          f"that of {few}")


def make_images(directory, count):
    """Different photographs: crops of one that is larger, no two alike."""
    directory.mkdir(exist_ok=True)
    if len(list(directory.iterdir())) == count:
        return
    large = photograph(2048, 1536)
    for number in range(count):
        left, top = number * 37 % 1024, number * 53 % 768
        crop = large.crop((left, top, left + 1024, top + 768))
        crop.save(directory / f"{number:05}.jpg", quality=90)


def bench(zoo, options):
    return zoo.bench(options.precision, options.batch)["images_per_second"]


def embed(zoo, options, count):
    """Embeds the first images of the collection; the summary that it prints, and its memory."""
    names = sorted((options.directory / "images").iterdir())[:count]
    line = [
        zoo.program, "embed", zoo.model, "-", "-o", options.directory / f"{count}.parquet",
        "--precision", options.precision, "--batch-size", options.batch, "--threads", zoo.threads,
        "--registry", zoo.directory / "registry.json", "--cache", zoo.cache, "--progress", "json",
    ]
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in line], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL)
    process.stdin.write("".join(f"{name}\n" for name in names).encode())
    process.stdin.close()
    report = process.stderr.read().decode()
    status, usage = wait(process)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"zoo embed failed with exit code {status}: {report}")
    [summary] = [json.loads(text)["summary"] for text in report.splitlines() if '"summary"' in text]
    return {
        "count": count, "seconds": seconds, "rate": summary["images_per_second"],
        "time": ", ".join(f"{key} {value:.2f} s" for key, value in summary["time"].items()),
        "bytes": largest_resident_bytes(usage),
    }


if __name__ == "__main__":
    main()
