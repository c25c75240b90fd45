/// Writes small numbers in Parquet's mixture of repeated and bit-packed runs.
///
/// The numbers come as runs, and the cost is by run. As other writers do, a run of eight or more
/// that begins at a multiple of eight numbers is written as a repetition, all else in groups of
/// eight, bit by bit.
/// Source: "RLE/Bit-Packing Hybrid" in `Encodings.md` of the Apache Parquet format.
struct RunLengthWriter {
  private let bitWidth: Int
  private var bytes: [UInt8] = []
  /// The numbers, fewer than eight, of a group that is not yet full.
  private var group: [UInt8] = []
  /// Full groups, packed, that have no header yet.
  private var packed: [UInt8] = []
  private var repeated: (value: UInt8, count: Int) = (0, 0)

  /// - Parameter bitWidth: how many bits a number has, 1 to 8.
  init(bitWidth: Int) {
    self.bitWidth = bitWidth
  }

  /// How many bits numbers up to a greatest one need.
  static func bitWidth(upTo value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

  mutating func append(_ value: UInt8, count: Int) {
    var rest = count
    if repeated.count > 0 {
      if repeated.value == value {
        repeated.count += rest
        return
      }
      flushRepeated()
    }
    while rest > 0 {
      if group.isEmpty, rest >= 8 {
        repeated = (value, rest)
        return
      }
      let taken = min(8 - group.count, rest)
      group.append(contentsOf: repeatElement(value, count: taken))
      rest -= taken
      if group.count == 8 { flushGroup() }
    }
  }

  /// All that was written; the last group is filled up with zeros.
  consuming func finish() -> [UInt8] {
    flushRepeated()
    if !group.isEmpty {
      group.append(contentsOf: repeatElement(0, count: 8 - group.count))
      flushGroup()
    }
    flushPacked()
    return bytes
  }

  private mutating func flushRepeated() {
    if repeated.count == 0 { return }
    flushPacked()
    bytes.append(varint: UInt64(repeated.count) << 1)
    bytes.append(repeated.value)
    repeated.count = 0
  }

  private mutating func flushGroup() {
    var bits: UInt64 = 0
    for (index, value) in group.enumerated() { bits |= UInt64(value) << UInt64(index * bitWidth) }
    for byte in 0..<bitWidth { packed.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))) }
    group.removeAll(keepingCapacity: true)
    // The header of 63 groups is one byte.
    if packed.count == 63 * bitWidth { flushPacked() }
  }

  private mutating func flushPacked() {
    if packed.isEmpty { return }
    bytes.append(varint: UInt64(packed.count / bitWidth) << 1 | 1)
    bytes += packed
    packed.removeAll(keepingCapacity: true)
  }
}
