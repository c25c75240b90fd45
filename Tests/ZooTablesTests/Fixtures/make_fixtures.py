"""Makes the files of this directory with numpy, safetensors and Python's csv module.

Usage: python make_fixtures.py   (in an environment with numpy and safetensors)

They are one table in every format that zoo writes with no more than one layout of its bytes. The
same table stands in Support.swift.
"""

import csv
import io
import json
import pathlib

import numpy
import safetensors.numpy

here = pathlib.Path(__file__).parent
names = ["a/1.jpg", 'b, c/"2".jpg', "größe/3\n.jpg", "d/4.jpg", "e/5\\.jpg"]
labels = numpy.array([0, 3, -1, 7, 2**40], dtype="<i8")
rows = numpy.array(
    [[0.5, -1, 2], [0.1, 1e-5, 3e38], [-0.0, 1e-45, 123456.79], [7, 8, 9], [0.25, 1 / 3, -2.5]],
    dtype="<f4",
)


def lines(texts):
    return "".join(text + "\n" for text in texts).encode()


def write(name, content):
    (here / name).write_bytes(content)


def csv_text():
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["sample", "label", 0, 1, 2])
    for name, label, row in zip(names, labels, rows):
        writer.writerow([name, label, *(str(value) for value in row)])
    return text.getvalue().encode()


def json_line(name, label, row):
    name = json.dumps(name, ensure_ascii=False)
    values = ",".join(str(value) for value in row)
    return f'{{"sample":{name},"label":{label},"embedding":[{values}]}}'


numpy.save(here / "rows.npy", rows)
numpy.save(here / "rows.label.npy", labels)
write("rows.names.txt", lines(name.replace("\n", "\\x0A") for name in names))
write("rows.csv", csv_text())
write("rows.jsonl", lines(json_line(*row) for row in zip(names, labels, rows)))
images = json.dumps(names, ensure_ascii=False, separators=(",", ":"))
safetensors.numpy.save_file(
    {"label": labels, "embedding": rows}, here / "rows.safetensors",
    metadata={"model": "tiny", "images": images},
)
