import ZooCore

extension Fetcher {
  /// Downloads a file that this process has claimed, and gives it its place in the cache.
  func download(
    _ request: FileRequest, _ expectation: Expectation?, _ claim: Claim, _ meter: ProgressMeter
  ) async throws -> FetchedFile {
    var part: Part?
    do {
      let opened = try await offload { _ in
        try cache.partialDirectory(of: request, in: cache.writableRoot()).openPart(for: claim) {
          content in
          content.digest == expectation?.digest || expectation == nil
        }
      }
      part = opened
      let download = Download(request, expectation, claim, into: opened, with: self, meter)
      meter.report(opened.received, of: opened.size, .connecting)
      let sources = request.urls.map {
        Source($0, tokens: tokens, endpoint: options.huggingFaceEndpoint)
      }
      let verified = try await download.run(sources)
      meter.report(.storing)
      let file = try await offload { _ in try store(verified, opened, for: request) }
      claim.remove()
      return file
    } catch {
      // A full disk is not filled further with a part; what is complete only needs its place.
      let isDiskFault = (error as? FetchError)?.kind == .disk
      guard let part, part.received > 0, part.size != nil, !isDiskFault || part.isComplete else {
        claim.remove()
        throw error
      }
      claim.release()
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
    _ verified: Download.Verified, _ part: Part, for request: FileRequest
  ) throws -> FetchedFile {
    let digest = verified.digest
    let path = try cache.adopt(part.file, as: digest)
    if verified.checksumSource != .registry {
      try cache.setPin(
        digest, verified.checksumSource, url: verified.source.shownURL, of: request)
      logger.notice(
        """
        no registry states a checksum of \(request.file): from now on its SHA-256 has to be \
        \(digest), \(verified.checksumSource == .pinned
          ? "that of the file that came" : "which the server states")
        """)
    }
    return FetchedFile(
      path: path, sha256: digest, size: verified.size, checksumSource: verified.checksumSource,
      wasCached: false, link: link(request, to: digest))
  }
}
