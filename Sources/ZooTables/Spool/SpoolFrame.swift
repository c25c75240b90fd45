import ZooCheckpoint

/// What stands before the data of a frame: which inputs it is about, and how long its sections are.
///
/// A frame has one section for the faults and one for each column. Every section has its own CRC,
/// so that a column is checked and read without the others.
struct SpoolFrame: Equatable {
  struct Section: Equatable {
    var size: Int
    var crc: UInt32
  }

  var inputs: Range<Int>
  var rowCount: Int
  var faultCount: Int
  var sections: [Section]

  private static let magic: UInt64 = 0x656D_6172_665F_7A00

  static func headerSize(columnCount: Int) -> Int { 8 * (6 + 2 * (1 + columnCount)) }

  /// The size of header and sections.
  var size: Int {
    sections.reduce(SpoolFrame.headerSize(columnCount: sections.count - 1)) { $0 + $1.size }
  }

  /// Where a section lies, from the start of the frame.
  func range(of section: Int) -> Range<Int> {
    let start = sections[..<section].reduce(
      SpoolFrame.headerSize(columnCount: sections.count - 1)
    ) { $0 + $1.size }
    return start..<start + sections[section].size
  }

  init(inputs: Range<Int>, rowCount: Int, faultCount: Int, sections: [Section]) {
    self.inputs = inputs
    self.rowCount = rowCount
    self.faultCount = faultCount
    self.sections = sections
  }

  var header: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: SpoolFrame.magic)
    for number in [inputs.lowerBound, inputs.upperBound, rowCount, faultCount] {
      bytes.append(littleEndian: UInt64(number))
    }
    for section in sections {
      bytes.append(littleEndian: UInt64(section.size))
      bytes.append(littleEndian: UInt64(section.crc))
    }
    bytes.append(littleEndian: UInt64(crc32(of: bytes.span.bytes)))
    return bytes
  }

  /// Reads a header; `nil` for bytes that are none.
  init?(header bytes: [UInt8], columnCount: Int) {
    guard bytes.count == SpoolFrame.headerSize(columnCount: columnCount) else { return nil }
    let words = (0..<bytes.count / 8).map { bytes.integer(at: 8 * $0, UInt64.self) }
    let body = Array(bytes.dropLast(8))
    guard words[0] == SpoolFrame.magic, words.last == UInt64(crc32(of: body.span.bytes)) else {
      return nil
    }
    let numbers = words[1..<5].compactMap { Int(exactly: $0) }
    guard numbers.count == 4, numbers[0] <= numbers[1] else { return nil }
    inputs = numbers[0]..<numbers[1]
    rowCount = numbers[2]
    faultCount = numbers[3]
    sections = []
    var total = bytes.count
    for word in stride(from: 5, to: words.count - 1, by: 2) {
      guard let size = Int(exactly: words[word]), let crc = UInt32(exactly: words[word + 1]) else {
        return nil
      }
      let (sum, overflow) = total.addingReportingOverflow(size)
      if overflow { return nil }
      total = sum
      sections.append(Section(size: size, crc: crc))
    }
  }
}

extension [UInt8] {
  /// The number that begins at a byte; all of it must be there.
  func integer<T: FixedWidthInteger>(at offset: Int, _: T.Type) -> T {
    var number: T = 0
    for byte in 0..<T.bitWidth / 8 {
      number |= T(truncatingIfNeeded: self[offset + byte]) << (8 * byte)
    }
    return number
  }
}
