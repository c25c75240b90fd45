import ZooCore

extension Cache {
  /// What the caches hold of a content.
  struct Lookup {
    /// The verified file, if there is one.
    var path: String?
    /// Its size in bytes.
    var size = 0
    /// Copies that could not be used: damaged ones, or unreadable ones in an extra cache.
    var problems: [FetchError] = []
  }

  /// Finds a verified copy.
  ///
  /// A copy whose stamp fits is verified; any other is hashed, and then stamped if it is what it
  /// should be. A damaged copy in the writable cache is removed.
  /// - Throws: ``FetchError`` when the writable cache cannot be read; `CancellationError`.
  func lookup(_ digest: SHA256Digest, cancellation: Cancellation) throws -> Lookup {
    var result = Lookup()
    for directory in directories {
      do {
        guard let size = try verifiedSize(of: digest, in: directory, cancellation) else { continue }
        result.path = blobPath(of: digest, in: directory)
        result.size = size
        return result
      } catch let problem as FetchError
        where directory != root || problem.kind == .integrity
      {
        result.problems.append(problem)
      }
    }
    return result
  }

  /// Whether there is a file where a content belongs, right or not.
  func hasFile(_ digest: SHA256Digest, in directory: String) -> Bool {
    guard let entry = try? FileSystem.entry(at: blobPath(of: digest, in: directory)) else {
      return false
    }
    if case .file = entry { return true }
    return false
  }

  private func verifiedSize(
    of digest: SHA256Digest, in directory: String, _ cancellation: Cancellation
  ) throws -> Int? {
    let path = blobPath(of: digest, in: directory)
    switch try FileSystem.entry(at: path) {
    case nil, .danglingLink: return nil
    case .directory: throw FetchError.misplaced(path, is: "a directory", notA: "file")
    case .other: throw FetchError.misplaced(path, is: "a device or pipe", notA: "file")
    case .file(let identity):
      if hasStamp(digest, identity, in: directory) { return identity.size }
    }
    let file = try OpenFile(reading: path)
    let identity = try file.identity()
    let found = try HashingReader.digest(of: file, cancellation: cancellation)
    if found == digest {
      stamp(digest, identity)
      return identity.size
    }
    throw damaged(path, digest, found: found, isRemoved: directory == root && remove(file))
  }

  /// Removes a file unless another one has taken its name.
  private func remove(_ file: OpenFile) -> Bool {
    guard let identity = try? file.identity(),
      (try? FileSystem.entry(at: file.path)) == .file(identity)
    else { return false }
    return FileSystem.remove(file.path)
  }

  private func damaged(
    _ path: String, _ digest: SHA256Digest, found: SHA256Digest, isRemoved: Bool
  ) -> FetchError {
    FetchError(
      kind: .integrity,
      reason: "the cached file \(path) was damaged" + (isRemoved ? " and has been removed" : ""),
      advice: "fetch it again, and check the disk if this comes back", path: path,
      expected: "SHA-256 \(digest)", found: found.hex)
  }
}
