import ZooCore

extension Cache {
  /// Whether a stamp says that a file, by its identity, was verified.
  ///
  /// The stamp lies in the file's own cache, or in the writable one for a cache that came without.
  func hasStamp(_ digest: SHA256Digest, _ identity: FileIdentity, in directory: String) -> Bool {
    if readStamp(digest, in: directory) == identity { return true }
    guard directory != root, let root = try? writableRoot() else { return false }
    return readStamp(digest, in: root) == identity
  }

  /// Remembers that a file of a cache was verified.
  ///
  /// A stamp only saves time, so that a failure to write it (a read-only cache) is none.
  /// - Parameter keepingUse: whether the time of the last use stays as it was.
  func stamp(
    _ digest: SHA256Digest, _ identity: FileIdentity, in directory: String, keepingUse: Bool = false
  ) {
    guard !hasStamp(digest, identity, in: directory), let root = try? writableRoot() else {
      return
    }
    var stamp = identity.json
    stamp["sha256"] = .string(digest.hex)
    let path = stampPath(of: digest, in: root)
    let lastUse = keepingUse ? lastUse(of: digest, in: directory) : nil
    try? FileSystem.write(JSONValue.object(stamp).serialized() + "\n", to: path)
    if let lastUse { FileSystem.setModificationTime(of: path, to: lastUse) }
  }

  /// Forgets that a file was verified.
  func removeStamp(of digest: SHA256Digest) {
    guard let root = try? writableRoot() else { return }
    FileSystem.remove(stampPath(of: digest, in: root))
  }

  /// Notes in the time of its stamp that a file is used now: the access times of files are not kept
  /// by every file system.
  func touchStamp(of digest: SHA256Digest) {
    guard let root = try? writableRoot() else { return }
    FileSystem.setModificationTime(of: stampPath(of: digest, in: root), to: nil)
  }

  /// When a file of a cache was last used, in nanoseconds since 1970; `nil` for a file that is gone.
  func lastUse(of digest: SHA256Digest, in directory: String) -> Int? {
    if let stamp = FileStatus(at: stampPath(of: digest, in: directory)) { return stamp.modified }
    guard let blob = FileStatus(at: blobPath(of: digest, in: directory)) else { return nil }
    return max(blob.modified, blob.accessed)
  }

  /// A stamp that is missing, unreadable or malformed is no stamp: the file is hashed then.
  private func readStamp(_ digest: SHA256Digest, in directory: String) -> FileIdentity? {
    guard
      let text = try? FileSystem.read(stampPath(of: digest, in: directory), atMost: 4096),
      let stamp = try? JSONValue(parsing: text), stamp["sha256"]?.string == digest.hex
    else { return nil }
    return FileIdentity(json: stamp)
  }
}

extension FileIdentity {
  /// The facts as stamps and pins have them; `nil` if one is missing.
  init?(json: JSONValue) {
    guard let size = json["size"]?.integer, let modified = json["mtime_ns"]?.integer,
      let inode = json["inode"]?.integer
    else { return nil }
    self.init(size: size, modifiedNanoseconds: modified, inode: inode)
  }

  var json: JSONObject {
    var object = JSONObject()
    object["size"] = .integer(size)
    object["mtime_ns"] = .integer(modifiedNanoseconds)
    object["inode"] = .integer(inode)
    return object
  }
}
