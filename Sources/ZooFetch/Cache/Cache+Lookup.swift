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

  /// Why a file is looked up.
  enum Purpose {
    /// To use it: it counts as used now, and a damaged copy in the writable cache is removed.
    case use
    /// To tell of it: nothing is removed, and its last use stays as it was.
    case inspection
  }

  /// Finds a verified copy.
  ///
  /// A copy whose stamp fits is verified; any other is hashed, and then stamped if it is what it
  /// should be. ``loadPolicy`` may ask for more or less than that.
  /// - Throws: ``FetchError`` when the writable cache cannot be read; `CancellationError`.
  func lookup(
    _ digest: SHA256Digest, for purpose: Purpose = .use, cancellation: Cancellation
  ) throws -> Lookup {
    var result = Lookup()
    for directory in directories {
      do {
        guard let size = try verifiedSize(of: digest, in: directory, for: purpose, cancellation)
        else { continue }
        if purpose == .use, directory == root { touchStamp(of: digest) }
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
    FileStatus(at: blobPath(of: digest, in: directory), followingLinks: true)?.kind == .file
  }

  private func verifiedSize(
    of digest: SHA256Digest, in directory: String, for purpose: Purpose,
    _ cancellation: Cancellation
  ) throws -> Int? {
    let path = blobPath(of: digest, in: directory)
    switch try FileSystem.entry(at: path) {
    case nil, .danglingLink: return nil
    case .directory: throw FetchError.misplaced(path, is: "a directory", notA: "file")
    case .other: throw FetchError.misplaced(path, is: "a device or pipe", notA: "file")
    case .file(let identity):
      let isTrusted =
        switch loadPolicy {
        case .stamp: hasStamp(digest, identity, in: directory)
        case .full: false
        case .never: true
        }
      if isTrusted { return identity.size }
    }
    let file = try OpenFile(reading: path)
    let identity = try file.identity()
    let found = try HashingReader.digest(of: file, cancellation: cancellation)
    if found == digest {
      stamp(digest, identity, in: directory, keepingUse: purpose == .inspection)
      return identity.size
    }
    let isRemoved = purpose == .use && directory == root && remove(file)
    throw damaged(path, digest, found: found, isRemoved: isRemoved)
  }

  /// Removes a file unless another one has taken its name.
  private func remove(_ file: OpenFile) -> Bool {
    guard let identity = try? file.identity(),
      (try? FileSystem.entry(at: file.path)) == .file(identity)
    else { return false }
    return FileSystem.remove(file.path)
  }

  func damaged(
    _ path: String, _ digest: SHA256Digest, found: SHA256Digest, isRemoved: Bool
  ) -> FetchError {
    FetchError(
      kind: .integrity,
      reason:
        "the cached file \(path) \(isRemoved ? "was damaged and has been removed" : "is damaged")",
      advice: "fetch it again, and check the disk if this comes back", path: path,
      expected: "SHA-256 \(digest)", found: found.hex)
  }
}
