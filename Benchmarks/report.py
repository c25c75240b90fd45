"""docs/benchmarks.md from the results of peers.py.

    python Benchmarks/report.py .build/bench-peers/results.json > docs/benchmarks.md
"""

import json
import statistics
import sys
import textwrap
from pathlib import Path

from engines import PEERS
from text import INTRODUCTION, MEASURED, READING
from turns import TOLERATED

MIB = 1 << 20
PRECISIONS = ["f32", "bf16", "int8"]
COSINES = {"f32": "0.999999", "bf16": "0.9999", "int8": "0.998"}


def markdown(results):
    parts = [
        INTRODUCTION,
        machine(results),
        summary(results),
        "## All contenders",
        contenders(results),
        notes(results),
        "## A fresh process",
        start(results),
        "## Memory",
        memory(results),
        "## Agreement",
        agreement(results),
        MEASURED.format(
            threads=results["threads"],
            rounds=results["rounds"],
            low=results["activations"]["largest_over_rms"][0],
            high=results["activations"]["largest_over_rms"][1],
            cosine=results["activations"]["cosine_between_images"],
        ),
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
    others = [part for part in results["others"] if part is not None]
    if others and max(others) > TOLERATED:
        disturbed = sum(part > TOLERATED for part in others)
        text += "\n\n" + wrap(
            f"Other programs were running: in {disturbed} of {len(others)} turns they had more "
            f"than {TOLERATED:.0%} of the processors, at most {max(others):.0%}. The figures are less "
            "certain than on an idle machine."
        )
    return text


def zoo_line(results):
    details = [row for rows in results["details"].values() for row in rows]
    if not details:
        return results["zoo"]
    return (
        f"{results['zoo']}, kernels {details[0]['kernels']}; measured peak of the processor"
        f" {peak_gflops(results):.0f} GFLOP/s in float32"
    )


def peak_gflops(results):
    """The median of all that were measured."""
    return statistics.median(
        row["peak_gflops"] for rows in results["details"].values() for row in rows
    )


def summary(results):
    """zoo against the best peer of each row, and of all in that precision or a better one."""
    lines = []
    for precision, batch, row in rows(results):
        if "zoo" not in row:
            continue
        same = {name: times for name, times in row.items() if name != "zoo"}
        every = {
            name: times
            for wider, other, candidates in rows(results)
            for name, times in candidates.items()
            if PRECISIONS.index(wider) <= PRECISIONS.index(precision)
            and other == batch
            and name != "zoo"
        }
        line = [precision, batch, f"**{statistics.median(row['zoo']):.0f}**"]
        for peers in (same, every):
            if not peers:
                line += ["", ""]
                continue
            best = min(peers, key=lambda name: statistics.median(peers[name]))
            precise = "" if best in same else f", {PEERS[best][1]}"
            line.append(f"{label(best)}{precise}: {statistics.median(peers[best]):.0f}")
            line.append(f"{ratio(row['zoo'], peers):.2f}")
        lines.append(line)
    head = ["precision", "batch", "zoo, ms an image", "best peer in that precision", "ratio"]
    head += ["best in that or a better precision", "ratio"]
    text = table(head, "lrrlrlr", lines)
    if results["unsupported"]:
        missing = " and ".join(results["unsupported"])
        text += f"\n\nNot run by this version of zoo: {missing}."
    return text


def ratio(ours, peers):
    """The median over the rounds of our time by the best time of a peer in that round."""
    return statistics.median(
        mine / min(times[number] for times in peers.values()) for number, mine in enumerate(ours)
    )


def contenders(results):
    """A line for each contender, with both batches."""
    found = {}
    for precision, batch, row in rows(results):
        for name, times in row.items():
            found.setdefault((precision, name), {})[batch] = times
    batches = sorted({batch for batches in found.values() for batch in batches})
    lines = []
    for (precision, name), times in found.items():
        medians = {batch: statistics.median(times[batch]) for batch in batches}
        line = [precision, "**zoo**" if name == "zoo" else PEERS[name][0]]
        line += [f"{medians[batch]:.0f}" for batch in batches]
        line += [f"{min(times[batch]):.0f}-{max(times[batch]):.0f}" for batch in batches]
        if name == "zoo":
            peak = peak_gflops(results)
            for batch in batches:
                details = results["details"][f"{precision} {batch}"]
                line.append(f"{statistics.median(row['gflops'] for row in details) / peak:.0%}")
        else:
            line += [""] * len(batches)
        lines.append(line)
    head = ["precision", "contender", *(f"batch {batch}" for batch in batches)]
    head += [f"range, {batch}" for batch in batches]
    head += [f"of peak, {batch}" for batch in batches]
    lines.sort(key=lambda line: (PRECISIONS.index(line[0]), "zoo" not in line[1]))
    text = table(head, "ll" + "r" * 3 * len(batches), lines)
    return f"Milliseconds an image: medians and ranges over the rounds.\n\n{text}"


def notes(results):
    lines = []
    for name, hello in results["peers"].items():
        note = hello.get("error") or hello["note"]
        if note:
            lines.append(f"- {label(name)}, {PEERS[name][1]}: {note}.")
    return "\n".join(lines)


def start(results):
    seconds = results["start"]["seconds"]
    birder = statistics.median(seconds["birder"])
    lines = []
    for name, times in seconds.items():
        median = statistics.median(times)
        what = "birder, PyTorch f32" if name == "birder" else f"`zoo embed`, {precision_of(name)}"
        times_sooner = "" if name == "birder" else f"{birder / median:.1f}"
        lines.append([what, f"{median:.2f}", f"{min(times):.2f}-{max(times):.2f}", times_sooner])
    head = ["", "seconds", "range", "times sooner than birder"]
    text = (
        "From the start of a process to the embedding of one JPEG of 1024 x 768, with model and "
        "libraries in the page cache:"
    )
    return f"{wrap(text)}\n\n{table(head, 'lrrr', lines)}"


def memory(results):
    lines = []
    shares = {"f32": 1, "bf16": 0.5, "int8": 0.25}
    found = results["memory"]
    for name in sorted(found, key=lambda name: not name.startswith("zoo")):
        sizes = found[name]
        precision = precision_of(name)
        weights = results["weights_bytes"] * shares[precision]
        line = ["**zoo**" if name.startswith("zoo") else PEERS[name][0], precision]
        line.append(f"{weights / MIB:.0f}")
        for what in ("embed", "bench"):
            line.append(f"{sizes[what] / MIB:.0f}" if what in sizes else "")
        limit = (1.15 * weights + 150e6) / MIB
        line.append(f"{limit:.0f}" if name.startswith("zoo") else "")
        lines.append(line)
    head = ["contender", "precision", "weights", "one image", "benchmark", "aim"]
    text = (
        "The largest resident size of a process, in MiB, which includes pages of mapped files. The "
        "weights are given in the precision's size; the aim for zoo is 1.15 times that and 150 MB. "
        "zoo's benchmark has a batch of 8; a peer's process has seen all its turns, and OpenVINO "
        "holds a compiled network for each batch size. "
        f"A Python process that loads the model with birder and embeds one image takes "
        f"{results['start']['birder_bytes'] / MIB:.0f} MiB."
    )
    return f"{wrap(text)}\n\n{table(head, 'llrrrr', lines)}"


def agreement(results):
    found = results["agreement"]
    if not found:
        return "Not compared: PyTorch in float32 did not run."
    lines = []
    against = dict(found["against_pytorch_f32"])
    against.pop("pytorch-f32", None)
    for name in sorted(against, key=lambda name: not name.startswith("zoo")):
        row = against[name]
        who = "**zoo**" if name.startswith("zoo") else PEERS[name][0]
        line = [who, precision_of(name), f"{row['relative_difference']:.1e}"]
        aim = COSINES[line[1]] if name.startswith("zoo") else ""
        lines.append([*line, cosine(row["least_cosine"]), aim])
    head = ["contender", "precision", "largest difference", "least cosine", "aim"]
    text = (
        f"Embeddings of {found['images']} images against PyTorch's in float32. The difference is "
        "relative to the largest magnitude; the cosine is that of the image that agrees least. zoo "
        "reads the JPEG files, the others what birder's transform makes of them."
    )
    text = f"{wrap(text)}\n\n{table(head, 'llrrr', lines)}"
    lines = [
        [precision, difference(row["batches"]), difference(row["threads"])]
        for precision, row in found["own"].items()
    ]
    head = ["zoo", "image by image or all in a call", "one thread or all"]
    return text + "\n\nzoo's own results, in two ways each:\n\n" + table(head, "lrr", lines)


def cosine(value):
    return f"{value:.9f}" if value > 0.99999 else f"{value:.6f}"


def difference(value):
    return "the same bits" if value == 0 else f"{value:.1e}"


def rows(results):
    for key, row in results["rows"].items():
        precision, batch = key.split()
        yield precision, int(batch), row


def label(name):
    return PEERS[name][0]


def precision_of(name):
    return name.split("-")[1] if name.startswith("zoo") else PEERS[name][1]


def wrap(text):
    return textwrap.fill(text, 100)


def table(head, align, lines):
    rule = ["---:" if side == "r" else "---" for side in align]
    rows = [[str(cell) for cell in line] for line in [head, rule, *lines]]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  ", "| ") for row in rows)


if __name__ == "__main__":
    sys.stdout.write(markdown(json.loads(Path(sys.argv[1]).read_text())))
