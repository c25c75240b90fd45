/// Takes one answer of a source into a part.
///
/// The pieces that come are small, so they are gathered before they are written.
///
/// The transport's thread uses it first, then, when the transfer has ended, its connection.
final class RangeSink: TransferSink, @unchecked Sendable {
  private let transfer: SourceTransfer
  private let wanted: Range<Int>?
  private var offset = 0
  private var end: Int?
  private var buffer: [UInt8] = []
  private var lastFlush = ContinuousClock.now
  /// When the answer began.
  private(set) var start: ContinuousClock.Instant?

  private static let bufferSize = 1 << 18
  /// How long bytes wait to be gathered.
  private static let longestDelay = Duration.milliseconds(250)

  /// - Parameter wanted: what was asked for; `nil` for everything.
  init(_ transfer: SourceTransfer, _ wanted: Range<Int>?) {
    self.transfer = transfer
    self.wanted = wanted
  }

  func begin(_ head: ResponseHead) throws {
    let body = try transfer.accept(head, for: wanted)
    offset = body.start
    end = body.end
    start = .now
    lastFlush = .now
    buffer.reserveCapacity(RangeSink.bufferSize)
  }

  func receive(_ bytes: RawSpan) throws {
    if let end, bytes.byteCount > end - offset - buffer.count {
      throw transfer.tooLong(end: end)
    }
    bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    if buffer.count >= RangeSink.bufferSize
      || ContinuousClock.now - lastFlush > RangeSink.longestDelay
    {
      try flush()
    }
  }

  /// Writes what was gathered.
  func flush() throws(FetchError) {
    lastFlush = .now
    if buffer.isEmpty { return }
    try transfer.write(buffer, at: offset)
    offset += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Checks that everything came that the answer promised; how many bytes these were.
  func finish() throws -> Int {
    try flush()
    guard let end else {
      transfer.end(at: offset)
      return offset
    }
    guard offset == end else { throw transfer.tooShort(offset, end: end) }
    return end - (wanted?.lowerBound ?? 0)
  }
}
