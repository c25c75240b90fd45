#!/usr/bin/env python3
"""Makes the Parquet files of the tests, and parquet.json with what is in them.

    python make_parquet.py

needs pyarrow, numpy and birder's package, of which only the source text is used: the files
birder-*.parquet are made by its own functions. written.parquet is not made here: it is what
ParquetWriter writes, and scripts/check-parquet reads it with other programs.
"""
import ast
import importlib.util
import json
import logging
import pathlib
import types
from typing import Optional

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
expected = {}
random = np.random.default_rng(7)


def birder():
    """birder/scripts/predict.py's functions for Parquet, without all that it imports."""
    package = pathlib.Path(importlib.util.find_spec("birder").submodule_search_locations[0])
    tree = ast.parse((package / "scripts/predict.py").read_text())
    others = {"_metadata_pa_fields", "ndarray_to_fixed_size_list_array"}
    functions = [
        node for node in tree.body
        if isinstance(node, ast.FunctionDef) and ("parquet" in node.name or node.name in others)
    ]
    names = dict(np=np, npt=npt, pa=pa, pq=pq, Path=pathlib.Path, Optional=Optional,
                 logger=logging.getLogger("birder"))
    exec(compile(ast.Module(functions, []), "predict.py", "exec"), names)
    return types.SimpleNamespace(**names)


def describe(field):
    if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
        return "text"
    if pa.types.is_integer(field.type):
        return "integer"
    if pa.types.is_float32(field.type):
        return "number"
    return "vector"


def flat(values):
    while values and isinstance(values[0], list):
        values = [item for row in values for item in row]
    return values


def shape(values):
    result = []
    while isinstance(values, list):
        result.append(len(values))
        values = values[0] if values else None
    return result


def expect(name, table, empty_shape=None):
    columns = []
    for field, column in zip(table.schema, table.columns):
        values = column.to_pylist()
        entry = {"name": field.name, "kind": describe(field)}
        if entry["kind"] == "vector":
            entry["shape"] = shape(values[0]) if values else empty_shape
        columns.append(entry | {"values": flat(values)})
    metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    expected[name] = {"rows": table.num_rows, "columns": columns, "metadata": metadata}


def save(name, table, refused=None, **options):
    pq.write_table(table, here / name, **options)
    if refused:
        expected[name] = {"refused": refused}
    else:
        expect(name, pq.read_table(here / name))


def fixed(array, *shape):
    kind = pa.float32()
    for extent in reversed(shape):
        kind = pa.list_(kind, extent)
    return pa.array(array.tolist(), kind)


predict = birder()
samples = [f"data/class {i % 3}/é{i}.jpg" for i in range(7)]
labels = np.array([0, 1, 2, -1, 1, 2, 0])

writer = predict._init_array_parquet_writer(
    ["sample", "label"], "embedding", 6, here / "birder-embeddings.parquet")
for start in (0, 4):
    part = slice(start, start + 4)
    embeddings = random.standard_normal((len(samples[part]), 6), dtype=np.float32)
    predict.save_embeddings_parquet(writer, samples[part], [embeddings], labels=labels[part])
writer.close()

features = {
    "stage1": [random.standard_normal((7, 4, 3), dtype=np.float32)],
    "stage2": [random.standard_normal((7, 1, 5), dtype=np.float32)],
}
writer = predict._init_feature_parquet_writer(
    ["sample"], features, here / "birder-features.parquet", naflex=True)
predict.save_features_parquet(
    writer, samples, features, grid_sizes=np.array([[i, -i] for i in range(7)], np.int32))
writer.close()

names = ["Aves", "Insecta", "Fungi, sp."]
writer = predict._init_parquet_writer(["sample", "label"], names, here / "birder-logits.parquet")
logits = random.standard_normal((7, 3), dtype=np.float32)
predict.save_logits_parquet(writer, samples, names, logits, labels=labels)
writer.close()

for name in ("embeddings", "features", "logits"):
    expect(f"birder-{name}.parquet", pq.read_table(here / f"birder-{name}.parquet"))

# Rows that go over the ends of pages, for which pages must be very small.
many = pa.table({
    "sample": [f"{i}" * (i % 5) for i in range(40)],
    "map": fixed(random.standard_normal((40, 2, 3, 5), dtype=np.float32), 2, 3, 5),
}).replace_schema_metadata({"model": "a model", "note": "ü"})
small = dict(row_group_size=17, data_page_size=100, write_batch_size=7, use_dictionary=False)
save("plain.parquet", many, compression="none", write_statistics=False, **small)
save("gzip.parquet", many, compression="gzip", **small)
save("pages-v2.parquet", many, compression="snappy", data_page_version="2.0",
     row_group_size=17, data_page_size=100, write_batch_size=7)

# Nulls, all null, none that may be null, other widths, limits.
schema = pa.schema([
    pa.field("text", pa.large_string()), pa.field("integer", pa.int32()),
    pa.field("number", pa.float32()), pa.field("nothing", pa.string()),
    pa.field("required", pa.int64(), nullable=False),
    pa.field("name", pa.string(), nullable=False),
    pa.field("list", pa.list_(pa.field("element", pa.float32(), nullable=False), 2), nullable=False),
])
rows = 30
nulls = pa.table({
    "text": [None if i % 3 == 0 else "x" * (i % 4) for i in range(rows)],
    "integer": [None if i // 10 == 1 else i - 2**31 for i in range(rows)],
    "number": [None if i % 7 == 2 else np.float32(i) * np.float32(1e37) for i in range(rows)],
    "nothing": [None] * rows,
    "required": [(-1) ** i * (2**63 - 1 - i) for i in range(rows)],
    "name": ["n" if i < 20 else f"{i}" for i in range(rows)],
    "list": random.standard_normal((rows, 2), dtype=np.float32).tolist(),
}, schema=schema)
save("nulls.parquet", nulls)
save("nulls-v2.parquet", nulls, compression="none", data_page_version="2.0")

# Lists of no fixed size, which all have one length.
save("lists.parquet", pa.table({
    "map": pa.array(random.standard_normal((5, 2, 3), dtype=np.float32).tolist(),
                    pa.list_(pa.list_(pa.float32()))),
    "vector": pa.array([[1.5, -0.0]] * 5, pa.list_(pa.float32())),
}))

empty = many.slice(0, 0)
pq.write_table(empty, here / "empty.parquet")
expect("empty.parquet", empty, empty_shape=[2, 3, 5])

# What is refused, and a word of the reason.
ragged = pa.array([[1.0], [1.0, 2.0]], pa.list_(pa.float32()))
save("ragged.parquet", pa.table({"v": ragged}), refused="another shape")
save("no-list.parquet", pa.table({"v": pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2))}),
     refused="has no list")
save("no-element.parquet", pa.table({"v": pa.array([[1.0, 2.0], [None, 1.0]], pa.list_(pa.float32(), 2))}),
     refused="element that is null")
save("zstd.parquet", pa.table({"v": [1]}), refused="zstd", compression="zstd")
save("delta.parquet", pa.table({"v": [1]}), refused="deltaBinaryPacked", use_dictionary=False,
     column_encoding={"v": "DELTA_BINARY_PACKED"})
save("double.parquet", pa.table({"v": [0.5]}), refused="type double")
save("date.parquet", pa.table({"v": pa.array([3], pa.date32())}), refused="type int32")
save("unsigned.parquet", pa.table({"v": pa.array([3], pa.uint64())}), refused="type int64")
save("bytes.parquet", pa.table({"v": pa.array([b"x"])}), refused="type byteArray")
save("struct.parquet", pa.table({"v": [{"a": 1}]}), refused="group and no list")

lines = [f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in expected.items()]
(here / "parquet.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
