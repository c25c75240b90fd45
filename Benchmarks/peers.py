"""Compares zoo with PyTorch, ONNX Runtime and OpenVINO, and writes docs/benchmarks.md.

    make bench-peers [NETWORKS="NETWORK…"]
    python Benchmarks/peers.py [NETWORK…] [--zoo .build/release/zoo] [--threads N] [--rounds 3]

The second needs an environment with what scripts/bench-peers installs. NETWORK is any network that
birder registers: NAME, NAME@256 or NAME@192x256 for images of another size, and NAME:f32,bf16,int8
for other precisions than f32. Without one they are vit_b16_ls:f32,bf16,int8 and rope_vit_reg4_b14.

All contenders run the same network with the same weights (Benchmarks/weights.py), from normalised
images to embeddings, in turns: in each round, row of the table by row, one contender after the other.
Each peer has a process of its own (Benchmarks/worker.py), which is stopped while others have their
turn. One that cannot run a network is named with the reason.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import machine
import report
from contest import Contest
from engines import PEERS
from networks import DEFAULT, Choice
from processes import say, set_environment

# This process imports no large library: the resident size of a child counts from its parent's.


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", nargs="*", metavar="NETWORK", default=DEFAULT)
    parser.add_argument("--zoo", default=".build/release/zoo", help="the program to compare")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for all (processors)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each has its turn (3)")
    parser.add_argument("--peers", default=",".join(PEERS), help="which; all by default")
    parser.add_argument("--quick", action="store_true", help="one round, few passes: a rehearsal")
    parser.add_argument(
        "--directory", type=Path, default=Path(".build/bench-peers"), help="its files"
    )
    parser.add_argument("--output", type=Path, default="docs/benchmarks.md", help="the page")
    arguments = parser.parse_args()
    if not Path(arguments.zoo).is_file():
        sys.exit(f"{arguments.zoo} is missing: build it with `make build`")
    try:
        choices = [Choice.parse(text) for text in arguments.networks]
    except ValueError as error:
        parser.error(str(error))
    if arguments.quick:
        arguments.rounds = 1
    arguments.directory.mkdir(parents=True, exist_ok=True)
    set_environment(arguments.threads)

    results = {
        "command": command(parser, arguments),
        "machine": machine.describe(),
        "versions": machine.versions(),
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "networks": [],
    }
    contests = [Contest(choice, arguments) for choice in choices]
    for contest in contests:
        contest.prepare()
    for contest in contests:
        results["networks"].append(contest.results())
        results["zoo"] = contest.zoo.version()
        # What is done stays, if the next network cannot be compared.
        (arguments.directory / "results.json").write_text(json.dumps(results, indent=2))
    arguments.output.write_text(report.markdown(results))
    say(f"{arguments.output} is written")


def command(parser, arguments):
    """The command that does the same, without paths."""
    options = ["threads", "peers"] + ([] if arguments.quick else ["rounds"])
    changed = [name for name in options if getattr(arguments, name) != parser.get_default(name)]
    words = [f"--{name} {getattr(arguments, name)}" for name in changed]
    words += ["--quick"] if arguments.quick else []
    names = "" if arguments.networks == DEFAULT else " ".join(arguments.networks)
    if words:
        return " ".join(["scripts/bench-peers", *filter(None, [names]), *words])
    return f'make bench-peers NETWORKS="{names}"' if names else "make bench-peers"


if __name__ == "__main__":
    main()
