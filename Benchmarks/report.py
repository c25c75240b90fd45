"""docs/benchmarks.md from the results of peers.py.

    python Benchmarks/report.py .build/bench-peers/results.json > docs/benchmarks.md
"""

import json
import statistics
import sys
from pathlib import Path

import tables
from networks import PRECISIONS
from tables import label, rows, table, title, wrap
from text import INTRODUCTION, MEASURED, READING
from turns import TOLERATED


def markdown(results):
    networks = results["networks"]
    parts = [
        INTRODUCTION,
        machine(results),
        summary(networks),
        unsupported(networks),
        "## All contenders",
        tables.contenders(networks),
        "## A fresh process",
        tables.start(networks),
        "## Memory",
        tables.memory(networks),
        "## Agreement",
        tables.agreement(networks),
        MEASURED.format(threads=results["threads"], rounds=results["rounds"]).strip("\n")
        + "\n"
        + tables.activations(networks),
        READING,
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def machine(results):
    found, versions = results["machine"], results["versions"]
    lacking = f"; no {', '.join(found['lacking'])}" if found["lacking"] else ""
    lines = [
        ("processor", f"{found['processor']}, {found['architecture']}"),
        ("instructions", ", ".join(found["features"]) + lacking),
        ("processors, memory", f"{found['processors']}, {found['memory_bytes'] / 2**30:.0f} GiB"),
        ("system", found["system"]),
        ("threads", results["threads"]),
        ("zoo", zoo_line(results)),
        ("peers", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("command", f"`{results['command']}`"),
    ]
    text = table(["", ""], "ll", lines)
    turns = [part for found in results["networks"] for part in found["others"]]
    others = [part for part in turns if part is not None]
    if others and max(others) > TOLERATED:
        disturbed = sum(part > TOLERATED for part in others)
        text += "\n\n" + wrap(
            f"Other programs were running: in {disturbed} of {len(others)} turns they had more "
            f"than {TOLERATED:.0%} of the processors, at most {max(others):.0%}. The figures are less "
            "certain than on an idle machine."
        )
    return text


def zoo_line(results):
    found = [tables.kernels(network) for network in results["networks"] if network["details"]]
    if not found:
        return results["zoo"]
    return (
        f"{results['zoo']}, kernels {found[0][0]}; measured peak of the processor "
        f"{statistics.median(peak for _, peak in found):.0f} GFLOP/s in float32"
    )


def summary(networks):
    """zoo against the best peer of each row, and of all in that precision or a better one."""
    lines = []
    for found in networks:
        for precision, batch, row in rows(found):
            if "zoo" not in row:
                continue
            same = {name: times for name, times in row.items() if name != "zoo"}
            every = {
                name: times
                for wider, other, candidates in rows(found)
                for name, times in candidates.items()
                if PRECISIONS.index(wider) <= PRECISIONS.index(precision)
                and other == batch
                and name != "zoo"
            }
            line = [title(found), precision, batch, f"**{tables.time(row['zoo'])}**"]
            for peers in (same, every):
                if not peers:
                    line += ["", ""]
                    continue
                best = min(peers, key=lambda name: statistics.median(peers[name]))
                precise = "" if best in same else f", {tables.precision_of(best)}"
                line.append(f"{label(best)}{precise}: {tables.time(peers[best])}")
                line.append(f"{ratio(row['zoo'], peers):.2f}")
            lines.append(line)
    head = ["network", "precision", "batch", "zoo, ms an image", "best peer in that precision"]
    head += ["ratio", "best in that or a better precision", "ratio"]
    return table(head, "llrrlrlr", lines)


def ratio(ours, peers):
    """The median over the rounds of our time by the best time of a peer in that round."""
    return statistics.median(
        mine / min(times[number] for times in peers.values()) for number, mine in enumerate(ours)
    )


def unsupported(networks):
    """What this version of zoo does not run."""
    lines = [
        f"- {title(found)} in {' and '.join(found['unsupported'])}"
        for found in networks
        if found["unsupported"]
    ]
    return "\n".join(["Not run by this version of zoo:\n", *lines]) if lines else ""


if __name__ == "__main__":
    sys.stdout.write(markdown(json.loads(Path(sys.argv[1]).read_text())))
