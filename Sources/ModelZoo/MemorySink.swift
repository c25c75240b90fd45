import Synchronization

/// Takes a small download into memory.
final class MemorySink: TransferSink {
  private let url: String
  private let limit: Int
  private let content = Mutex<[UInt8]>([])

  init(url: String, limit: Int) {
    self.url = url
    self.limit = limit
  }

  /// What has come.
  var bytes: [UInt8] { content.withLock { $0 } }

  func begin(_ head: ResponseHead) throws {}

  func receive(_ bytes: RawSpan) throws {
    try content.withLock { content in
      guard content.count + bytes.byteCount <= limit else {
        throw FileError.tooManyBytes(
          file: url, found: content.count + bytes.byteCount, limit: limit)
      }
      bytes.withUnsafeBytes { content.append(contentsOf: $0) }
    }
  }
}
