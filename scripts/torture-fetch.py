"""Kills `zoo fetch` again and again, and lets many of them want the same file.

First, `kill -9` at a random moment, as often as asked for; each time the next process goes on with
what was left, until the file is whole, and then all begins anew. Then processes that all want the
file at once, and again with the one that downloads it killed in the middle. After each step every
file of the cache must have the SHA-256 of its name.

    scripts/torture fetch [--rounds 200] [--mib 64] [--processes 8] [--zoo PATH] [--seed N]
                          [--no-locks]

With `--no-locks` all file locks fail, as on some network file systems (Linux; needs a C compiler).

Fails if a file is corrupt or misnamed, or if a process ends otherwise than it should.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from loopback import Nginx, write_random_file

LONGEST_RUN = 60  # seconds; whoever takes longer hangs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--mib", type=int, default=64, help="size of the file")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--no-locks", action="store_true", help="let all file locks fail")
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)

    zoo = str(Path(options.zoo).resolve())
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        if options.no_locks:
            break_locks(work)
        digest = write_random_file(work / "www" / "weights.pt", options.mib << 20)
        # Four connections take about half a second.
        with Nginx(work, limit_rate=options.mib << 19) as server:
            victim = Victim(zoo, server, work, digest, options.mib << 20)
            faults = kill_again_and_again(victim, options.rounds)
            faults += all_at_once(victim, options.processes, kills_owner=False)
            faults += all_at_once(victim, options.processes, kills_owner=True)
    print(f"{faults} faults")
    sys.exit(1 if faults else 0)


def break_locks(work):
    """Lets `flock` fail in all processes that are started from now on."""
    source = work / "nolocks.c"
    source.write_text(
        "#include <errno.h>\nint flock(int file, int how) { errno = ENOLCK; return -1; }\n")
    library = work / "nolocks.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    os.environ["LD_PRELOAD"] = str(library)


class Victim:
    """`zoo fetch` of a file that nginx serves, into a cache of its own."""

    def __init__(self, zoo, server, work, digest, size):
        self.server = server
        self.size = size
        self.digest = digest
        self.cache = work / "cache"
        registry = work / "registry.json"
        registry.write_text(json.dumps({
            "schema": 1, "models": {"torture": {"network": "vit_b16_ls", "files": {
                "pt": {"url": f"{server.url}/weights.pt", "sha256": digest}}}}}))
        self.command = [zoo, "fetch", "torture", "--registry", str(registry),
                        "--cache", str(self.cache), "--heads", "none", "--no-precheck"]

    def start(self):
        return subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def forget(self):
        shutil.rmtree(self.cache, ignore_errors=True)

    def faults(self, must_be_whole):
        """How many files of the cache are not what their name says."""
        blobs = [path for path in (self.cache / "blobs").rglob("*") if path.is_file()]
        wrong = [path for path in blobs if file_digest(path) != path.name]
        for path in wrong:
            print(f"FAULT: {path} is corrupt or misnamed")
        link = self.cache / "models" / "torture" / "torture.pt"
        if must_be_whole and file_digest(link) != self.digest:
            print(f"FAULT: {link} does not lead to the file")
            return len(wrong) + 1
        return len(wrong)


def file_digest(path):
    if not path.exists():
        return None
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def kill_again_and_again(victim, rounds):
    faults = whole = killed = 0
    start = time.monotonic()
    sent = victim.server.sent_bytes()
    while killed < rounds and faults < 10:
        process = victim.start()
        try:
            process.wait(random.uniform(0, 0.5))
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        error = process.communicate()[1]
        if process.returncode not in (0, -signal.SIGKILL):
            print(f"FAULT: zoo fetch ended with {process.returncode}: {error.decode()}")
            faults += 1
        is_whole = process.returncode == 0
        faults += victim.faults(must_be_whole=is_whole)
        if is_whole:
            whole += 1
            victim.forget()
    process = victim.start()
    error = process.communicate(timeout=LONGEST_RUN)[1]
    if process.returncode != 0:
        print(f"FAULT: the last zoo fetch ended with {process.returncode}: {error.decode()}")
        faults += 1
    faults += victim.faults(must_be_whole=True)
    faults += leftovers(victim)
    sent = victim.server.sent_bytes() - sent
    ideal = (whole + 1) * victim.size
    print(f"{killed} rounds of kill -9 over {whole + 1} downloads in "
          f"{time.monotonic() - start:.0f} s: {sent} bytes sent, {sent / ideal:.3f} times the "
          f"ideal ({(sent - ideal) / killed / 2**20:.2f} MiB for each kill); {faults} faults",
          flush=True)
    victim.forget()
    return faults


def all_at_once(victim, count, kills_owner):
    faults = 0
    sent = victim.server.sent_bytes()
    start = time.monotonic()
    processes = [victim.start() for _ in range(count)]
    killed = None
    if kills_owner:
        time.sleep(0.3)
        killed = owner_of_download(victim)
        if killed is not None:
            os.kill(killed, signal.SIGKILL)
    for process in processes:
        try:
            error = process.communicate(timeout=LONGEST_RUN)[1].decode()
        except subprocess.TimeoutExpired:
            process.kill()
            error = "it hangs"
        expected = -signal.SIGKILL if process.pid == killed else 0
        if process.returncode != expected:
            print(f"FAULT: one of many ended with {process.returncode}: {error}")
            faults += 1
    faults += victim.faults(must_be_whole=True)
    faults += leftovers(victim)
    sent = victim.server.sent_bytes() - sent
    what = "with the owner killed" if kills_owner else "at once"
    print(f"{count} processes {what} in {time.monotonic() - start:.1f} s: {sent} bytes sent, "
          f"{sent / victim.size:.3f} times the ideal; {faults} faults", flush=True)
    victim.forget()
    return faults


def owner_of_download(victim):
    owners = sorted(victim.cache.glob("partial/torture/torture.pt/*/owner"))
    return json.loads(owners[-1].read_text())["process"]["pid"] if owners else None


def leftovers(victim):
    """What remains of partial files, or of directories for them, when the file is whole."""
    left = list((victim.cache / "partial").rglob("*"))
    for path in left:
        print(f"FAULT: {path} was left behind")
    return len(left)


if __name__ == "__main__":
    main()
