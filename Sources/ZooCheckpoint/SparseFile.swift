import ZooTensors

/// A file of which some parts are in memory, each at its place; the rest reads as zeros.
struct SparseFile: Sendable {
  let storage: ByteStorage
  private let memory: ZeroMemory
  /// Ascending, with gaps between them.
  private var parts: [Range<Int>] = []

  /// A file of a size, none of which is there yet.
  init(size: Int) throws(Fault) {
    do throws(TensorError) {
      memory = try ZeroMemory(byteCount: size)
    } catch {
      throw Fault(kind: .other, reason: "it cannot be looked into: \(error)")
    }
    storage = memory.storage
  }

  var size: Int { storage.bytes.count }

  /// How many bytes are there.
  var byteCount: Int { parts.reduce(0) { $0 + $1.count } }

  /// Adds a part that lies within the file.
  mutating func add(_ bytes: [UInt8], at offset: Int) {
    precondition(offset >= 0 && bytes.count <= size - offset, "a part beyond the end of the file")
    if bytes.isEmpty { return }
    var part = offset..<offset + bytes.count
    UnsafeMutableRawBufferPointer(rebasing: memory.bytes[part]).copyBytes(from: bytes)
    let isTouched = { (other: Range<Int>) in
      other.lowerBound <= part.upperBound && part.lowerBound <= other.upperBound
    }
    let touched = parts.filter(isTouched)
    parts.removeAll(where: isTouched)
    for other in touched {
      part = min(part.lowerBound, other.lowerBound)..<max(part.upperBound, other.upperBound)
    }
    parts.insert(part, at: parts.firstIndex { $0.lowerBound > part.lowerBound } ?? parts.endIndex)
  }

  /// Whether all bytes of a range are there.
  func has(_ range: Range<Int>) -> Bool { missing(in: range) == nil }

  /// The range without what is there at its beginning and end; `nil` if nothing is missing.
  func missing(in range: Range<Int>) -> Range<Int>? {
    var (start, end) = (range.lowerBound, range.upperBound)
    for part in parts {
      if part.contains(start) { start = part.upperBound }
      if part.contains(end - 1) { end = part.lowerBound }
    }
    return start < end ? start..<end : nil
  }
}
