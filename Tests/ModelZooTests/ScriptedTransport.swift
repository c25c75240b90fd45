import Foundation
import ModelZoo
import Synchronization

/// Serves a directory as `https://models.example/`, without a network, and counts requests.
final class DirectoryTransport: Transport {
  static let root = "https://models.example/"
  private let directory: String
  private let asked = Mutex<[TransferRequest]>([])

  init(_ directory: String) { self.directory = directory }

  /// What was asked for.
  var requests: [TransferRequest] { asked.withLock { $0 } }

  func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
    asked.withLock { $0.append(request) }
    guard request.url.hasPrefix(Self.root),
      let content = FileManager.default.contents(
        atPath: directory + "/" + request.url.dropFirst(Self.root.count))
    else {
      throw FetchError(
        kind: .network, reason: "\(request.url) is not there", advice: "ask for another file",
        url: request.url, status: 404)
    }
    let bytes = [UInt8](content)
    try sink.begin(ResponseHead(status: 200, headers: [:], contentLength: bytes.count))
    for start in stride(from: 0, to: bytes.count, by: 100_000) {
      let piece = Array(bytes[start..<min(start + 100_000, bytes.count)])
      try sink.receive(piece.span.bytes)
    }
  }
}

/// A server that sends a few bytes and then nothing, for as long as it is let.
struct StalledTransport: Transport {
  /// Gets an element when the server has fallen silent.
  let stalled: AsyncStream<Void>
  private let hasStalled: AsyncStream<Void>.Continuation

  init() { (stalled, hasStalled) = AsyncStream.makeStream() }

  func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
    try sink.begin(ResponseHead(status: 200, headers: [:], contentLength: nil))
    let piece: [UInt8] = [1, 2, 3]
    try sink.receive(piece.span.bytes)
    hasStalled.yield()
    try await Task.sleep(for: .seconds(1_000_000))
  }
}
