import ZooCore

/// A file that may be adopted from another program's cache.
package struct Adoptable: Sendable {
  /// What it has to be; only files with a SHA-256 or a pin can be known again.
  package var request: FileRequest
  /// Its size in bytes, to about a MiB, where ``FileRequest/size`` is not known.
  package var estimatedSize: Int?

  /// Makes a wish for a file.
  package init(request: FileRequest, estimatedSize: Int? = nil) {
    self.request = request
    self.estimatedSize = estimatedSize
  }
}

/// What was found in another program's cache.
package struct Adoption: Sendable {
  /// A file that was taken.
  package struct File: Sendable {
    /// The models' files whose content it is.
    package var names: [CachedFileName]
    /// Where it was found.
    package var source: String
    /// Its SHA-256.
    package var sha256: SHA256Digest
    /// Its size in bytes.
    package var size: Int
    /// How it was taken; `nil` if it was only looked for.
    package var method: AdoptionMethod?
  }

  /// What was taken, or would be.
  package var files: [File] = []
  /// Files that the cache has already.
  package var alreadyCached: [CachedFileName] = []
  /// Files that fit and could not be read.
  package var problems: [FetchError] = []
}

extension Cache {
  /// Takes files by their SHA-256 from a directory, such as birder's `models`, torch hub's
  /// `checkpoints` or the cache of Hugging Face.
  ///
  /// Files whose size fits are hashed; those that are wanted are taken into the writable cache by
  /// reflink, hard link or copy, and hashed again there. The directory stays as it is.
  /// - Parameters:
  ///   - directory: where to look, with all directories below it.
  ///   - wanted: what to look for.
  ///   - hardLinking: whether a hard link may take the place of a copy. A program that writes to the
  ///     original then changes the cached file too, which its stamp brings to light.
  ///   - dryRun: whether only to tell what would be taken.
  ///   - progress: is told how much has been hashed.
  /// - Throws: ``FetchError``; `CancellationError`.
  package func adoptFiles(
    in directory: String, wanted: [Adoptable], hardLinking: Bool = false, dryRun: Bool = false,
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> Adoption {
    try await adoptFiles(
      in: directory, wanted: wanted, hardLinking: hardLinking, dryRun: dryRun, checking: nil,
      progress: progress)
  }

  /// The same, where a file of which no registry states a checksum has to pass a check.
  package func adoptFiles(
    in directory: String, wanted: [Adoptable], hardLinking: Bool, dryRun: Bool,
    checking check: ContentCheck?, progress: (@Sendable (FetchProgress) -> Void)?
  ) async throws -> Adoption {
    try await offload { cancellation in
      var adopter = Adopter(
        cache: self, hardLinking: hardLinking, dryRun: dryRun, check: check, progress: progress,
        cancellation: cancellation)
      try adopter.adopt(wanted, from: directory)
      return adopter.adoption
    }
  }
}

private struct Adopter {
  let cache: Cache
  let hardLinking: Bool
  let dryRun: Bool
  let check: ContentCheck?
  let progress: (@Sendable (FetchProgress) -> Void)?
  let cancellation: Cancellation
  var adoption = Adoption()

  private struct Wish {
    var requests: [FileRequest] = []
    /// Whether files of any size have to be hashed for it.
    var sizes: [ClosedRange<Int>]? = []
  }

  mutating func adopt(_ wanted: [Adoptable], from directory: String) throws {
    guard FileStatus(at: directory, followingLinks: true)?.kind == .directory else {
      throw FetchError(
        kind: .other, reason: "\(directory) is not a directory", advice: "check the path",
        path: directory)
    }
    var wishes = try wishes(wanted)
    let candidates = try FileSystem.regularFiles(below: directory).filter { file in
      Self.isCandidate(file, wishes)
    }
    let total = candidates.reduce(0) { $0 + $1.size }
    var done = 0
    for file in candidates {
      try cancellation.check()
      do {
        let digest = try Self.digest(of: file.path, cancellation)
        if let wish = wishes.removeValue(forKey: digest) {
          try take(file, as: digest, for: wish.requests)
        }
      } catch let error as FetchError where error.path == file.path {
        adoption.problems.append(error)
      }
      done += file.size
      progress?(FetchProgress(work: directory, done, of: total))
    }
  }

  /// What is looked for, by content; what the cache has already is not.
  private mutating func wishes(_ wanted: [Adoptable]) throws -> [SHA256Digest: Wish] {
    let own = try Cache(root: try cache.writableRoot())
    var wishes: [SHA256Digest: Wish] = [:]
    for item in wanted {
      try item.request.validate()
      guard let digest = try item.request.sha256 ?? cache.pin(of: item.request)?.digest else {
        continue
      }
      if own.hasFile(digest, in: own.root),
        try own.lookup(digest, for: .inspection, cancellation: cancellation).path != nil
      {
        adoption.alreadyCached.append(item.request.name)
        continue
      }
      var wish = wishes[digest] ?? Wish()
      wish.requests.append(item.request)
      if let range = item.sizes { wish.sizes?.append(range) } else { wish.sizes = nil }
      wishes[digest] = wish
    }
    return wishes
  }

  /// Whether a file has to be hashed to know if it is wanted.
  private static func isCandidate(
    _ file: FileSystem.FoundFile, _ wishes: [SHA256Digest: Wish]
  ) -> Bool {
    let name = file.path.split(separator: "/").last.map(String.init) ?? ""
    // Hugging Face calls large files by their SHA-256.
    if let digest = SHA256Digest(hex: name) { return wishes[digest] != nil }
    return wishes.values.contains { wish in
      wish.sizes?.contains { $0.contains(file.size) } ?? true
    }
  }

  private mutating func take(
    _ file: FileSystem.FoundFile, as digest: SHA256Digest, for requests: [FileRequest]
  ) throws {
    var method: AdoptionMethod?
    for request in requests where request.sha256 == nil {
      guard let finding = try check?(file.path, request.name) else { continue }
      throw FetchError(
        kind: .integrity, reason: "\(file.path) \(finding)", advice: "it is not taken",
        path: file.path
      ).naming(request.name)
    }
    if !dryRun {
      let directory = "\(cache.root)/partial"
      try FileSystem.makeDirectory(directory)
      let path = "\(directory)/adopt.\(FileSystem.uniqueSuffix())"
      do {
        method = try FileSystem.duplicate(file.path, to: path, hardLinking: hardLinking)
        guard try Self.digest(of: path, cancellation) == digest else {
          throw FetchError(
            kind: .integrity, reason: "\(file.path) changed while it was copied",
            advice: "try again when no other program writes to it", path: file.path)
        }
        let taken = try OpenFile(reading: path)
        // The mode of a hard link is the original's too, and that is not ours to change.
        _ =
          try method == .hardLink
          ? cache.place(taken, as: digest) : cache.adopt(taken, as: digest)
      } catch {
        FileSystem.remove(path)
        throw error
      }
      for request in requests { _ = try? cache.link(request, to: digest) }
    }
    adoption.files.append(
      Adoption.File(
        names: requests.map(\.name), source: file.path, sha256: digest, size: file.size,
        method: method))
  }

  private static func digest(
    of path: String, _ cancellation: Cancellation
  ) throws -> SHA256Digest {
    try HashingReader.digest(of: try OpenFile(reading: path), cancellation: cancellation)
  }
}

extension Adoptable {
  /// The sizes that a file can have; `nil` for any.
  fileprivate var sizes: ClosedRange<Int>? {
    if let size = request.size { return size...size }
    // Sizes in MiB are rounded, and not always exact.
    return estimatedSize.map { max(0, $0 - 1 << 20)...($0 + 1 << 20) }
  }
}
