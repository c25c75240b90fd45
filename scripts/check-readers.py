"""Reads one table in every format that zoo writes, with the readers that other tools use.

Usage: check-readers.py DIRECTORY [STEM]

All files of a stem (`rows` by default) have to hold the same samples, labels and embeddings as its
`.npy` file with what is beside it; DuckDB is asked too where it is installed.
"""

import csv
import importlib.util
import json
import pathlib
import sys

import numpy
import polars
import pyarrow
import pyarrow.parquet
import safetensors

stem = pathlib.Path(sys.argv[1]) / (sys.argv[2] if len(sys.argv) > 2 else "rows")
missing = []


def path(suffix):
    return f"{stem}.{suffix}"


def is_there(suffix):
    if pathlib.Path(path(suffix)).exists():
        return True
    missing.append(suffix)
    return False


with open(path("names.txt"), newline="\n") as file:
    lines = file.read().split("\n")[:-1]
rows = numpy.load(path("npy"))
labels = numpy.load(path("label.npy")) if is_there("label.npy") else None
assert rows.dtype == numpy.float32 and len(lines) == len(rows)


def check(reader, samples, found_labels, found_rows):
    assert [name.replace("\n", "\\n") for name in samples] == lines, reader
    found_rows = numpy.asarray(found_rows)
    assert found_rows.dtype == numpy.float32 and found_rows.shape == rows.shape, reader
    assert found_rows.tobytes() == rows.tobytes(), reader
    if labels is not None:
        assert numpy.array_equal(found_labels, labels), reader
    print(f"{reader}: {len(samples)} rows")


def floats(table):
    return numpy.array(table, dtype=numpy.float64).astype(numpy.float32)


if is_there("npz"):
    with numpy.load(path("npz")) as archive:
        check("numpy .npz", lines, archive.get("label"), archive["embedding"])

if is_there("safetensors"):
    with safetensors.safe_open(path("safetensors"), framework="np") as file:
        names = json.loads(file.metadata()["images"])
        found = file.get_tensor("label") if "label" in file.keys() else None
        check("safetensors", names, found, file.get_tensor("embedding"))

if is_there("csv"):
    types = {str(column): polars.Float32 for column in range(rows.shape[1])}
    table = polars.read_csv(path("csv"), schema_overrides=types)
    found = table["label"].to_numpy() if labels is not None else None
    check("polars .csv", table["sample"].to_list(), found, table.select(list(types)).to_numpy())
    with open(path("csv"), newline="") as file:
        table = list(csv.DictReader(file))
    values = [[float(row[column]) for column in types] for row in table]
    found = [int(row["label"]) for row in table] if labels is not None else None
    check("csv", [row["sample"] for row in table], found, floats(values))

if is_there("jsonl"):
    table = polars.read_ndjson(path("jsonl"))
    found = table["label"].to_numpy() if labels is not None else None
    check("polars .jsonl", table["sample"].to_list(), found, floats(table["embedding"].to_list()))

if is_there("parquet"):
    table = pyarrow.parquet.read_table(path("parquet"))
    assert table.schema.field("embedding").type == pyarrow.list_(
        pyarrow.field("element", pyarrow.float32()), rows.shape[1]
    ), table.schema
    values = table["embedding"].combine_chunks().flatten().to_numpy().reshape(rows.shape)
    found = table["label"].to_numpy() if labels is not None else None
    check("pyarrow .parquet", table["sample"].to_pylist(), found, values)
    table = polars.read_parquet(path("parquet"))
    assert table.schema["embedding"] == polars.Array(polars.Float32, rows.shape[1])
    found = table["label"].to_numpy() if labels is not None else None
    check("polars .parquet", table["sample"].to_list(), found, table["embedding"].to_numpy())
    if importlib.util.find_spec("duckdb"):
        import duckdb

        table = duckdb.sql(f"select * from '{path('parquet')}'").fetchnumpy()
        check("duckdb .parquet", list(table["sample"]), table.get("label"), table["embedding"])

if missing:
    print("not there:", ", ".join(missing))
