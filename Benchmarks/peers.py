"""Compares zoo with PyTorch, ONNX Runtime and OpenVINO, and writes docs/benchmarks.md.

    make bench-peers
    python Benchmarks/peers.py [--zoo .build/release/zoo] [--threads N] [--rounds 3] [--quick]

The second needs an environment with what scripts/bench-peers installs. All run the same ViT-B/16
with the same weights (Benchmarks/model.py), from normalised images to embeddings, in turns: in each
round, row of the table by row, one contender after the other. Each peer has a process of its own
(Benchmarks/worker.py), which is stopped while others have their turn.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

import machine
import report
from engines import PEERS
from turns import undisturbed
from zoo import Zoo, largest_resident_bytes, wait

# This process imports no large library: the resident size of a child counts from its parent's.

HERE = Path(__file__).resolve().parent
PRECISIONS, BATCHES = ["f32", "bf16", "int8"], [1, 8]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--zoo", default=".build/release/zoo", help="the program to compare")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for all (processors)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each has its turn (3)")
    parser.add_argument("--peers", default=",".join(PEERS), help="which; all by default")
    parser.add_argument("--quick", action="store_true", help="one round, few passes: a rehearsal")
    parser.add_argument("--directory", type=Path, default=".build/bench-peers", help="its files")
    parser.add_argument("--output", type=Path, default="docs/benchmarks.md", help="the page")
    arguments = parser.parse_args()
    if not Path(arguments.zoo).is_file():
        sys.exit(f"{arguments.zoo} is missing: build it with `make build`")
    if arguments.quick:
        arguments.rounds = 1
    arguments.directory.mkdir(parents=True, exist_ok=True)
    set_environment(arguments.threads)

    say("making the network")
    python("model.py", arguments.directory)
    zoo = Zoo(Path(arguments.zoo).resolve(), arguments.directory, arguments.threads)
    supported = [precision for precision in PRECISIONS if zoo.supports(precision)]
    results = {
        "command": command(parser, arguments),
        "zoo": zoo.version(),
        "machine": machine.describe(),
        "versions": machine.versions(),
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "weights_bytes": next(arguments.directory.glob("*.pt")).stat().st_size,
        "activations": json.loads((arguments.directory / "activations.json").read_text()),
        "unsupported": [precision for precision in PRECISIONS if precision not in supported],
        "peers": {},
    }
    peers = {}
    try:
        for name in arguments.peers.split(","):
            say(f"loading {name}")
            peer = Peer(name, arguments.directory, arguments.threads)
            results["peers"][name] = peer.hello
            if "error" not in peer.hello:
                peers[name] = peer
        results.update(measure(zoo, peers, supported, arguments))
        results["agreement"] = agreement(zoo, peers, supported)
        results["memory"] = memory(zoo, peers, supported)
    finally:
        for peer in peers.values():
            peer.end()
    results["start"] = start(zoo, supported, arguments)
    (arguments.directory / "results.json").write_text(json.dumps(results, indent=2))
    arguments.output.write_text(report.markdown(results))
    say(f"{arguments.output} is written")


def command(parser, arguments):
    """The command that does the same, without paths."""
    options = ["threads", "peers"] + ([] if arguments.quick else ["rounds"])
    changed = [name for name in options if getattr(arguments, name) != parser.get_default(name)]
    words = [f"--{name} {getattr(arguments, name)}" for name in changed]
    words += ["--quick"] if arguments.quick else []
    return " ".join(["scripts/bench-peers", *words]) if words else "make bench-peers"


def set_environment(threads):
    """The same number of threads for all, and nothing else from whoever calls."""
    libraries = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "ONEDNN_", "NVPL_", "ZOO_")
    for name in list(os.environ):
        if name.startswith(libraries):
            del os.environ[name]
    os.environ["OMP_NUM_THREADS"] = str(threads)


def measure(zoo, peers, supported, arguments):
    """Milliseconds an image of each contender in each row and round, and what zoo says besides."""
    turn = {"do": "measure", "passes": 5, "seconds": 2}
    if arguments.quick:
        turn.update(passes=1, seconds=0)
    rows, details, others = {}, {}, []
    for number in range(arguments.rounds):
        for precision in PRECISIONS:
            for batch in BATCHES:
                row = rows.setdefault(f"{precision} {batch}", {})
                names = [name for name in peers if PEERS[name][1] == precision]
                names += ["zoo"] if precision in supported else []
                # Nobody is always the first.
                first = number % max(len(names), 1)
                names = names[first:] + names[:first]
                for name in names:
                    if name == "zoo":
                        found = undisturbed(partial(zoo.bench, precision, batch))
                        details.setdefault(f"{precision} {batch}", []).append(found)
                    else:
                        found = undisturbed(partial(peers[name].ask, batch=batch, **turn))
                    row.setdefault(name, []).append(found["ms_per_image"])
                    others.append(found["others"])
                    say(
                        f"round {number + 1}, {precision}, batch {batch}: "
                        f"{name} {found['ms_per_image']:.0f} ms an image"
                        + (f", others {found['others']:.0%}" if found["others"] else "")
                    )
    return {"rows": rows, "details": details, "others": others}


def agreement(zoo, peers, supported):
    """How far embeddings are from PyTorch's in float32, and zoo's from its own in other ways."""
    say("comparing embeddings")
    with tempfile.TemporaryDirectory() as directory:
        embeddings = {}
        for name, peer in peers.items():
            file = Path(directory) / "peer.npy"
            peer.ask(do="embed", file=str(file))
            embeddings[name] = np.load(file)
    if "pytorch-f32" not in embeddings:
        return {}
    expected = embeddings["pytorch-f32"]
    everything = range(len(expected))
    own = {}
    for precision in supported:
        found = zoo.embed(precision, everything)[0]
        embeddings[f"zoo-{precision}"] = found
        one_by_one = np.concatenate([zoo.embed(precision, [index])[0] for index in everything])
        one_thread = zoo.embed(precision, everything, threads=1)[0]
        own[precision] = {
            "batches": relative_difference(one_by_one, found),
            "threads": relative_difference(one_thread, found),
        }
    against = {
        name: {
            "relative_difference": relative_difference(found, expected),
            "least_cosine": least_cosine(found, expected),
        }
        for name, found in embeddings.items()
    }
    return {"images": len(expected), "against_pytorch_f32": against, "own": own}


def relative_difference(found, expected):
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def least_cosine(found, expected):
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    return float(((found * expected).sum(axis=1) / lengths).min())


def memory(zoo, peers, supported):
    """The largest resident sizes: of a process that embeds one image, and of the benchmark."""
    say("measuring memory")
    found = {name: {"bench": peer.ask(do="memory")["bytes"]} for name, peer in peers.items()}
    for precision in supported:
        found[f"zoo-{precision}"] = {
            "embed": zoo.embed(precision, [0])[2],
            "bench": zoo.bench(precision, max(BATCHES))["process_bytes"],
        }
    return found


def start(zoo, supported, arguments):
    """Seconds of a fresh process that embeds one image, of which a first one does not count."""
    checkpoint = next(arguments.directory.glob("*.pt"))
    found = {}
    for number in range(2 if arguments.quick else 5):
        say(f"whole processes, {number}")
        seconds = {f"zoo-{precision}": zoo.embed(precision, [0])[1] for precision in supported}
        seconds["birder"], usage = python("start.py", checkpoint, zoo.image(0), arguments.threads)
        if number > 0:
            for name, value in seconds.items():
                found.setdefault(name, []).append(value)
    return {"seconds": found, "birder_bytes": largest_resident_bytes(usage)}


def python(script, *arguments):
    """Runs a script of this directory; the seconds it took, and its resource usage."""
    begin = time.perf_counter()
    line = [sys.executable, HERE / script, *arguments]
    process = subprocess.Popen([str(word) for word in line], stdout=subprocess.DEVNULL)
    status, usage = wait(process)
    if status != 0:
        sys.exit(f"{script} failed with exit code {status}")
    return time.perf_counter() - begin, usage


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
        line = self.process.stdout.readline()
        if line:
            self.hello = json.loads(line)
            self.process.send_signal(signal.SIGSTOP)
        else:
            self.end()
            self.hello = {"error": f"it cannot be run here, see {self.log.name}"}

    def ask(self, **request):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"a peer has ended; {self.log.name} says why")
        self.process.send_signal(signal.SIGSTOP)
        return json.loads(line)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
