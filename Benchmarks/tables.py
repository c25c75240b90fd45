"""The tables of docs/benchmarks.md; each is over all networks."""

import statistics
import textwrap

from engines import PEERS
from networks import PRECISIONS

MIB = 1 << 20
COSINES = {"f32": "0.999999", "bf16": "0.9999", "int8": "0.998"}


def contenders(networks):
    """A table for each network, a line for each contender, with both batches."""
    return "\n\n".join(
        [
            "Milliseconds an image: medians and ranges over the rounds.",
            *(
                part
                for found in networks
                for part in (f"### {title(found)}{work(found)}", contenders_of(found), notes(found))
                if part
            ),
        ]
    )


def contenders_of(found):
    times_of = {}
    for precision, batch, row in rows(found):
        for name, times in row.items():
            times_of.setdefault((precision, name), {})[batch] = times
    batches = sorted({batch for times in times_of.values() for batch in times})
    lines = []
    for (precision, name), times in times_of.items():
        line = [precision, label(name)]
        line += [time(times[batch]) for batch in batches]
        line += [f"{digits(min(times[batch]))}-{digits(max(times[batch]))}" for batch in batches]
        if name == "zoo":
            peak = kernels(found)[1]
            for batch in batches:
                details = found["details"][f"{precision} {batch}"]
                line.append(f"{statistics.median(row['gflops'] for row in details) / peak:.0%}")
        else:
            line += [""] * len(batches)
        lines.append(line)
    head = ["precision", "contender", *(f"batch {batch}" for batch in batches)]
    head += [f"range, {batch}" for batch in batches]
    head += [f"of peak, {batch}" for batch in batches]
    lines.sort(key=lambda line: (PRECISIONS.index(line[0]), "zoo" not in line[1]))
    return table(head, "ll" + "r" * 3 * len(batches), lines)


def notes(found):
    texts = {**found["notes"], **{name: f"not run: {why}" for name, why in found["errors"].items()}}
    return "\n".join(
        f"- {label(name)}, {precision_of(name)}: {text.rstrip('.')}."
        for name, text in texts.items()
        if text
    )


def start(networks):
    lines = []
    for found in networks:
        seconds = found["start"]["seconds"]
        birder = statistics.median(seconds["birder"])
        for name, times in seconds.items():
            median = statistics.median(times)
            is_birder = name == "birder"
            what = "birder, PyTorch f32" if is_birder else f"`zoo embed`, {precision_of(name)}"
            line = [title(found), what, f"{median:.2f}", f"{min(times):.2f}-{max(times):.2f}"]
            lines.append([*line, "" if is_birder else f"{birder / median:.1f}"])
    head = ["network", "", "seconds", "range", "times sooner than birder"]
    text = (
        "From the start of a process to the embedding of one JPEG of 1024 x 768, with model and "
        "libraries in the page cache:"
    )
    return f"{wrap(text)}\n\n{table(head, 'llrrr', lines)}"


def memory(networks):
    lines = []
    shares = {"f32": 1, "bf16": 0.5, "int8": 0.25}
    for found in networks:
        sizes_of = found["memory"]
        for name in sorted(sizes_of, key=lambda name: not name.startswith("zoo")):
            sizes, precision = sizes_of[name], precision_of(name)
            weights = found["weights_bytes"] * shares[precision]
            line = [title(found), label(name), precision, f"{weights / MIB:.0f}"]
            for what in ("embed", "bench"):
                line.append(f"{sizes[what] / MIB:.0f}" if what in sizes else "")
            limit = (1.15 * weights + 150e6) / MIB
            lines.append([*line, f"{limit:.0f}" if name.startswith("zoo") else ""])
        weights = f"{found['weights_bytes'] / MIB:.0f}"
        birder = f"{found['start']['birder_bytes'] / MIB:.0f}"
        lines.append([title(found), "birder, a process", "f32", weights, birder, "", ""])
    head = ["network", "contender", "precision", "weights", "one image", "benchmark", "aim"]
    text = (
        "The largest resident size of a process, in MiB, which includes pages of mapped files. The "
        "weights are given in the precision's size; the aim for zoo is 1.15 times that and 150 MB. "
        "zoo's benchmark has a batch of 8; a peer's process has seen all its turns, and OpenVINO "
        "holds a compiled network for each batch size."
    )
    return f"{wrap(text)}\n\n{table(head, 'lllrrrr', lines)}"


def agreement(networks):
    lines, own = [], []
    for found in networks:
        if not found["agreement"]:
            lines.append([title(found), "PyTorch in float32 did not run", "", "", "", ""])
            continue
        against = found["agreement"]["against_pytorch_f32"]
        for name in sorted(against, key=lambda name: not name.startswith("zoo")):
            row, precision = against[name], precision_of(name)
            aim = COSINES[precision] if name.startswith("zoo") else ""
            line = [title(found), label(name), precision, f"{row['relative_difference']:.1e}"]
            lines.append([*line, cosine(row["least_cosine"]), aim])
        for precision, row in found["agreement"]["own"].items():
            line = [title(found), precision]
            own.append([*line, difference(row["batches"]), difference(row["threads"])])
    text = (
        "Embeddings of eight images against PyTorch's in float32. The difference is relative to the "
        "largest magnitude; the cosine is that of the image that agrees least. zoo reads the JPEG "
        "files, the others what birder's transform makes of them."
    )
    head = ["network", "contender", "precision", "largest difference", "least cosine", "aim"]
    parts = [wrap(text), table(head, "lllrrr", lines)]
    if own:
        head = ["network", "zoo", "image by image or all in a call", "one thread or all"]
        parts += ["zoo's own results, in two ways each:", table(head, "llrr", own)]
    return "\n\n".join(parts)


def activations(networks):
    """How alike the embeddings are and, for a transformer, how uneven what its layers read is."""
    lines = []
    for found in networks:
        facts = found["facts"]
        text = f"embeddings of different images have a cosine of {facts['cosine_between_images']:.2f}"
        if facts["largest_over_rms"]:
            low, high = facts["largest_over_rms"]
            text += (
                f"; the largest input of a matrix product is {low:.0f} to {high:.0f} times its row's "
                "root mean square (the median of the rows, in the layers where it is least and where "
                "it is most)"
            )
        lines.append(textwrap.indent(wrap(f"- {found['network']}: {text}.", 98), "  "))
    return "\n".join(lines)


def title(found):
    """The network with the size of its images."""
    height, width = found["facts"]["size"]
    return f"{found['network']}, {height} x {width}"


def work(found):
    """The operations that an image takes, as zoo counts them."""
    details = [row for rows in found["details"].values() for row in rows]
    if not details:
        return ""
    gflop = statistics.median(row["gflops"] * row["ms_per_image"] / 1000 for row in details)
    return f": {digits(gflop)} GFLOP an image"


def kernels(found):
    """The kernels that zoo chose and the median of the peaks that it measured."""
    details = [row for rows in found["details"].values() for row in rows]
    return details[0]["kernels"], statistics.median(row["peak_gflops"] for row in details)


def rows(found):
    for key, row in found["rows"].items():
        precision, batch = key.split()
        yield precision, int(batch), row


def label(name):
    return "**zoo**" if name.startswith("zoo") else PEERS[name][0]


def precision_of(name):
    return name.split("-")[1] if name.startswith("zoo") else PEERS[name][1]


def time(times):
    return digits(statistics.median(times))


def digits(milliseconds):
    """Three digits that count."""
    return f"{milliseconds:.{max(0, 3 - len(str(int(milliseconds))))}f}"


def cosine(value):
    return f"{value:.9f}" if value > 0.99999 else f"{value:.6f}"


def difference(value):
    return "the same bits" if value == 0 else f"{value:.1e}"


def wrap(text, width=100):
    return textwrap.fill(text, width, subsequent_indent="  " if text.startswith("- ") else "")


def table(head, align, lines):
    rule = ["---:" if side == "r" else "---" for side in align]
    rows = [[str(cell) for cell in line] for line in [head, rule, *lines]]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  ", "| ") for row in rows)
