import ZooCore

extension Fetcher {
  /// Downloads a file that this process has leased, and gives it its place in the cache.
  func download(
    _ request: FileRequest, _ expectation: Expectation?, _ lease: Lease, _ meter: ProgressMeter
  ) async throws -> FetchedFile {
    var part: Part?
    do {
      let opened = try await offload { _ in
        try cache.partialDirectory(of: request, in: cache.writableRoot()).openPart(for: lease) {
          content in
          if let expectation { return content.digest == expectation.digest }
          // A local file may have other content by now, and is not asked when all is there.
          return LocalURL.path(of: content.origin.url) == nil
        }
      }
      part = opened
      let download = Download(request, expectation, lease, into: opened, with: self, meter)
      meter.report(opened.received, of: opened.size, .connecting)
      let sources = request.urls.map {
        Source($0, tokens: tokens, endpoint: options.huggingFaceEndpoint)
      }
      let local = try LocalFiles(request.urls)
      let verified = try await download.run(sources)
      meter.report(.storing)
      let file = try await offload { _ in
        let origin = try local.identity(after: verified)
        return try store(verified, opened, origin: origin, for: request)
      }
      lease.remove()
      return file
    } catch {
      // A full disk is not filled further with a part; what is complete only needs its place.
      let isDiskFault = (error as? FetchError)?.kind == .disk
      guard let part, part.received > 0, part.size != nil, !isDiskFault || part.isComplete else {
        lease.remove()
        throw error
      }
      lease.release()
      guard var failure = error as? FetchError else {
        logger.notice(
          """
          stopped at \(part.received) of \(part.size ?? 0) bytes of \(request.file); they are \
          kept, and fetching again goes on from there
          """)
        throw error
      }
      failure.keptBytes = part.received
      throw failure
    }
  }

  private func store(
    _ verified: Download.Verified, _ part: Part, origin: FileIdentity?, for request: FileRequest
  ) throws -> FetchedFile {
    let digest = verified.digest
    let path = try cache.adopt(part.file, as: digest)
    if verified.checksumSource != .registry {
      let former = try cache.pin(of: request)?.digest
      try cache.setPin(
        digest, verified.checksumSource, url: verified.source.shownURL, origin: origin,
        commit: verified.commit, of: request)
      if let former, former != digest {
        logger.notice(
          """
          \(verified.source.shownURL) has changed since it was cached as \(request.file) of \
          \(request.model): the new one is used
          """)
      } else {
        logger.notice(
          """
          no registry states a checksum of \(request.file): from now on its SHA-256 has to be \
          \(digest), \(verified.checksumSource == .pinned
            ? "that of the file that came" : "which the server states")
          """)
      }
    }
    return FetchedFile(
      path: path, sha256: digest, size: verified.size, checksumSource: verified.checksumSource,
      wasCached: false, link: link(request, to: digest))
  }
}

/// What the local files among some URLs look like before one of them is copied.
private struct LocalFiles: Sendable {
  private var identities: [String: FileIdentity] = [:]
  private var settled: Set<String> = []

  init(_ urls: [String]) throws(FetchError) {
    for url in urls {
      guard let path = LocalURL.path(of: url),
        case .file(let identity)? = try FileSystem.entry(at: path)
      else { continue }
      identities[path] = identity
      if identity.isSettled { settled.insert(path) }
    }
  }

  /// By what the file that came is known to be unchanged; `nil` for one that is not local, or that
  /// was written so lately that it could change without a trace.
  /// - Throws: ``FetchError`` for a file that changed while it was copied and has no SHA-256 that
  ///   would tell whether it is right.
  func identity(after verified: Download.Verified) throws(FetchError) -> FileIdentity? {
    guard verified.checksumSource == .pinned, let path = LocalURL.path(of: verified.source.url),
      let before = identities[path]
    else { return nil }
    guard try FileSystem.entry(at: path) == .file(before) else {
      throw .unsteady(verified.source.url)
    }
    return settled.contains(path) ? before : nil
  }
}
