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
  private let logger: Logger

  /// Makes a fetcher.
  public init(
    cache: Cache, transport: any Transport = CurlTransport(), policy: FetchPolicy = .online,
    tokens: [String: String] = [:], logger: Logger = Logger(label: "zoo.fetch")
  ) {
    self.cache = cache
    self.transport = transport
    self.policy = policy
    self.tokens = tokens
    self.logger = logger
  }

  /// Finds a file in the cache, or downloads it and verifies it.
  ///
  /// A verified file in the cache opens no connection. A file without a SHA-256 in the request is
  /// trusted on first use: what the server states or, failing that, what came is remembered, and a
  /// later change is an error. When the task is cancelled, what has come stays in `partial`.
  /// - Parameter progress: called from another thread while bytes come; never for a cached file.
  /// - Throws: ``FetchError``; `CancellationError`.
  public func fetch(
    _ request: FileRequest, progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> FetchedFile {
    do {
      try request.validate()
      let (cached, expectation) = try await offload { try find(request, cancellation: $0) }
      if let cached { return cached }
      if policy == .offline { throw FetchError.offline(request) }
      return try await download(request, expectation, ProgressMeter(request, progress))
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

  private func download(
    _ request: FileRequest, _ expectation: Expectation?, _ meter: ProgressMeter
  ) async throws -> FetchedFile {
    let partial = try await offload { _ in try cache.makePartial(for: request) }
    var failures: [FetchError] = []
    for url in request.urls {
      let sink = try DownloadSink(
        request, url: url, expectation: expectation, into: partial, meter: meter)
      do {
        return try await download(request, from: url, sink, partial)
      } catch let error as FetchError where error.kind == .network {
        logger.debug("\(error)")
        failures.append(error)
        try partial.truncate()
      } catch {
        let isWorthKeeping = error is CancellationError && sink.hasReceived
        if !isWorthKeeping { FileSystem.remove(partial.path) }
        throw error
      }
    }
    FileSystem.remove(partial.path)
    throw FetchError.allFailed(failures)
  }

  private func download(
    _ request: FileRequest, from url: String, _ sink: DownloadSink, _ partial: OpenFile
  ) async throws -> FetchedFile {
    logger.debug("getting \(CurlURL.withoutCredentials(url)) for \(request.model)")
    let token = CurlURL.host(of: url).flatMap { tokens[$0] }
    try await transport.get(TransferRequest(url: url, bearerToken: token), into: sink)
    let (digest, source, size) = try await sink.verify()
    return try await offload { _ in
      let path = try cache.adopt(partial, as: digest)
      if source != .registry {
        let url = CurlURL.withoutCredentials(url)
        try cache.setPin(digest, source, url: url, of: request)
        logger.notice(
          """
          no registry states a checksum of \(request.file): from now on its SHA-256 has to be \
          \(digest), \(source == .pinned ? "that of the file that came" : "which the server states")
          """)
      }
      return FetchedFile(
        path: path, sha256: digest, size: size, checksumSource: source, wasCached: false,
        link: link(request, to: digest))
    }
  }

  /// The link is for people only: a file system without links is no reason to fail.
  private func link(_ request: FileRequest, to digest: SHA256Digest) -> String? {
    do throws(FetchError) { return try cache.link(request, to: digest) } catch {
      logger.debug("\(error)")
      return nil
    }
  }
}
