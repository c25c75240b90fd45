"""Zip archives and pickles put together by hand, so that they can be wrong in any way."""

import struct
import zlib


class Entry:
    def __init__(self, name, data=b"", **changes):
        self.name = name.encode() if isinstance(name, str) else name
        self.data = data
        self.changes = changes


def zip_file(entries, count=None, gap=b"", comment=b"", tail=b"", prefix=b"", disk=0,
             directory_offset=None, directory_size=None, zip64_end=None, central_gap=b""):
    """An archive; an entry's changes are those of its two headers.

    Of an entry: deflate, stream, crc, size, compressed, method, flags, local (a dict with those that
    differ in the local header), descriptor, offset, zip64, extra.
    """
    body = bytearray(prefix)
    directory = bytearray()
    for entry in entries:
        change = entry.changes
        stored = entry.data
        method = 0
        if change.get("deflate"):
            compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
            stored = compressor.compress(entry.data) + compressor.flush()
            method = 8
        stored = change.get("stream", stored)
        fields = {
            "name": entry.name, "method": change.get("method", method),
            "flags": change.get("flags", 0), "crc": change.get("crc", zlib.crc32(entry.data)),
            "size": change.get("size", len(entry.data)),
            "compressed": change.get("compressed", len(stored)),
        }
        local = {**fields, **change.get("local", {})}
        offset = change.get("offset", len(body))
        body += header(local, None, change.get("zip64", False), change.get("extra", b"")) + stored
        body += change.get("descriptor", b"")
        directory += header(fields, offset, change.get("zip64", False), change.get("extra", b""))
    body += gap
    start = len(body)
    body += directory + central_gap
    count = len(entries) if count is None else count
    size = len(directory) if directory_size is None else directory_size
    start = start if directory_offset is None else directory_offset
    if zip64_end is not None:
        fields = {"count": count, "size": size, "offset": start, "length": 44, **zip64_end}
        position = len(body)
        body += struct.pack(
            "<4sQHHIIQQQQ", b"PK\6\6", fields["length"], 45, 45, 0, 0, fields["count"],
            fields["count"], fields["size"], fields["offset"])
        body += struct.pack("<4sIQI", b"PK\6\7", 0, fields.get("position", position), 1)
        count, size, start = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    body += struct.pack(
        "<4sHHHHIIH", b"PK\5\6", disk, disk, count, count, size, start, len(comment))
    return bytes(body + comment + tail)


def header(fields, offset, zip64, extra):
    is_central = offset is not None
    sizes = [fields["size"], fields["compressed"]]
    if zip64:
        wide = struct.pack("<QQ", *sizes) + (struct.pack("<Q", offset) if is_central else b"")
        extra = struct.pack("<HH", 1, len(wide)) + wide + extra
        sizes = [0xFFFFFFFF] * 2
        offset = 0xFFFFFFFF if is_central else None
    start = b"PK\1\2\x2d\0\x2d\0" if is_central else b"PK\3\4\x2d\0"
    result = start + struct.pack(
        "<HHIIIIHH", fields["flags"], fields["method"], 0, fields["crc"] & 0xFFFFFFFF,
        sizes[1] & 0xFFFFFFFF, sizes[0] & 0xFFFFFFFF, len(fields["name"]), len(extra))
    if is_central:
        result += struct.pack("<HHHII", 0, 0, 0, 0, offset & 0xFFFFFFFF)
    return result + fields["name"] + extra


def descriptor(data, stored=None, signature=True, wide=False, crc=None):
    stored = data if stored is None else stored
    crc = zlib.crc32(data) if crc is None else crc
    sizes = struct.pack("<QQ" if wide else "<II", len(stored), len(data))
    return (b"PK\7\x08" if signature else b"") + struct.pack("<I", crc) + sizes


# Pickle instructions

PROTO, STOP, MARK, NONE, TRUE, FALSE = b"\x80\2", b".", b"(", b"N", b"\x88", b"\x89"
EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET = b"}", b"]", b")", b"\x8f"
SETITEM, SETITEMS, APPEND, APPENDS, TUPLE = b"s", b"u", b"a", b"e", b"t"
REDUCE, BUILD, NEWOBJ, PERSID = b"R", b"b", b"\x81", b"Q"


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value):
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def named(module, name):
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def pushed(module, name):
    return text(module) + text(name) + b"\x93"


def tuple_of(*parts):
    return MARK + b"".join(parts) + TUPLE


def list_of(*parts):
    return EMPTY_LIST + MARK + b"".join(parts) + APPENDS


def dict_of(*pairs):
    return EMPTY_DICT + MARK + b"".join(k + v for k, v in pairs) + SETITEMS


def put(index):
    return b"q" + bytes([index])


def get(index):
    return b"h" + bytes([index])


def storage(key="0", count=4, kind="FloatStorage", module="torch", view=b""):
    return tuple_of(
        text("storage"), named(module, kind), text(key), text("cpu"), integer(count), view
    ) + PERSID


def tensor(key="0", count=4, offset=0, shape=(4,), strides=(1,), kind="FloatStorage",
           function="_rebuild_tensor_v2", extra=b"", store=None, hooks=NONE):
    return named("torch._utils", function) + tuple_of(
        storage(key, count, kind) if store is None else store, integer(offset),
        tuple_of(*map(integer, shape)), tuple_of(*map(integer, strides)), FALSE, hooks, extra
    ) + REDUCE


def pickle(*pairs):
    return PROTO + dict_of(*((text(k), v) for k, v in pairs)) + STOP


def torch_file(data, storages=None, folder="m/", more=(), changes=None, version=b"3\n", **options):
    storages = {"0": struct.pack("<4f", 1, 2, 3, 4)} if storages is None else storages
    changes = changes or {}
    # torch asks for the version first.
    entries = [Entry(folder + "version", version)] if version is not None else []
    entries.append(Entry(folder + "data.pkl", data, **changes.get("pickle", {})))
    for key, value in storages.items():
        entries.append(Entry(f"{folder}data/{key}", value, **changes.get("data", {})))
    return zip_file(entries + list(more), **options)


def safetensors_file(header, data=b"", length=None):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data
