import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension Cache {
  /// The verified file of a request, if a cache has it; no connection is opened and nothing removed.
  ///
  /// - Returns: `nil` for a file that is missing, also one whose SHA-256 nobody states.
  /// - Throws: ``FetchError`` for a damaged file, a pin or file that cannot be read, and a request
  ///   with a name that no file can have; `CancellationError`.
  package func verifiedFile(for request: FileRequest) async throws -> FetchedFile? {
    try await offload { cancellation in
      do {
        try request.validate()
        return try find(request, cancellation)
      } catch let error as FetchError {
        throw error.naming(request.name)
      }
    }
  }

  private func find(_ request: FileRequest, _ cancellation: Cancellation) throws -> FetchedFile? {
    let pin = request.sha256 == nil ? try pin(of: request) : nil
    if let url = try changedSource(of: request, cancellation: cancellation) {
      throw FetchError.changedSource(url, of: request)
    }
    guard let digest = request.sha256 ?? pin?.digest else {
      try checkReachable()
      return nil
    }
    let found = try lookup(digest, for: .inspection, cancellation: cancellation)
    guard let path = found.path else {
      if let problem = found.problems.first { throw problem }
      try checkReachable()
      return nil
    }
    let link = (try? writableRoot()).map { linkPath(of: request.name, in: $0) }
    return FetchedFile(
      path: path, sha256: digest, size: found.size, checksumSource: pin?.source ?? .registry,
      wasCached: true, link: link.flatMap { FileStatus(at: $0)?.kind == .link ? $0 : nil })
  }

  /// Finds out whether it can be seen what is in the writable cache.
  ///
  /// - Throws: ``FetchError`` of kind `.disk` if it belongs to another user.
  func checkReachable() throws(FetchError) {
    guard let root = try? writableRoot(), !FileSystem.isReachable(root) else { return }
    throw .disk("look into", root, code: EACCES)
  }

  /// How many bytes can still be written to the disk of the cache; `nil` where the system does not
  /// tell, and without a directory to write to.
  package var freeBytes: Int? { (try? writableRoot()).flatMap(FileSystem.freeBytes) }

  /// Finds out whether the disk has room for so many bytes more.
  ///
  /// - Throws: ``FetchError`` of kind `.disk` if it has not, or if there is no directory to write to.
  package func checkSpace(for bytes: Int) throws(FetchError) {
    if bytes <= 0 { return }
    let root = try writableRoot()
    guard let free = freeBytes, free < bytes else { return }
    throw FetchError(
      kind: .disk, reason: "the disk of \(root) has no room for \(bytes) bytes more",
      advice: "free some space (`zoo cache prune` helps), or set ZOO_CACHE to a directory on "
        + "another disk",
      path: root, expected: "\(bytes) free bytes", found: "\(free)")
  }
}

extension FetchError {
  /// A model of which no file is in the caches, while the network may not be used.
  package static func notHere(_ model: String) -> FetchError {
    FetchError(
      kind: .offline, reason: "\(model) is not in the cache, and the network may not be used",
      advice: "on a machine with a network run `zoo fetch \(model)`, or allow the network here")
  }

  /// A file that is not in the caches.
  package static func notCached(_ request: FileRequest) -> FetchError {
    FetchError(
      kind: .offline, reason: "not in the cache",
      advice: "fetch it where there is a network: `zoo fetch \(request.model)`"
    ).naming(request.name)
  }

  /// A file that is not in the caches any more as it is where it came from.
  fileprivate static func changedSource(_ url: String, of request: FileRequest) -> FetchError {
    FetchError(
      kind: .offline, reason: "\(url) has changed since it was cached",
      advice: "the next use takes the new one, and `zoo fetch \(request.model)` takes it now",
      url: url)
  }
}
