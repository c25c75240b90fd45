/// Reads small numbers from Parquet's mixture of repeated and bit-packed runs, run by run.
struct RunLengthReader {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int
  private let bitWidth: Int

  private var repeated: (value: Int, left: Int) = (0, 0)
  /// Packed numbers that are left, and the bit at which the next one begins.
  private var packed: (left: Int, bit: Int) = (0, 0)

  /// - Parameters:
  ///   - range: where the runs lie in the bytes.
  ///   - bitWidth: how many bits a number has, 0 to 32.
  init(_ bytes: [UInt8], in range: Range<Int>, bitWidth: Int) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
    self.bitWidth = bitWidth
  }

  /// The next number, and how often it stands here, at most `limit` times.
  ///
  /// - Precondition: `limit` is at least 1.
  mutating func run(upTo limit: Int) throws(ParquetFault) -> (value: Int, count: Int) {
    while true {
      if repeated.left > 0 {
        let count = min(repeated.left, limit)
        repeated.left -= count
        return (repeated.value, count)
      }
      if packed.left > 0 { return (try packedNumber(), 1) }
      try beginRun()
    }
  }

  private mutating func packedNumber() throws(ParquetFault) -> Int {
    packed.left -= 1
    if bitWidth == 0 { return 0 }
    let first = position + packed.bit >> 3
    let last = position + (packed.bit + bitWidth - 1) >> 3
    guard last < end else { throw ended() }
    var bits: UInt64 = 0
    for index in first...last { bits |= UInt64(bytes[index]) << UInt64(8 * (index - first)) }
    let value = bits >> UInt64(packed.bit & 7) & (1 << UInt64(bitWidth) - 1)
    packed.bit += bitWidth
    if packed.left == 0 {
      position = last + 1
    }
    return Int(value)
  }

  private mutating func beginRun() throws(ParquetFault) {
    var header: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < end, shift < 63 else { throw ended() }
      let byte = bytes[position]
      position += 1
      header |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    // Not more numbers than a page can count.
    guard header >> 1 <= UInt64(Int32.max) else { throw ended() }
    let count = Int(header >> 1)
    if header & 1 == 1 {
      packed = (count * 8, 0)
      return
    }
    let width = (bitWidth + 7) / 8
    guard end - position >= width else { throw ended() }
    var value = 0
    for index in 0..<width { value |= Int(bytes[position + index]) << (8 * index) }
    position += width
    repeated = (value, count)
  }

  private func ended() -> ParquetFault { .corrupt("runs of a page end too early") }
}
