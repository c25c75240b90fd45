"""Runs the zoo command: its benchmark, its embeddings, and what a process of its takes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

NOT_SUPPORTED = 6


class Zoo:
    def __init__(self, program, directory: Path, threads):
        self.program = str(program)
        self.registry = json.loads((directory / "registry.json").read_text())
        [self.model] = self.registry["models"]
        self.directory = directory
        self.threads = threads
        self.cache = directory / "cache"
        self.run("fetch", self.model)

    def run(self, command, *arguments, threads=None, may_refuse=False):
        """The output of a process, its seconds and its resource usage; None if it refuses."""
        line = [self.program, command, *arguments, "--registry", self.directory / "registry.json"]
        line += ["--cache", self.cache, "--quiet"]
        if command != "fetch":
            line += ["--threads", threads or self.threads]
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            process = subprocess.Popen([str(word) for word in line], stdout=output)
            status, usage = wait(process)
            seconds = time.perf_counter() - start
            if status == NOT_SUPPORTED and may_refuse:
                return None
            if status != 0:
                sys.exit(f"zoo {command} failed with exit code {status}")
            output.seek(0)
            return output.read(), seconds, usage

    def supports(self, precision):
        """Whether it runs this precision; if so, that is cached what it wants to cache."""
        line = ("embed", self.model, self.image(0), "--precision", precision)
        return self.run(*line, may_refuse=True) is not None

    def version(self):
        output = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return output.stdout.strip()

    def image(self, index):
        return self.directory / f"image-{index}.jpg"

    def bench(self, precision, batch):
        """What `zoo bench --json` says; only one row of results."""
        output, _, usage = self.run(
            "bench", self.model, "--precision", precision, "--batch", str(batch), "--json"
        )
        report = json.loads(output)
        [row] = report.pop("results")
        found = {**report, **row, "process_bytes": largest_resident_bytes(usage)}
        return {**found, "cpu_seconds": usage.ru_utime + usage.ru_stime}

    def embed(self, precision, images, threads=None):
        """The embeddings of images (their numbers), seconds, and largest resident bytes."""
        file = self.directory / "zoo.npy"
        _, seconds, usage = self.run(
            *("embed", self.model, *map(self.image, images), "--precision", precision),
            *("-o", file),
            threads=threads,
        )
        return np.load(file), seconds, largest_resident_bytes(usage)


def wait(process):
    """The exit code and the resource usage of a process of subprocess.Popen."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def largest_resident_bytes(usage):
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
