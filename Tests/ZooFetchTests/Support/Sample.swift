import Foundation
import Testing
import ZooCore

@testable import ZooFetch

/// Bytes that look like weights, the same for the same seed; they repeat after a prime number.
func sampleBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed
  let period = (0..<min(count, 65_521)).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
  var bytes: [UInt8] = []
  while bytes.count < count { bytes += period.prefix(count - bytes.count) }
  return bytes
}

func sha256(_ bytes: [UInt8]) throws -> SHA256Digest {
  let hasher = try SHA256Hasher()
  hasher.update(bytes.span.bytes)
  return hasher.finish()
}

/// Fails the test when it is used.
struct NoTransport: Transport {
  func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
    Issue.record("a connection was opened to \(request.url)")
    throw CancellationError()
  }
}

/// The progress that a handler was told.
final class ProgressLog: @unchecked Sendable {
  private let lock = NSLock()
  private var entries: [FetchProgress] = []

  func append(_ entry: FetchProgress) { lock.withLock { entries.append(entry) } }
  var first: FetchProgress? { lock.withLock { entries.first } }
  var last: FetchProgress? { lock.withLock { entries.last } }

  /// The phases without repetitions.
  var phases: [FetchProgress.Phase] {
    lock.withLock {
      entries.map(\.phase).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
  }

  /// Whether bytes came, and none were taken back.
  var isIncreasing: Bool {
    lock.withLock {
      let counts = entries.map(\.bytesReceived)
      return Set(counts).count > 1 && zip(counts, counts.dropFirst()).allSatisfy { $0 <= $1 }
    }
  }
}

/// A server with one file, a request for it, and an empty cache.
struct Scene: CustomTestStringConvertible {
  let server: NginxServer
  let directory: TemporaryDirectory
  let cache: Cache
  let bytes: [UInt8]
  var request: FileRequest

  init(size: Int = 100_000, server: NginxServer? = nil) throws {
    let server = try server ?? NginxServer()
    self.server = server
    directory = try TemporaryDirectory()
    cache = try Cache(root: directory.path + "/cache")
    bytes = sampleBytes(size)
    try server.files.write(bytes, to: "weights.bin")
    request = FileRequest(
      model: "tiny", file: "tiny.pt", urls: [server.url("weights.bin")], sha256: try sha256(bytes),
      size: size)
  }

  var fetcher: Fetcher { Fetcher(cache: cache, pacing: .immediate) }

  /// A fetcher with segments so small that the file has many.
  func fetcher(
    _ pacing: Pacing = .immediate, tokens: [String: String] = [:],
    _ adjust: (inout FetchOptions) -> Void = { _ in }
  ) -> Fetcher {
    var options = FetchOptions()
    options.segmentSize = 8192
    adjust(&options)
    return Fetcher(cache: cache, tokens: tokens, options: options, pacing: pacing)
  }

  var testDescription: String { request.urls.joined(separator: ", ") }

  /// Whether nothing is in the cache that anyone could take for the file.
  var isEmpty: Bool { files(below: cache.root).isEmpty }

  /// The error with which a fetch of the request ends.
  func failure(_ fetcher: Fetcher? = nil) async throws -> FetchError {
    let fetcher = fetcher ?? self.fetcher
    return try #require(
      await #expect(throws: FetchError.self) { try await fetcher.fetch(request) })
  }
}

extension Pacing {
  /// No pause takes time.
  static let immediate = Pacing(sleep: { _ in
    try Task.checkCancellation()
    try await Task.sleep(for: .milliseconds(1))
  })
}
