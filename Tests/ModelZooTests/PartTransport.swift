import ModelZoo
import Synchronization

/// Serves files at `https://models.example/` by name, whole or in parts, and counts their bytes.
final class PartTransport: Transport {
  static let root = "https://models.example/"

  private struct State {
    var urls: [String] = []
    var bytesSent = 0
  }

  private let files: [String: [UInt8]]
  private let sendsParts: Bool
  private let state = Mutex(State())

  init(_ files: [String: [UInt8]], sendsParts: Bool = true) {
    self.files = files
    self.sendsParts = sendsParts
  }

  /// The URLs that were asked for.
  var urls: [String] { state.withLock { $0.urls } }
  /// How many bytes of files were handed over.
  var bytesSent: Int { state.withLock { $0.bytesSent } }

  func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
    state.withLock { $0.urls.append(request.url) }
    guard request.url.hasPrefix(Self.root),
      let bytes = files[String(request.url.dropFirst(Self.root.count))]
    else {
      throw FetchError(
        kind: .network, reason: "\(request.url) is not there", advice: "ask for another file",
        url: request.url, status: 404)
    }
    var content = bytes[...]
    var head = ResponseHead(status: 200, headers: [:], contentLength: bytes.count)
    if sendsParts, let range = request.range {
      content = bytes[range.clamped(to: bytes.indices)]
      head.status = 206
      head.contentLength = content.count
      head.contentRange = ContentRange(range: content.indices, totalSize: bytes.count)
    }
    try sink.begin(head)
    for start in stride(from: content.startIndex, to: content.endIndex, by: 100_000) {
      let piece = Array(content[start..<min(start + 100_000, content.endIndex)])
      state.withLock { $0.bytesSent += piece.count }
      try sink.receive(piece.span.bytes)
    }
  }
}
