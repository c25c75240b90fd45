import ZooCore

extension Cache {
  /// Whether a stamp says that a file, by its identity, was verified.
  ///
  /// The stamp lies in the file's own cache, or in the writable one for a cache that came without.
  func hasStamp(_ digest: SHA256Digest, _ identity: FileIdentity, in directory: String) -> Bool {
    let places = directory == root ? [root] : [directory, root]
    return places.contains { readStamp(digest, in: $0) == identity }
  }

  /// Remembers that a file was verified.
  ///
  /// A stamp only saves time, so that a failure to write it (a read-only cache) is none.
  func stamp(_ digest: SHA256Digest, _ identity: FileIdentity) {
    let stamp: JSONValue = [
      "size": .integer(identity.size), "mtime_ns": .integer(identity.modifiedNanoseconds),
      "inode": .integer(identity.inode), "sha256": .string(digest.hex),
    ]
    try? FileSystem.write(stamp.serialized() + "\n", to: stampPath(of: digest, in: root))
  }

  /// A stamp that is missing, unreadable or malformed is no stamp: the file is hashed then.
  private func readStamp(_ digest: SHA256Digest, in directory: String) -> FileIdentity? {
    guard
      let text = try? FileSystem.read(stampPath(of: digest, in: directory), atMost: 4096),
      let stamp = try? JSONValue(parsing: text), stamp["sha256"]?.string == digest.hex,
      let size = stamp["size"]?.integer, let modified = stamp["mtime_ns"]?.integer,
      let inode = stamp["inode"]?.integer
    else { return nil }
    return FileIdentity(size: size, modifiedNanoseconds: modified, inode: inode)
  }
}
