"""Embeds a collection of images on a cluster: shards of it are the tasks of Dask.

    python embed.py MODEL IMAGES... -o embeddings.parquet [--shards 16] [--workers N | --scheduler
                    ADDRESS] [--retries 3] [--zoo PATH] [-- OPTIONS OF zoo embed]

Each task is a process `zoo embed --shard I/N --resume`. A task that fails, or whose worker dies, is
tried again, and goes on where it was if the next worker sees the same disk. At the end `zoo merge`
makes the file of one run from those of the shards.

Without --scheduler the workers are processes on this machine; with it, those of any Dask cluster
whose machines have the images, the output directory and the model's cache at the same paths.
"""

import argparse
import os
import subprocess
from pathlib import Path

from dask.distributed import Client, LocalCluster, as_completed

PASSED_OVER = 5  # some images are damaged: the rest of the shard is there


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], usage=__doc__.split("\n\n")[1].strip()
    )
    parser.add_argument("model")
    parser.add_argument("images", nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--scheduler", help="the address of a running scheduler")
    parser.add_argument("--retries", type=int, default=3)
    parser.add_argument("--zoo", default="zoo")
    arguments, options = parser.parse_known_args()
    options = [option for option in options if option != "--"]

    directory = arguments.output.with_name(arguments.output.name + ".shards").resolve()
    directory.mkdir(parents=True, exist_ok=True)
    ending = arguments.output.suffix
    files = [
        directory / f"{number:05}-of-{arguments.shards:05}{ending}"
        for number in range(1, arguments.shards + 1)
    ]
    # The threads of a process are set for it: a worker has a share of its machine.
    threads = max(os.cpu_count() // arguments.workers, 1)
    command = [arguments.zoo, "embed", arguments.model, *map(absolute, arguments.images), *options]
    command += ["--threads", str(threads)]

    with cluster(arguments) as client:
        tasks = {
            client.submit(
                embed_shard, command, number, arguments.shards, str(file),
                retries=arguments.retries, key=f"shard-{number}", pure=False,
            ): file
            for number, file in enumerate(files, start=1)
        }
        for done, task in enumerate(as_completed(tasks), start=1):
            rows = task.result()
            print(f"{done} of {len(files)} shards: {tasks[task].name} {rows}", flush=True)

    subprocess.run([arguments.zoo, "merge", *map(str, files), "-o", arguments.output], check=True)
    for file in files:
        file.unlink()
    directory.rmdir()


def cluster(arguments):
    if arguments.scheduler:
        return Client(arguments.scheduler)
    workers = LocalCluster(
        n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None
    )
    return Client(workers)


def absolute(image):
    """Workers have other directories; patterns are paths too."""
    return os.path.abspath(image)


def embed_shard(command, number, count, file):
    """Runs on a worker: embeds a shard of the images into a file."""
    if Path(file).exists():
        return "was there already"
    line = [*command, "--shard", f"{number}/{count}", "-o", file, "--resume", "--quiet"]
    process = subprocess.run(line, capture_output=True, text=True)
    if process.returncode not in (0, PASSED_OVER) or not Path(file).exists():
        raise RuntimeError(f"zoo ended with {process.returncode}: {process.stderr.strip()}")
    return process.stderr.strip()


if __name__ == "__main__":
    main()
