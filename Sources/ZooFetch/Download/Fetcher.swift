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
  /// What looks into files without a checksum before they are taken; `nil` takes any.
  package var contentCheck: ContentCheck?
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
  /// later change is an error. Where it came from a local file, that is looked at each time, and if
  /// it has changed the new one is used, with a notice in the log; also offline.
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
        let file = try await fetchOffline(request, meter)
        meter.report(file.size, of: file.size, file.wasCached ? .cached : .done)
        return file
      }
      let file = try await fetchOnline(request, meter)
      meter.report(file.size, of: file.size, file.wasCached ? .cached : .done)
      return file
    } catch let error as FetchError {
      throw error.naming(request.name)
    }
  }

  /// What the cache has, or a local file that has changed since it was cached.
  private func fetchOffline(
    _ request: FileRequest, _ meter: ProgressMeter
  ) async throws -> FetchedFile {
    if let cached = try await offload({ try find(request, cancellation: $0) }) { return cached }
    let changed = try await offload { try cache.changedSource(of: request, cancellation: $0) }
    guard let changed else {
      try cache.checkReachable()
      throw FetchError.offline(request)
    }
    var local = request
    local.urls = [changed]
    return try await fetchOnline(local, meter)
  }

  /// Whether a file seems to be in the cache, and the local file that it came from unchanged; it is
  /// not hashed, and nothing is changed.
  package func isCached(_ request: FileRequest) -> Bool {
    hasCopy(request) && !hasChangedSource(request)
  }

  /// Whether the cache seems to have a file, be it up to date or not.
  package func hasCopy(_ request: FileRequest) -> Bool {
    guard (try? request.validate()) != nil,
      let digest = try? request.sha256 ?? cache.pin(of: request)?.digest
    else { return false }
    return cache.directories.contains { cache.hasFile(digest, in: $0) }
  }

  /// Whether the local file that a cached one came from has other content now.
  package func hasChangedSource(_ request: FileRequest) -> Bool {
    guard (try? request.validate()) != nil else { return false }
    return (try? cache.changedSource(of: request, cancellation: Cancellation())) != nil
  }

  /// The file, if a cache has it and it is verified.
  func find(
    _ request: FileRequest, cancellation: Cancellation
  ) throws -> FetchedFile? {
    guard let expectation = try expectation(of: request, cancellation: cancellation) else {
      return nil
    }
    let found = try cache.lookup(expectation.digest, cancellation: cancellation)
    if found.path == nil, policy == .offline, let problem = found.problems.first { throw problem }
    for problem in found.problems { logger.warning("\(problem.naming(request.name))") }
    guard let path = found.path else { return nil }
    logger.debug("\(request.file) of \(request.model) is cached as \(path)")
    let isWritable = path == cache.path(of: expectation.digest)
    return FetchedFile(
      path: path, sha256: expectation.digest, size: found.size,
      checksumSource: expectation.source, wasCached: true,
      link: isWritable ? link(request, to: expectation.digest) : nil)
  }

  /// What the file must be, as the registry or a pin says it; a pin does not count any more where
  /// the local file that it is of has changed.
  func expectation(
    of request: FileRequest, cancellation: Cancellation
  ) throws -> Expectation? {
    if let digest = request.sha256 { return Expectation(digest: digest, source: .registry) }
    guard let pin = try cache.pin(of: request) else { return nil }
    switch try cache.sourceState(of: request, pin, cancellation: cancellation) {
    case .changed: return nil
    case .same(let identity?):
      // It only saves hashing the next time.
      try? cache.setPin(
        pin.digest, pin.source, url: pin.url, origin: identity, commit: pin.commit, of: request)
    case .same, .absent: break
    }
    return Expectation(
      digest: pin.digest, source: pin.source, pinPath: pin.path)
  }

  /// The link is for people only: a file system without links is no reason to fail.
  func link(_ request: FileRequest, to digest: SHA256Digest) -> String? {
    do throws(FetchError) { return try cache.link(request, to: digest) } catch {
      logger.debug("\(error)")
      return nil
    }
  }
}
