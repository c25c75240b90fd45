import Logging
import ZooCore

/// Brings files into the cache, verified, and finds those that are there.
public struct Fetcher: Sendable {
  /// Where files go.
  public let cache: Cache
  /// What carries them.
  public let transport: any Transport
  /// Whether the network may be used.
  public let policy: FetchPolicy
  /// Bearer tokens by host, in lower case; each goes to its host only.
  public let tokens: [String: String]
  /// How files are downloaded.
  public let options: FetchOptions
  let pacing: Pacing
  let logger: Logger

  /// Makes a fetcher.
  public init(
    cache: Cache, transport: any Transport = CurlTransport(), policy: FetchPolicy = .online,
    tokens: [String: String] = [:], options: FetchOptions = FetchOptions(),
    logger: Logger = Logger(label: "zoo.fetch")
  ) {
    self.init(
      cache: cache, transport: transport, policy: policy, tokens: tokens, options: options,
      pacing: Pacing(), logger: logger)
  }

  package init(
    cache: Cache, transport: any Transport = CurlTransport(), policy: FetchPolicy = .online,
    tokens: [String: String] = [:], options: FetchOptions = FetchOptions(), pacing: Pacing,
    logger: Logger = Logger(label: "zoo.fetch")
  ) {
    self.cache = cache
    self.transport = transport
    self.policy = policy
    self.tokens = tokens
    self.options = options
    self.pacing = pacing
    self.logger = logger
  }

  /// Finds a file in the cache, or downloads it and verifies it.
  ///
  /// A verified file in the cache opens no connection. A file without a SHA-256 in the request is
  /// trusted on first use: what the server states or, failing that, what came is remembered, and a
  /// later change is an error.
  ///
  /// Of many processes that want a file, one downloads it and the others wait. When the task is
  /// cancelled, the process ends or all URLs fail, what has come stays, and the next call goes on
  /// from there.
  /// - Parameter progress: called from other threads, one call after the other.
  /// - Throws: ``FetchError``; `CancellationError`.
  public func fetch(
    _ request: FileRequest, progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> FetchedFile {
    do {
      try request.validate()
      try options.validate()
      let meter = ProgressMeter(request, progress)
      if policy == .offline {
        let (cached, _) = try await offload { try find(request, cancellation: $0) }
        guard let cached else { throw FetchError.offline(request) }
        meter.report(cached.size, of: cached.size, .cached)
        return cached
      }
      let file: FetchedFile
      switch try await takeTurn(request, meter) {
      case .cached(let cached): file = cached
      case .ours(let claim, let expectation):
        file = try await download(request, expectation, claim, meter)
      case .busy: throw FetchError.offline(request)
      }
      meter.report(file.size, of: file.size, file.wasCached ? .cached : .done)
      return file
    } catch var error as FetchError {
      error.model = request.model
      error.file = request.file
      throw error
    }
  }

  /// Whether a file seems to be in the cache; it is not hashed, and nothing is changed.
  package func isCached(_ request: FileRequest) -> Bool {
    guard (try? request.validate()) != nil,
      let digest = try? request.sha256 ?? cache.pin(of: request)?.digest
    else { return false }
    return cache.directories.contains { cache.hasFile(digest, in: $0) }
  }

  private func find(
    _ request: FileRequest, cancellation: Cancellation
  ) throws -> (FetchedFile?, Expectation?) {
    guard let expectation = try expectation(of: request) else { return (nil, nil) }
    let found = try cache.lookup(expectation.digest, cancellation: cancellation)
    if found.path == nil, policy == .offline, let problem = found.problems.first { throw problem }
    for problem in found.problems { logger.warning("\(problem)") }
    guard let path = found.path else { return (nil, expectation) }
    logger.debug("\(request.file) of \(request.model) is cached as \(path)")
    let isWritable = path == cache.path(of: expectation.digest)
    let file = FetchedFile(
      path: path, sha256: expectation.digest, size: found.size,
      checksumSource: expectation.source, wasCached: true,
      link: isWritable ? link(request, to: expectation.digest) : nil)
    return (file, expectation)
  }

  private func expectation(of request: FileRequest) throws -> Expectation? {
    if let digest = request.sha256 { return Expectation(digest: digest, source: .registry) }
    guard let pin = try cache.pin(of: request) else { return nil }
    return Expectation(
      digest: pin.digest, source: pin.source, pinPath: pin.path)
  }

  /// Waits until the file is there or it is this process's turn to download it.
  private func takeTurn(
    _ request: FileRequest, _ meter: ProgressMeter
  ) async throws -> Turn {
    var watch = OwnerWatch(limit: options.ownerTimeout)
    while true {
      let (turn, newWatch) = try await offload { [watch] cancellation in
        var watch = watch
        return (try self.turn(request, &watch, cancellation), watch)
      }
      guard case .busy(let owner) = turn else { return turn }
      watch = newWatch
      meter.report(.waiting(for: owner?.description ?? "another process"))
      try await pacing.sleep(.milliseconds(200))
    }
  }

  private func turn(
    _ request: FileRequest, _ watch: inout OwnerWatch, _ cancellation: Cancellation
  ) throws -> Turn {
    let (cached, expectation) = try find(request, cancellation: cancellation)
    if let cached { return .cached(cached) }
    let directory = cache.partialDirectory(of: request)
    let last = try directory.entries().last
    if let last, case .owned(let owner) = last.state, !watch.isStale(last, now: pacing.now()) {
      return .busy(owner)
    }
    guard let claim = try Claim.make((last?.number ?? 0) + 1, in: directory.path) else {
      return .busy(nil)
    }
    // The file may have come between the look for it and the claim.
    if case (let cached?, _) = try find(request, cancellation: cancellation) {
      claim.remove()
      return .cached(cached)
    }
    return .ours(claim, expectation)
  }

  private func download(
    _ request: FileRequest, _ expectation: Expectation?, _ claim: Claim, _ meter: ProgressMeter
  ) async throws -> FetchedFile {
    var part: Part?
    do {
      let opened = try await offload { _ in
        try cache.partialDirectory(of: request).openPart(for: claim) { content in
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
      let isDiskFault = (error as? FetchError)?.kind == .disk
      guard let part, part.received > 0, part.size != nil, !isDiskFault else {
        claim.remove()
        throw error
      }
      claim.release()
      guard var failure = error as? FetchError else { throw error }
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

  /// The link is for people only: a file system without links is no reason to fail.
  private func link(_ request: FileRequest, to digest: SHA256Digest) -> String? {
    do throws(FetchError) { return try cache.link(request, to: digest) } catch {
      logger.debug("\(error)")
      return nil
    }
  }
}
