import Synchronization
import ZooCore

extension Fetcher {
  /// A small document behind a URL, such as what a hub's interface answers.
  ///
  /// Tokens, endpoint and patience are those of downloads; nothing is kept.
  /// - Throws: ``FetchError``; `CancellationError`.
  package func document(at url: String, atMost limit: Int) async throws -> [UInt8] {
    let request = try request(at: url)
    var failures = 0
    while true {
      let sink = DocumentSink(request.url, limit: limit)
      do {
        try await transport.get(request, into: sink)
        return sink.bytes
      } catch let error as FetchError where error.isTransient {
        failures += 1
        let pause = Backoff.pause(
          after: failures, asked: error.retryAfter, random: pacing.random())
        guard failures < options.attempts, let pause else { throw error }
        logger.debug("\(error)")
        try await pacing.sleep(pause)
      }
    }
  }
}

/// Takes a document into memory.
private final class DocumentSink: TransferSink {
  private let url: String
  private let limit: Int
  private let content = Mutex<[UInt8]>([])

  init(_ url: String, limit: Int) {
    self.url = url
    self.limit = limit
  }

  var bytes: [UInt8] { content.withLock { $0 } }

  func begin(_ head: ResponseHead) throws {
    if head.headers["content-type"]?.lowercased().hasPrefix("text/html") == true {
      throw FetchError.webPage(url)
    }
  }

  func receive(_ bytes: RawSpan) throws {
    try content.withLock { content in
      guard content.count + bytes.byteCount <= limit else {
        throw FetchError.size(limit, found: "more", url)
      }
      bytes.withUnsafeBytes { content.append(contentsOf: $0) }
    }
  }
}
