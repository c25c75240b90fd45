"""A process that runs one peer: reads a JSON request a line, and answers each with a line.

    python Benchmarks/worker.py PEER DIRECTORY THREADS

    {"do": "measure", "batch": 8, "passes": 5, "seconds": 2}  ->  {"ms_per_image": …, …}
    {"do": "embed", "file": "x.npy"}  ->  {}, and the images' embeddings are in the file
    {"do": "memory"}                  ->  {"bytes": …}, the largest resident size

The first line that it writes, when the network is loaded, is {"note": …, "load_seconds": …}. Where
something fails the line is {"error": …}, and the process ends.
"""

import json
import os
import resource
import statistics
import sys
import time
import traceback
from pathlib import Path

import numpy as np

from engines import PEERS

# Seconds: a first pass that takes longer counts and is the only one.
SLOW = 5
# Seconds: after these no pass is added.
PATIENCE = 12


def main():
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        serve(answers)
    except Exception as error:
        traceback.print_exc()
        lines = str(error).strip().splitlines()
        text = f"{type(error).__name__}: {lines[0] if lines else ''}"
        print(json.dumps({"error": text[:300]}), file=answers, flush=True)
        sys.exit(1)


def serve(answers):
    name, directory, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    start = time.perf_counter()
    run, note = PEERS[name][2](directory, threads)
    answer = {"note": note, "load_seconds": time.perf_counter() - start}
    images = np.load(directory / "images.npy")
    while True:
        print(json.dumps(answer), file=answers, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        if request["do"] == "measure":
            used = time.process_time()
            answer = measure(run, images, request)
            answer["cpu_seconds"] = time.process_time() - used
        elif request["do"] == "embed":
            np.save(request["file"], np.concatenate([run(image[None]) for image in images]))
            answer = {}
        else:
            largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer = {"bytes": largest * (1 if sys.platform == "darwin" else 1024)}


def measure(run, images, request):
    """The median time of several passes, after one that does not count."""
    batch = np.resize(images, (request["batch"], *images.shape[1:]))

    def timed():
        start = time.perf_counter()
        run(batch)
        return time.perf_counter() - start

    times = []
    first = timed()
    if first > SLOW:
        times.append(first)
    else:
        while len(times) < request["passes"] or sum(times) < request["seconds"]:
            times.append(timed())
            if sum(times) > PATIENCE:
                break
    return {"ms_per_image": statistics.median(times) * 1000 / len(batch), "passes": len(times)}


if __name__ == "__main__":
    main()
