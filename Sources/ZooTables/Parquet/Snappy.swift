/// Decompression of Snappy's raw format.
///
/// Source: `format_description.txt` of Google's Snappy.
enum Snappy {
  /// The contents, which must have exactly a given number of bytes.
  static func decompressed(
    _ input: ArraySlice<UInt8>, size: Int
  ) throws(ParquetFault) -> [UInt8] {
    var position = input.startIndex
    guard let length = varint(input, &position), length == size else { throw damaged() }
    var output: [UInt8] = []
    // A copy of three bytes gives at most 64.
    output.reserveCapacity(min(size, input.count * 22))
    while position < input.endIndex {
      let tag = Int(input[position])
      position += 1
      if tag & 3 == 0 {
        var length = tag >> 2
        if length >= 60 {
          guard let wide = littleEndian(input, &position, length - 59) else { throw damaged() }
          length = wide
        }
        length += 1
        guard length <= input.endIndex - position, length <= size - output.count else {
          throw damaged()
        }
        output += input[position..<position + length]
        position += length
      } else {
        let length = tag & 3 == 1 ? tag >> 2 & 7 + 4 : tag >> 2 + 1
        guard let low = littleEndian(input, &position, [1, 2, 4][tag & 3 - 1]) else {
          throw damaged()
        }
        let distance = tag & 3 == 1 ? (tag >> 5) << 8 | low : low
        guard distance > 0, distance <= output.count, length <= size - output.count else {
          throw damaged()
        }
        // Byte by byte, since a copy may go on into what it writes itself.
        let start = output.count - distance
        for index in start..<start + length { output.append(output[index]) }
      }
    }
    guard output.count == size else { throw damaged() }
    return output
  }

  private static func varint(_ input: ArraySlice<UInt8>, _ position: inout Int) -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      guard position < input.endIndex else { return nil }
      let byte = input[position]
      position += 1
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private static func littleEndian(
    _ input: ArraySlice<UInt8>, _ position: inout Int, _ count: Int
  ) -> Int? {
    guard count <= input.endIndex - position else { return nil }
    defer { position += count }
    return input[position..<position + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func damaged() -> ParquetFault {
    .corrupt("a page does not decompress to the size that it states")
  }
}
