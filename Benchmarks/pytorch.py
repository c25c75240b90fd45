"""Compares `zoo bench` with PyTorch on the same network, in turns on the same machine.

    python Benchmarks/pytorch.py [--zoo .build/release/zoo] [--threads 2] [--rounds 3]

needs an environment with torch and birder. Both run vit_b16_ls on made-up weights, in float32, from
normalised images to embeddings; printed are the medians over the rounds and their ratio.
"""

import argparse
import json
import statistics
import subprocess
import time

try:
    import torchvision_shim  # noqa: F401  stands in for torchvision's compiled operators
except ImportError:
    pass
import torch
from birder.model_registry import registry

NETWORK = "vit_b16_ls"
BATCHES = [1, 8]


def pytorch(threads):
    torch.set_num_threads(threads)
    net = registry.net_factory(NETWORK, 0, 3).eval()
    result = {}
    with torch.inference_mode():
        for batch in BATCHES:
            images = torch.randn(batch, 3, 224, 224)
            net.embedding(images)
            times = []
            while len(times) < 5 or sum(times) < 2:
                start = time.perf_counter()
                net.embedding(images)
                times.append(time.perf_counter() - start)
            result[batch] = statistics.median(times) * 1000 / batch
    return result


def zoo(path, threads):
    output = subprocess.run(
        [path, "bench", NETWORK, "--made-up-weights", "--json", "--threads", str(threads)]
        + ["--batch", ",".join(map(str, BATCHES))],
        check=True,
        capture_output=True,
    ).stdout
    report = json.loads(output)
    rows = {row["batch"]: row for row in report["results"]}
    print(f"  zoo: {report['kernels']}, measured peak {report['peak_gflops']:.0f} GFLOP/s")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ours, theirs, peak = ({batch: [] for batch in BATCHES} for _ in range(3))
    for _ in range(arguments.rounds):
        for batch, row in zoo(arguments.zoo, arguments.threads).items():
            ours[batch].append(row["ms_per_image"])
            peak[batch].append(row["peak_fraction"])
        for batch, milliseconds in pytorch(arguments.threads).items():
            theirs[batch].append(milliseconds)
    print(f"{NETWORK}, {arguments.threads} threads, float32, PyTorch {torch.__version__}")
    for batch in BATCHES:
        mine, other = statistics.median(ours[batch]), statistics.median(theirs[batch])
        share = statistics.median(peak[batch])
        print(
            f"  batch {batch}: zoo {mine:.0f} ms an image ({share:.0%} of peak), "
            f"PyTorch {other:.0f} ms, ratio {mine / other:.2f}"
        )


if __name__ == "__main__":
    main()
