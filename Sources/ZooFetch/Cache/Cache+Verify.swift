import ZooCore

/// What hashing the files of caches has found.
public struct CacheVerification: Sendable {
  /// A file whose content is not what its name says.
  public struct Damage: Sendable {
    /// The file.
    public var blob: CacheInventory.Blob
    /// What is wrong.
    public var error: FetchError
    /// Whether it has been removed.
    public var isRemoved: Bool
  }

  /// Files that are as they should be.
  public var sound: [CacheInventory.Blob] = []
  /// Files that are not, or that cannot be read.
  public var damaged: [Damage] = []
}

extension Cache {
  /// Hashes files in all caches, whatever their stamps say, and stamps those that are sound.
  ///
  /// - Parameters:
  ///   - models: whose files to hash; `nil` for all files.
  ///   - known: see ``inventory(knowing:)``.
  ///   - removing: whether damaged files are removed, from the writable cache and unless they are in
  ///     use. Their links stay, so that a check tells what is missing.
  ///   - progress: is told how much has been hashed.
  /// - Throws: ``FetchError``: of kind `.notFound` for a model with nothing in the caches;
  ///   `CancellationError`.
  public func verify(
    models: [String]? = nil, knowing known: [FileRequest] = [], removing: Bool = false,
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> CacheVerification {
    try await offload { cancellation in
      var blobs = try inventory(knowing: known).blobs
      if let models {
        let present = Set(blobs.flatMap(\.names).map(\.model))
        if let absent = models.first(where: { !present.contains($0) }) {
          throw FetchError.nothing(of: absent, in: directories.joined(separator: ", "))
        }
        blobs.removeAll { $0.names.allSatisfy { !models.contains($0.model) } }
      }
      var result = CacheVerification()
      var done = 0
      let total = blobs.reduce(0) { $0 + $1.size }
      for blob in blobs {
        do {
          try verify(blob, cancellation)
          result.sound.append(blob)
        } catch let error as FetchError {
          let isRemoved = removing && blob.cache == root ? try removeDamaged(blob) : false
          result.damaged.append(
            CacheVerification.Damage(
              blob: blob, error: blob.names.first.map(error.naming) ?? error, isRemoved: isRemoved))
        }
        done += blob.size
        progress?(FetchProgress(work: root, done, of: total))
      }
      return result
    }
  }

  private func verify(_ blob: CacheInventory.Blob, _ cancellation: Cancellation) throws {
    let file = try OpenFile(reading: blob.path)
    let identity = try file.identity()
    let found = try HashingReader.digest(of: file, cancellation: cancellation)
    if found == blob.sha256 {
      stamp(blob.sha256, identity, in: blob.cache, keepingUse: true)
    } else {
      // A stamp would let the file be used as if nothing were wrong.
      removeStamp(of: blob.sha256)
      throw damaged(blob.path, blob.sha256, found: found, isRemoved: false)
    }
  }

  private func removeDamaged(_ blob: CacheInventory.Blob) throws(FetchError) -> Bool {
    try FileSystem.withoutUsers(of: blob.path) { () throws(FetchError) in
      try FileSystem.removeOrThrow(blob.path)
    }
  }
}

extension FetchProgress {
  /// Progress of hashing or copying many files.
  init(work name: String, _ done: Int, of total: Int) {
    self.init(model: "", file: name, bytesReceived: done, totalBytes: total, phase: .verifying)
  }
}
