# Zip archives; read by make_corpus.py.

def zipped(**data):
    """The good file with changes to its entry of data."""
    return torch_file(GOOD, changes={"data": data})


accepted("zip", "stored.pt", torch_file(GOOD))
accepted("zip", "deflated.pt", torch_file(GOOD, changes={"pickle": {"deflate": 1}, "data": {"deflate": 1}}))
accepted("zip", "comment.pt", torch_file(GOOD, comment=b"a comment with PK\5\6 in it"))
accepted("zip", "zip64-fields.pt", torch_file(GOOD, changes={"pickle": {"zip64": 1}, "data": {"zip64": 1}}))
accepted("zip", "zip64-end.pt", torch_file(GOOD, zip64_end={}))
accepted("zip", "zip64-all.pt", torch_file(
    GOOD, changes={"pickle": {"zip64": 1}, "data": {"zip64": 1}}, zip64_end={}))
zero = {"crc": 0, "size": 0, "compressed": 0}
for signature in (True, False):
    for wide in (True, False):
        accepted("zip", f"descriptor-{'signed' if signature else 'bare'}-{'64' if wide else '32'}.pt",
                 zipped(flags=8, local=zero, descriptor=descriptor(ONES, signature=signature, wide=wide)),
                 read={"w": torch.tensor([1.0, 2, 3, 4])})
accepted("zip", "descriptor-and-sizes.pt", zipped(flags=8, descriptor=descriptor(ONES)))
accepted("zip", "folder-of-any-name.pt", torch_file(GOOD, folder="c d ü/"))
accepted("zip", "padding-in-extra.pt", zipped(extra=struct.pack("<HH", 0x4246, 6) + b"ZZZZZZ"))
accepted("zip", "other-entries.pt", torch_file(
    GOOD, more=[Entry("m/byteorder", b"little"), Entry("m/", b""),
                Entry("m/extra/notes.txt", b"hello")]))
accepted("zip", "data-first.pt", zip_file(
    [Entry("m/data/0", ONES), Entry("m/data.pkl", GOOD), Entry("m/version", b"3\n")]))
accepted("zip", "flag-utf8.pt", zipped(flags=0x800))

refused("zip", "crc-of-pickle.pt", torch_file(GOOD, changes={"pickle": {"crc": 1}}), "integrity", "has CRC")
refused("zip", "crc-of-data.pt", zipped(crc=7), "integrity", "has CRC")
refused("zip", "crc-of-deflated.pt", zipped(deflate=1, crc=7), "integrity", "has CRC")
flipped = bytearray(torch_file(GOOD))
flipped[flipped.find(ONES) + 3] ^= 1
refused("zip", "flipped-bit.pt", bytes(flipped), "integrity", "has CRC")
stream = zlib.compressobj(9, zlib.DEFLATED, -15)
stream = stream.compress(ONES) + stream.flush()
refused("zip", "deflate-cut.pt", zipped(method=8, stream=stream[:-3]), "integrity", "does not inflate")
refused("zip", "deflate-garbage.pt", zipped(method=8, stream=b"\xff" * 20), "integrity", "does not inflate")
refused("zip", "deflate-bytes-after.pt", zipped(method=8, stream=stream + b"\0"), "integrity", "does not inflate")
refused("zip", "deflate-too-short.pt", zipped(method=8, stream=b"\x03\0"), "integrity", "does not inflate")
refused("zip", "deflate-too-long.pt", torch_file(
    pickle(("w", tensor(count=2, shape=(2,)))), changes={"data": {"method": 8, "stream": stream, "size": 8}}),
    "integrity", "does not inflate")
refused("zip", "deflate-empty.pt", zipped(method=8, stream=b""), "integrity", "does not inflate")
refused("zip", "bomb-stated.pt", torch_file(
    pickle(("w", tensor(count=1 << 28, shape=(1 << 28,)))),
    changes={"data": {"method": 8, "stream": stream, "size": 1 << 30}}), "integrity", "100 times its size")
refused("zip", "bomb-in-pickle.pt", torch_file(
    b"", changes={"pickle": {"method": 8, "stream": stream, "size": 60 << 20}}), "integrity", "100 times its size")
refused("zip", "pickle-too-long.pt", torch_file(
    b"", changes={"pickle": {"method": 8, "stream": stream, "size": 1 << 30}}), "integrity", "bytes of pickle")

refused("zip", "names-differ.pt", zipped(local={"name": b"m/data/1"}), "integrity", "is called 'm/data/1'")
refused("zip", "names-differ-in-length.pt", zipped(local={"name": b"m/data/00"}), "integrity", "is called")
refused("zip", "methods-differ.pt", zipped(local={"method": 8}), "integrity", "headers", "differ")
refused("zip", "sizes-differ.pt", zipped(local={"size": 12, "compressed": 12}), "integrity", "headers", "differ")
refused("zip", "crcs-differ.pt", zipped(local={"crc": 12}), "integrity", "headers", "differ")
refused("zip", "flags-differ.pt", zipped(local={"flags": 8}), "integrity", "headers", "differ")
refused("zip", "descriptor-lies.pt", zipped(flags=8, local=zero, descriptor=descriptor(ONES, crc=1)),
        "integrity", "data descriptor")
refused("zip", "descriptor-missing.pt", zipped(flags=8, local=zero), "integrity", "data descriptor")
refused("zip", "two-sizes.pt", zipped(size=12), "integrity", "states two sizes")
refused("zip", "encrypted.pt", zipped(flags=1), "unsupported", "encrypted")
refused("zip", "strongly-encrypted.pt", zipped(flags=0x41), "unsupported", "encrypted")
for method, name in [(1, "shrunk"), (9, "deflate64"), (12, "bzip2"), (14, "lzma"), (93, "zstd")]:
    refused("zip", f"method-{name}.pt", zipped(method=method), "unsupported", f"method {method}")

refused("zip", "same-name-twice.pt", torch_file(GOOD, more=[Entry("m/data/0", ONES)]), "integrity",
        "two zip entries are called 'm/data/0'")
refused("zip", "two-pickles.pt", torch_file(GOOD, more=[Entry("n/data.pkl", GOOD)]), "integrity", "2 pickles")
refused("zip", "pickle-twice.pt", torch_file(GOOD, more=[Entry("m/data.pkl", GOOD)]), "integrity",
        "two zip entries are called")
for label, name in [("parent", "../x"), ("absolute", "/etc/passwd"), ("inner-parent", "m/../../x"),
                    ("backslash", "m\\x"), ("null", "m/x\0"), ("empty", ""), ("not-utf8", b"m/\xff")]:
    refused("zip", f"name-{label}.pt", torch_file(GOOD, more=[Entry(name)]), "integrity", "zip entry")
refused("zip", "overlap-whole.pt", zipped(offset=0), "integrity", "overlaps")
refused("zip", "overlap-part.pt", zipped(offset=33), "integrity", "overlaps")
refused("zip", "offset-beyond.pt", zipped(offset=1 << 30), "integrity", "overlaps")
refused("zip", "data-into-directory.pt", zipped(size=60, compressed=60), "integrity", "reaches into the zip directory")
refused("zip", "size-beyond-end.pt", zipped(size=1 << 31, compressed=1 << 31), "integrity", "the data ends")
refused("zip", "zip64-huge-size.pt", torch_file(
    GOOD, changes={"data": {"zip64": 1, "size": 2**63, "compressed": 2**63}}), "integrity", "zip64")
refused("zip", "zip64-largest-size.pt", torch_file(
    GOOD, changes={"data": {"zip64": 1, "size": 2**63 - 1, "compressed": 2**63 - 1}}), "integrity", "the data ends")
refused("zip", "zip64-missing-field.pt", zipped(compressed=0xFFFFFFFF, size=0xFFFFFFFF), "integrity", "zip64")
refused("zip", "zip64-end-wrong-count.pt", torch_file(GOOD, zip64_end={"count": 4}), "integrity", "header is missing")
refused("zip", "zip64-end-huge-count.pt", torch_file(GOOD, zip64_end={"count": 2**63}), "integrity", "end record")
refused("zip", "zip64-end-many.pt", torch_file(GOOD, zip64_end={"count": 2**40}), "integrity", "zip entries")
refused("zip", "zip64-end-wrong-length.pt", torch_file(GOOD, zip64_end={"length": 2**62}), "integrity", "wrong length")
refused("zip", "zip64-locator-beyond.pt", torch_file(GOOD, zip64_end={"position": 2**62}), "integrity", "locator")
refused("zip", "zip64-locator-at-start.pt", torch_file(GOOD, zip64_end={"position": 0}), "integrity", "locator")
refused("zip", "too-few-counted.pt", torch_file(GOOD, count=1), "integrity", "the stated entries")
refused("zip", "too-many-counted.pt", torch_file(GOOD, count=4), "integrity", "header is missing")
refused("zip", "directory-offset.pt", torch_file(GOOD, directory_offset=4), "integrity", "does not lie where")
refused("zip", "directory-size.pt", torch_file(GOOD, directory_size=4), "integrity", "does not lie where")
refused("zip", "second-disk.pt", torch_file(GOOD, disk=1), "unsupported", "several parts")
refused("zip", "bytes-after-end.pt", torch_file(GOOD, tail=b"\0" * 8), "integrity", "8 bytes follow the end")
refused("zip", "bytes-after-directory.pt", torch_file(GOOD, central_gap=b"\0" * 8), "integrity", "does not lie where")
whole = torch_file(GOOD)
for part in (5, 30, 100, len(whole) - 30, len(whole) - 1):
    refused("zip", f"cut-at-{part if part < 200 else part - len(whole)}.pt", whole[:part], "integrity", "truncated")
accepted("zip", "gap-before-directory.pt", torch_file(GOOD, gap=b"\0" * 100), read={"w": torch.tensor([1.0, 2, 3, 4])})

# What torch.load refuses too, or reads otherwise.
for version in (b"1", b"10", b" 4\n", b"03"):
    accepted("zip", f"version-{version.decode().strip()}.pt", torch_file(GOOD, version=version))
accepted("zip", "version-in-data.pt", torch_file(GOOD, version=None, more=[Entry("m/.data/version", b"3")]))
refused("zip", "version-missing.pt", torch_file(GOOD, version=None), "integrity", "'m/version'", "missing")
for label, version in [("empty", b""), ("word", b"three"), ("negative", b"-3"), ("fraction", b"3.5"), ("hexadecimal", b"0x3"),
                       ("huge", b"9" * 16), ("long", b"3" + b" " * 99), ("of-bytes", b"\xff\xfe")]:
    kind = "unsupported" if label == "huge" else "integrity"
    refused("zip", f"version-{label}.pt", torch_file(GOOD, version=version), kind, "version")
refused("zip", "version-first-in-data.pt", torch_file(GOOD, more=[Entry("m/.data/version", b"x")]), "integrity", "version is not a number")
refused("zip", "version-0.pt", torch_file(GOOD, version=b"0"), "unsupported", "version 0", "1 to 10")
refused("zip", "version-11.pt", torch_file(GOOD, version=b"11\n"), "unsupported", "version 11", "1 to 10")
refused("zip", "no-folder.pt", torch_file(GOOD, folder=""), "integrity", "'version' lies in no folder")
refused("zip", "folder-in-a-folder.pt", torch_file(GOOD, folder="a/b/"), "integrity", "'a/b/data.pkl' where 'a/data.pkl' should be")
refused("zip", "folder-of-a-decoy.pt", zip_file(
    [Entry("decoy/x"), Entry("m/version", b"3"), Entry("m/data.pkl", GOOD), Entry("m/data/0", ONES)]),
    "integrity", "'m/version' does not lie in the folder 'decoy/'")
refused("zip", "entry-in-another-folder.pt", torch_file(GOOD, more=[Entry("n/x")]), "integrity", "'n/x' does not lie in the folder 'm/'")
refused("zip", "entry-in-no-folder.pt", torch_file(GOOD, more=[Entry("x")]), "integrity", "'x' does not lie in the folder 'm/'")
refused("zip", "names-of-two-cases.pt", torch_file(GOOD, more=[Entry("m/DATA.pkl", PROTO + NONE + STOP)]), "integrity", "capitals")
refused("zip", "storages-of-two-cases.pt", torch_file(
    pickle(("w", tensor("a"))), {"a": ONES, "A": ONES[::-1]}), "integrity", "capitals")
accepted("zip", "version-in-capitals.pt", torch_file(GOOD, version=None, more=[Entry("m/VERSION", b"3")]))
refused("zip", "version-in-data-in-capitals.pt", torch_file(GOOD, more=[Entry("m/.DATA/version", b"99")]), "unsupported", "version 99")
refused("zip", "byte-order-in-capitals.pt", torch_file(GOOD, more=[Entry("m/ByteOrder", b"big")]), "unsupported", "big-endian")
refused("zip", "storage-by-a-name-alike.pt", torch_file(
    pickle(("w", tensor("\u00e9"))), {"e\u0301": ONES}), "integrity", "is not in the archive")
refused("zip", "alignment-of-a-word.pt", torch_file(GOOD, more=[Entry("m/.storage_alignment", b"x")]), "integrity", "storage_alignment")
refused("zip", "format-version-cut.pt", torch_file(GOOD, more=[Entry("m/.format_version", b"1", method=8, stream=b"\3", size=1)]), "integrity", "does not inflate")
refused("zip", "identifier-of-bytes.pt", torch_file(GOOD, more=[Entry("m/.data/serialization_id", b"\xff")]), "integrity", "serialization_id")
disk = torch_file(GOOD)
disk = disk[:disk.rindex(b"PK\1\2") + 34] + b"\2" + disk[disk.rindex(b"PK\1\2") + 35:]
refused("zip", "entry-on-another-disk.pt", disk, "unsupported", "several parts")
place = torch_file(GOOD).rindex(b"PK\1\2") + 38
refused("zip", "file-marked-as-folder.pt", torch_file(GOOD)[:place] + b"\x10" + torch_file(GOOD)[place + 1:], "integrity", "marked as a folder")
disks = torch_file(GOOD, zip64_end={})
disks = disks[:-23] + b"\1" + disks[-22:]
refused("zip", "zip64-of-many-disks.pt", disks, "integrity", "locator")
refused("zip", "patch.pt", zipped(flags=0x20), "integrity", "patch")
refused("zip", "two-end-records.pt", torch_file(GOOD, comment=b"PK\5\6" + bytes(30)), "integrity", "follow the end")
refused("zip", "comment-cut.pt", torch_file(GOOD)[:-2] + b"\xff\0", "integrity", "cut off")
refused("zip", "no-pickle.zip", zip_file([Entry("readme.txt", b"hello")]), "unsupported",
        "zip archive but no checkpoint", "readme.txt")
refused("zip", "empty.zip", zip_file([]), "unsupported", "it is empty")
