import ZooTensors

/// Reads little-endian numbers and runs of bytes one after the other, never beyond the end.
struct ByteReader {
  let storage: ByteStorage
  /// What messages call the bytes.
  private let name: String
  private(set) var position: Int

  /// Starts at a byte of the storage; at its end if the byte lies beyond it.
  init(_ storage: ByteStorage, at position: Int = 0, name: String = "the data") {
    self.storage = storage
    self.name = name
    self.position = min(max(position, 0), storage.bytes.count)
  }

  var remaining: Int { storage.bytes.count - position }

  /// Passes over a run of bytes and says where it lies.
  mutating func take(_ count: Int) throws(Fault) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw .corrupt("\(name) ends where \(count) more bytes should be", at: position)
    }
    defer { position += count }
    return position..<position + count
  }

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _: T.Type = T.self
  ) throws(Fault) -> T {
    let start = try take(MemoryLayout<T>.size).lowerBound
    return T(littleEndian: storage.bytes.loadUnaligned(fromByteOffset: start, as: T.self))
  }

  /// Passes over a line and its end, and says where the line lies.
  mutating func line() throws(Fault) -> Range<Int> {
    let start = position
    while position < storage.bytes.count {
      position += 1
      if storage.bytes[position - 1] == UInt8(ascii: "\n") { return start..<position - 1 }
    }
    throw .corrupt("a line of \(name) does not end", at: start)
  }
}

extension ByteStorage {
  /// The text in a range; `nil` if it is not UTF-8.
  func text(in range: Range<Int>) -> String? {
    let source = bytes[range]
    let text = String(decoding: source, as: UTF8.self)
    // Decoding repairs what is not UTF-8, which changes the bytes.
    return text.utf8.elementsEqual(source) ? text : nil
  }

  /// Whether a part of the bytes equals a given run.
  func hasBytes(_ expected: some Collection<UInt8>, at offset: Int = 0) -> Bool {
    guard offset >= 0, offset <= bytes.count else { return false }
    return bytes[offset...].starts(with: expected)
  }
}
