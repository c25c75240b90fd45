"""Kills runs over a collection again and again, and compares their files with undisturbed ones.

A collection is made of the images in Examples/digits: folders, a tar archive, and a faulty image
here and there. Each round takes the next kind of output, kills the run with `kill -9` at random
moments, and goes on with `--resume` until it is complete. The file, those beside it and the list of
faulty images must then be equal, byte for byte, to those of a run that was left alone, and nothing
else may be left.

    scripts/torture embed [--rounds 50] [--images 1500] [--zoo PATH] [--seed N]

Fails if a file differs, if something is left behind, or if a process ends otherwise than it should.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

DIGITS = Path("Examples/digits").resolve()
MODEL = "vit_digits_ls_sklearn-digits"
CORRUPT = 5  # the exit code of a run that passed over corrupt images
LONGEST_RUN = 300  # seconds; whoever takes longer hangs

# A command, the ending of its output, and its options.
KINDS = [
    ("embed", "parquet", ["--save-labels"]),
    ("embed", "csv", []),
    ("embed", "npy", ["--normalize"]),
    ("embed", "jsonl", ["--save-labels", "--hierarchical"]),
    ("embed", "safetensors", ["--precision", "bf16"]),
    ("classify", "parquet", ["--head", "digit,parity"]),
    ("classify", "csv", ["--top-k", "2", "--tta"]),
    ("features", "safetensors", []),
    ("features", "npz", []),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        make_collection(work / "images", options.images)
        zoo = Zoo(str(Path(options.zoo).resolve()), work)
        whole = {kind[:2]: zoo.run_undisturbed(*kind) for kind in KINDS}
        faults = kills = 0
        start = time.monotonic()
        for number in range(options.rounds):
            kind = KINDS[number % len(KINDS)]
            files, seconds = whole[kind[:2]]
            found, more = zoo.run_and_kill(*kind, seconds)
            kills += more
            if found != files:
                faults += 1
                for path in sorted(found.keys() | files.keys()):
                    if found.get(path) != files.get(path):
                        print(f"FAULT: round {number}: {' '.join(kind[:2])}: {path} differs")
        print(f"{options.rounds} rounds with {kills} kills in {time.monotonic() - start:.0f} s "
              f"over {options.images} images; {faults} faults")
    sys.exit(1 if faults else 0)


def make_collection(directory, count):
    samples = sorted((DIGITS / "samples").iterdir())
    for number in range(count):
        sample = samples[number % len(samples)]
        folder = directory / f"digit {number % 3}" / f"plate-{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        data = sample.read_bytes()
        if number % 97 == 50:
            data = data[: len(data) // 2]
        (folder / f"{number:06}{sample.suffix}").write_bytes(data)
    with tarfile.open(directory / "shard.tar", "w") as archive:
        for sample in samples:
            archive.add(sample, sample.name)


class Zoo:
    def __init__(self, program, work):
        self.program = program
        self.work = work
        self.output = work / "output"

    def command(self, command, ending, options):
        name = self.output / f"results.{ending}"
        return [
            self.program, command, MODEL, str(self.work / "images"),
            str(self.work / "images" / "shard.tar"), "-o", str(name),
            "--errors", str(self.output / "errors.csv"), "--registry",
            str(DIGITS / "registry.json"), "--cache", str(self.work / "cache"), "--quiet", *options,
        ]

    def run_undisturbed(self, command, ending, options):
        """The files by name, and the seconds."""
        self.begin()
        start = time.monotonic()
        process = subprocess.run(
            self.command(command, ending, options), capture_output=True, timeout=LONGEST_RUN)
        seconds = time.monotonic() - start
        if process.returncode != CORRUPT:
            sys.exit(f"zoo {command} ended with {process.returncode}: {process.stderr.decode()}")
        return self.files(), seconds

    def run_and_kill(self, command, ending, options, seconds):
        """The files by name, and how often it was killed."""
        self.begin()
        line = self.command(command, ending, options) + ["--resume"]
        kills = 0
        while True:
            process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                # More patience each time: it has to end.
                process.wait(random.uniform(0, seconds * (0.6 + 0.1 * kills)))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            error = process.communicate()[1]
            if process.returncode == CORRUPT:
                return self.files(), kills
            if process.returncode != -signal.SIGKILL:
                print(f"FAULT: zoo {command} ended with {process.returncode}: {error.decode()}")
                return {}, kills

    def begin(self):
        shutil.rmtree(self.output, ignore_errors=True)
        self.output.mkdir()

    def files(self):
        return {path.name: path.read_bytes() for path in self.output.rglob("*") if path.is_file()}


if __name__ == "__main__":
    main()
