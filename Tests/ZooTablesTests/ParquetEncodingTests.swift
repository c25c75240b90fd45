import Testing
import ZooCore

@testable import ZooTables

/// The small codes inside Parquet files.
struct ParquetEncodingTests {
  private func numbers(_ bytes: [UInt8], bitWidth: Int, count: Int) throws -> [Int] {
    var reader = RunLengthReader(bytes, in: bytes.indices, bitWidth: bitWidth)
    var result: [Int] = []
    while result.count < count {
      let run = try reader.run(upTo: count - result.count)
      result += Array(repeating: run.value, count: run.count)
    }
    return result
  }

  @Test(arguments: 1...8)
  func runs(bitWidth: Int) throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      var writer = RunLengthWriter(bitWidth: bitWidth)
      var expected: [Int] = []
      for _ in 0..<Int.random(in: 0...40, using: &generator) {
        let value = UInt8.random(in: 0...UInt8(1 << bitWidth - 1), using: &generator)
        let count = Int.random(in: 1...30, using: &generator)
        writer.append(value, count: count)
        expected += Array(repeating: Int(value), count: count)
      }
      #expect(
        try numbers(writer.finish(), bitWidth: bitWidth, count: expected.count) == expected)
    }
  }

  /// The example of Encodings.md, and repeated and wide numbers written by hand.
  @Test func knownRuns() throws {
    #expect(try numbers([3, 0x88, 0xC6, 0xFA], bitWidth: 3, count: 8) == Array(0...7))
    #expect(try numbers([10, 7], bitWidth: 3, count: 5) == [7, 7, 7, 7, 7])
    #expect(try numbers([4, 1, 2, 3, 4], bitWidth: 32, count: 2) == [0x0403_0201, 0x0403_0201])
    #expect(try numbers([20], bitWidth: 0, count: 10) == Array(repeating: 0, count: 10))
    let wide = [UInt8](repeating: 0xFF, count: 29)
    #expect(
      try numbers([3] + wide, bitWidth: 29, count: 8) == Array(repeating: 1 << 29 - 1, count: 8))
    var writer = RunLengthWriter(bitWidth: 1)
    writer.append(1, count: 1000)
    #expect(writer.finish() == [0xD0, 0x0F, 1])
  }

  @Test func runsThatEnd() {
    let bytes: [[UInt8]] = [
      [], [3], [3, 1], [10], [0x80], [0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    ]
    for bytes in bytes + [Array(repeating: 0xFF, count: 20)] {
      #expect(throws: ParquetFault.self) { try numbers(bytes, bitWidth: 3, count: 8) }
    }
  }

  /// Against levels worked out element by element.
  @Test(arguments: [
    [1], [5], [768], [2, 3], [3, 1], [1, 1, 1], [2, 3, 4], [4, 1, 9], [2, 2, 2, 3],
  ])
  func vectorLevels(shape: [Int]) throws {
    var expected: [Int] = []
    let count = shape.reduce(1, *)
    for index in 0..<count {
      // The level is the number of outer indices that stay as they were.
      var level = shape.count
      var size = 1
      for extent in shape.reversed() {
        size *= extent
        guard index % size == 0 else { break }
        level -= 1
      }
      expected.append(index == 0 ? 0 : max(level, 0))
    }
    var levels = VectorLevels(shape: shape)
    for rows in [1, 3, 20] {
      let bytes = levels.bytes(rows: rows)
      let length = Int(bytes[0]) | Int(bytes[1]) << 8
      let repetition = try numbers(
        Array(bytes[4..<4 + length]),
        bitWidth: RunLengthWriter.bitWidth(upTo: levels.maximumRepetition), count: rows * count)
      #expect(repetition == Array(repeating: expected, count: rows).flatMap(\.self))
      let definition = try numbers(
        Array(bytes[(8 + length)...]),
        bitWidth: RunLengthWriter.bitWidth(upTo: levels.maximumDefinition), count: rows * count)
      #expect(definition.allSatisfy { $0 == 1 + 2 * shape.count })
    }
  }

  @Test func snappy() throws {
    // A literal, a copy that runs into itself, and copies of the three forms.
    let bytes: [UInt8] =
      [17, 2 << 2] + Array("abc".utf8) + [0x01, 3]
      + [3 << 2 | 2, 5, 0] + [5 << 2 | 3, 7, 0, 0, 0]
    let copy = try Snappy.decompressed(bytes[...], size: 17)
    #expect(copy.count == 17)
    #expect(String(decoding: copy, as: UTF8.self) == "abcabcacabcbcacab")
    for end in 0..<bytes.count {
      #expect(throws: ParquetFault.self) { try Snappy.decompressed(bytes[..<end], size: 17) }
    }
    #expect(throws: ParquetFault.self) { try Snappy.decompressed(bytes[...], size: 16) }
    #expect(throws: ParquetFault.self) { try Snappy.decompressed([4, 0x01, 1], size: 4) }
    #expect(throws: ParquetFault.self) { try Snappy.decompressed([4, 0x01, 0], size: 4) }
  }

  @Test func gzip() throws {
    let bytes = Array(repeating: UInt8(7), count: 10_000)
    let packed = try #require(Gzip.compressed(bytes, level: 6))
    #expect(packed.count < 100)
    #expect(try Gzip.decompressed(packed[...], size: 10_000) == bytes)
    for size in [0, 9_999, 10_001, 1 << 28] {
      #expect(throws: ParquetFault.self) { try Gzip.decompressed(packed[...], size: size) }
    }
    #expect(throws: ParquetFault.self) { try Gzip.decompressed(packed.dropLast(), size: 10_000) }
    #expect(throws: ParquetFault.self) { try Gzip.decompressed((packed + [0])[...], size: 10_000) }
    #expect(try Gzip.decompressed(#require(Gzip.compressed([], level: 1))[...], size: 0) == [])
  }

  /// The examples of RFC 4648.
  @Test func base64() {
    let texts = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
    for (count, text) in texts.enumerated() {
      let bytes = Array("foobar".utf8.prefix(count))
      #expect(String(decoding: Base64.encoded(bytes), as: UTF8.self) == text)
      #expect(Base64.decoded(text.utf8) == bytes)
    }
    #expect(
      Base64.decoded(Array(repeating: UInt8(ascii: "/"), count: 8)) == [
        255, 255, 255, 255, 255, 255,
      ])
    for text in ["Z", "Zg=", "Z===", "====", "Zg=g", "Zm9\n"] {
      #expect(Base64.decoded(text.utf8) == nil, "\(text)")
    }
  }

  @Test func arrowSchemas() {
    let text = ArrowSchema.encoded(ParquetFixture.schema)
    #expect(ArrowSchema.listExtents(text, columns: 5) == [nil, nil, nil, [5], [2, 3, 4]])
    #expect(ArrowSchema.listExtents(text, columns: 4) == nil)
    for end in 0..<text.count { _ = ArrowSchema.listExtents(text[..<end], columns: 5) }
    guard let bytes = Base64.decoded(text) else { return }
    for index in bytes.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var changed = bytes
        changed[index] = value
        _ = ArrowSchema.listExtents(Base64.encoded(changed), columns: 5)
      }
    }
  }
}
