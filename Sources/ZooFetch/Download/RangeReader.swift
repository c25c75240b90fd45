import Synchronization
import ZooCore

/// Reads parts of the file behind a URL, and never all of a large one.
///
/// Each part is one request. The file must stay the same between them.
package actor RangeReader {
  /// How many requests were made.
  package private(set) var requests = 0
  /// How many bytes of the file came.
  package private(set) var bytesRead = 0

  private enum Origin {
    case local(OpenFile)
    case remote(any Transport, TransferRequest)
  }

  /// The URL as messages may show it.
  package nonisolated let name: String

  private let url: String
  private let origin: Origin
  private var version: FileVersion?

  fileprivate init(_ request: TransferRequest, _ transport: any Transport) throws(FetchError) {
    url = request.url
    name = CurlURL.withoutCredentials(url)
    if let path = CurlURL.localPath(of: url) {
      // Opening a pipe would wait for its other end.
      guard case .file = try FileSystem.entry(at: path) else { throw .notAFile(url) }
      origin = .local(try OpenFile(reading: path))
    } else {
      origin = .remote(transport, request)
    }
  }

  /// The bytes in a range that is not empty, of which those beyond the end are left out.
  ///
  /// - Returns: The bytes, and the size of the whole file.
  /// - Throws: ``FetchError``, of kind `.unsupported` if the server sends no parts of this file;
  ///   `CancellationError`.
  package func read(_ range: Range<Int>) async throws -> (bytes: [UInt8], fileSize: Int) {
    requests += 1
    let (bytes, version) =
      switch origin {
      case .local(let file): try await offload { _ in try file.read(range) }
      case .remote(let transport, let request):
        try await RangeReader.get(range, request, transport)
      }
    bytesRead += bytes.count
    let expected = max(0, min(range.upperBound, version.size) - range.lowerBound)
    guard bytes.count == expected else {
      throw FetchError.partSize(expected, found: "\(bytes.count)", url)
    }
    if let known = self.version, known != version { throw FetchError.changed(url) }
    self.version = version
    return (bytes, version.size)
  }

  private static func get(
    _ range: Range<Int>, _ request: TransferRequest, _ transport: any Transport
  ) async throws -> ([UInt8], FileVersion) {
    var request = request
    request.range = range
    let sink = MemoryPart(range, of: request.url)
    try await transport.get(request, into: sink)
    return try sink.result()
  }
}

extension Fetcher {
  /// A reader of parts of the file behind a URL; offline it is an error, also for a `file` URL.
  package func rangeReader(for url: String) throws(FetchError) -> RangeReader {
    try RangeReader(try request(at: url), transport)
  }

  /// What asks for a URL as downloads do.
  func request(at url: String) throws(FetchError) -> TransferRequest {
    if policy == .offline { throw .offline(url: url) }
    let source = Source(url, tokens: tokens, endpoint: options.huggingFaceEndpoint)
    var request = TransferRequest(url: source.url, bearerToken: source.token)
    request.stallTimeout = options.stallTimeout
    request.allowsInsecureHTTP = options.allowsInsecureHTTP
    return request
  }
}

/// What must be the same for parts to be those of one file.
private struct FileVersion: Equatable {
  var size: Int
  /// The server's tag, or the time of a local file.
  var tag: String?
}

/// Takes one part into memory.
private final class MemoryPart: TransferSink {
  private struct State {
    var bytes: [UInt8] = []
    var expected = 0
    var version: FileVersion?
  }

  private let range: Range<Int>
  private let url: String
  private let state = Mutex(State())

  init(_ range: Range<Int>, of url: String) {
    self.range = range
    self.url = url
  }

  func begin(_ head: ResponseHead) throws {
    if head.headers["content-type"]?.lowercased().hasPrefix("text/html") == true {
      throw FetchError.webPage(url)
    }
    let (size, expected): (Int, Int)
    if let part = head.contentRange, let total = part.totalSize,
      part.range.lowerBound == range.lowerBound, part.range.upperBound <= range.upperBound
    {
      (size, expected) = (total, part.range.count)
    } else if let length = head.contentLength, head.contentRange == nil, range.lowerBound == 0,
      length <= range.upperBound
    {
      // The whole of a file that is no longer than the part.
      (size, expected) = (length, length)
    } else {
      throw FetchError.noRanges(url)
    }
    state.withLock { state in
      state.expected = expected
      state.version = FileVersion(size: size, tag: head.headers["etag"])
    }
  }

  func receive(_ bytes: RawSpan) throws {
    try state.withLock { state in
      guard bytes.byteCount <= state.expected - state.bytes.count else {
        throw FetchError.partSize(state.expected, found: "more", url)
      }
      bytes.withUnsafeBytes { state.bytes.append(contentsOf: $0) }
    }
  }

  func result() throws(FetchError) -> ([UInt8], FileVersion) {
    let state = state.withLock { $0 }
    guard let version = state.version, state.bytes.count == state.expected else {
      throw .partSize(state.expected, found: "\(state.bytes.count)", url)
    }
    return (state.bytes, version)
  }
}

extension OpenFile {
  fileprivate func read(_ range: Range<Int>) throws -> ([UInt8], FileVersion) {
    let identity = try identity()
    let count = max(0, min(range.upperBound, identity.size) - range.lowerBound)
    var bytes = [UInt8](repeating: 0, count: count)
    guard try read(into: &bytes, at: range.lowerBound) == count else {
      throw FetchError.changed(path)
    }
    return (bytes, FileVersion(size: identity.size, tag: "\(identity.modifiedNanoseconds)"))
  }
}

extension FetchError {
  /// A server that sends files as a whole only, or does not say how large they are.
  fileprivate static func noRanges(_ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .unsupported, reason: "the server of \(url) does not send parts of the file",
      advice: "download it to look into it", url: url)
  }

  fileprivate static func partSize(_ expected: Int, found: String, _ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .network, reason: "a part of \(url) came with another length than the server stated",
      advice: "try again", url: url, expected: "\(expected) bytes", found: found)
  }

  fileprivate static func changed(_ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .network, reason: "\(url) changed while parts of it were read", advice: "try again",
      url: url)
  }

  fileprivate static func notAFile(_ url: String) -> FetchError {
    FetchError(
      kind: .network, reason: "cannot get \(url): there is no such file",
      advice: "check that the file is there and may be read", url: url)
  }

  fileprivate static func offline(url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .offline, reason: "\(url) cannot be read: the network may not be used",
      advice: "allow the network here, or name a file in the cache", url: url)
  }
}
