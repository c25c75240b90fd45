import ZooCore

/// Text of numbers and strings that goes to a file as it grows.
struct TextBuffer {
  private var bytes: [UInt8] = []
  private let file: TableOutput
  private static let size = 1 << 18

  init(_ file: TableOutput) {
    self.file = file
    bytes.reserveCapacity(TextBuffer.size + 4096)
  }

  mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ integer: Int64) { append(String(integer)) }

  /// The shortest digits that give the same number.
  mutating func append(_ number: Float) {
    var text = number.description
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// Ends a line, after which the text may go to the file.
  mutating func endLine() throws(TableError) {
    append("\n")
    if bytes.count >= TextBuffer.size { try flush() }
  }

  mutating func flush() throws(TableError) {
    try file.append(bytes.span.bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}
