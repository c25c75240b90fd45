/// Takes one answer into a partial file: checks it against what is expected while it comes, and
/// keeps the hasher and the progress going.
///
/// The transport's thread uses it first, then, when the transfer has ended, the fetcher.
final class DownloadSink: TransferSink, @unchecked Sendable {
  private let request: FileRequest
  private let url: String
  private let file: OpenFile
  private let hasher: FileHasher
  private let meter: ProgressMeter
  private var expectation: Expectation?
  private var totalBytes: Int?
  private var received = 0

  init(
    _ request: FileRequest, url: String, expectation: Expectation?, into file: OpenFile,
    meter: ProgressMeter
  ) throws(FetchError) {
    self.request = request
    self.url = url
    self.expectation = expectation
    self.file = file
    self.meter = meter
    hasher = try FileHasher(file)
  }

  func begin(_ head: ResponseHead) throws {
    if head.headers["content-type"]?.lowercased().hasPrefix("text/html") == true {
      throw FetchError.webPage(url)
    }
    if let stated = head.linkedDigest {
      if let expectation, expectation.digest != stated {
        throw expectation.mismatch(found: stated, statedByServer: true, url: url)
      }
      expectation = expectation ?? Expectation(digest: stated, source: .serverStated)
    }
    if let size = request.size, let length = head.contentLength, length != size {
      throw FetchError.size(size, found: "\(length) bytes", url)
    }
    totalBytes = request.size ?? head.contentLength
  }

  func receive(_ bytes: RawSpan) throws {
    if let size = request.size, bytes.byteCount > size - received {
      throw FetchError.size(size, found: "more", url)
    }
    try file.append(bytes)
    received += bytes.byteCount
    hasher.advance(to: received)
    meter.report(received, of: totalBytes)
  }

  /// The verified digest of all that came, and who says that it is right.
  func verify() async throws -> (digest: SHA256Digest, source: ChecksumSource, size: Int) {
    if let size = request.size, received != size {
      throw FetchError.size(size, found: "\(received) bytes", url)
    }
    if received == 0, expectation == nil {
      throw FetchError.size(1, found: "nothing", url)
    }
    let found = try await hasher.digest(upTo: received)
    guard let expectation else { return (found, .pinned, received) }
    guard found == expectation.digest else {
      throw expectation.mismatch(found: found, statedByServer: false, url: url)
    }
    return (found, expectation.source, received)
  }

  /// Whether any byte came.
  var hasReceived: Bool { received > 0 }
}

/// Hands on progress that never goes back, also when the next URL begins anew.
///
/// Used by one transfer at a time.
final class ProgressMeter: @unchecked Sendable {
  private let request: FileRequest
  private let handler: (@Sendable (FetchProgress) -> Void)?
  private var highest = 0

  init(_ request: FileRequest, _ handler: (@Sendable (FetchProgress) -> Void)?) {
    self.request = request
    self.handler = handler
  }

  func report(_ received: Int, of total: Int?) {
    guard let handler, received > highest else { return }
    highest = received
    handler(
      FetchProgress(
        model: request.model, file: request.file, bytesReceived: received, totalBytes: total))
  }
}
