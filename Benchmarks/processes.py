"""Processes of a benchmark: scripts of this directory, and peers that live through all rounds."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from zoo import wait

HERE = Path(__file__).resolve().parent


def set_environment(threads):
    """The same number of threads for all, and nothing else from whoever calls."""
    libraries = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "ONEDNN_", "NVPL_", "ZOO_")
    for name in list(os.environ):
        if name.startswith(libraries):
            del os.environ[name]
    os.environ["OMP_NUM_THREADS"] = str(threads)


def python(script, *arguments):
    """Runs a script of this directory; the seconds it took, and its resource usage."""
    begin = time.perf_counter()
    line = [sys.executable, HERE / script, *arguments]
    process = subprocess.Popen([str(word) for word in line], stdout=subprocess.DEVNULL)
    status, usage = wait(process)
    if status != 0:
        sys.exit(f"{script} failed with exit code {status}")
    return time.perf_counter() - begin, usage


def say(text):
    print(text, file=sys.stderr, flush=True)


class PeerError(Exception):
    """A peer cannot run the network; the text says why."""


class Peer:
    """The process of a peer, stopped except while it answers."""

    def __init__(self, name, directory, threads):
        line = [sys.executable, HERE / "worker.py", name, directory, threads]
        self.log = (directory / f"{name}.log").open("w")
        self.process = subprocess.Popen(
            [str(word) for word in line],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.note = self.answer()["note"]

    def ask(self, **request):
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # there is no answer either
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        found = json.loads(line) if line else {"error": "its process has ended"}
        if "error" in found:
            self.end()
            raise PeerError(found["error"])
        self.process.send_signal(signal.SIGSTOP)
        return found

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
