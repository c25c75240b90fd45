"""Compares `zoo fetch`, which verifies, with `curl -o`, which does not.

Both get the same file from an nginx of this machine, in turn, as often as asked for; `zoo` also with
one connection, as curl has. What fsync takes at the end of a fetch is stated beside it, as curl does
not do it, and curl followed by `sync FILE`.

    scripts/bench-fetch [--rounds 15] [--mib 327.4] [--directory DIR] [--zoo PATH]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from loopback import Nginx, write_random_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--mib", type=float, default=343_335_491 / 2**20, help="size of the file")
    parser.add_argument("--directory", help="where to write, on the disk to measure")
    parser.add_argument("--zoo", default=".build/release/zoo")
    options = parser.parse_args()

    zoo = str(Path(options.zoo).resolve())
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        work = Path(name)
        size = int(options.mib * 2**20)
        digest = write_random_file(work / "www" / "weights.pt", size)
        with Nginx(work) as server:
            url = f"{server.url}/weights.pt"
            registry = work / "registry.json"
            registry.write_text(json.dumps({
                "schema": 1, "models": {"bench": {"network": "vit_b16_ls", "files": {
                    "pt": {"url": url, "sha256": digest, "size": size}}}}}))
            runs = [
                lambda: run_curl(url, work),
                lambda: run_zoo(zoo, registry, work, connections=4),
                lambda: run_zoo(zoo, registry, work, connections=1),
            ]
            rounds = []
            for number in range(options.rounds + 1):
                results = [None] * len(runs)
                for index in range(number, number + len(runs)):  # each is first in its turn
                    results[index % len(runs)] = runs[index % len(runs)]()
                if number > 0:  # the first one fills the system's caches
                    rounds.append(results)
    report(rounds, size)


def run_curl(url, work):
    target = work / "curl.out"
    target.unlink(missing_ok=True)
    start = time.perf_counter()
    subprocess.run(["curl", "-s", "-S", "--fail", "-o", target, url], check=True)
    taken = time.perf_counter() - start
    subprocess.run(["sync", target], check=True)
    synchronized = time.perf_counter() - start
    target.unlink()
    return taken, synchronized


def run_zoo(zoo, registry, work, connections):
    """The time of a fetch, that of fsync in it, and the most memory that was resident, in MiB."""
    cache = work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    command = [zoo, "fetch", "bench", "--registry", str(registry), "--cache", str(cache),
               "--connections", str(connections), "--progress", "json", "--heads", "none",
               "--no-precheck"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    phase_starts = {}
    for line in process.stderr:
        phase = json.loads(line).get("phase") if line.startswith(b"{") else None
        phase_starts.setdefault(phase, time.perf_counter())
    _, status, usage = os.wait4(process.pid, 0)
    end = time.perf_counter()
    if status != 0:
        raise SystemExit(f"zoo fetch failed with status {status}")
    stored = phase_starts.get("done", end) - phase_starts.get("storing", end)
    return end - start, stored, usage.ru_maxrss / 1024


def report(rounds, size):
    median = statistics.median
    curl = median(curl[0] for curl, _, _ in rounds)
    both = median(curl[1] for curl, _, _ in rounds)
    print(f"{len(rounds)} rounds, {size} bytes, medians:")
    print(f"  curl -o                        {curl:.3f} s; with sync {both:.3f} s")
    for index, name in (1, "4 connections"), (2, "1 connection "):
        results = [results[index] for results in rounds]
        ours = median(whole - stored for whole, stored, _ in results)
        stored = median(stored for _, stored, _ in results)
        whole = median(whole for whole, _, _ in results)
        print(f"  zoo fetch, {name}       {ours:.3f} s, {ours / curl:.2f} times as long; "
              f"fsync {stored:.3f} s more; all in all {whole:.3f} s")
    memory = max(zoo[2] for results in rounds for zoo in results[1:])
    print(f"  resident memory, at most       {memory:.1f} MiB")


if __name__ == "__main__":
    main()
