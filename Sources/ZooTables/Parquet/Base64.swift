/// Text for bytes, as RFC 4648 has it.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [UInt8?] = {
    var values: [UInt8?] = Array(repeating: nil, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()
  private static let padding = UInt8(ascii: "=")

  static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | Int($1) }
      bits <<= 8 * (3 - group.count)
      for place in 0..<4 {
        result.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : padding)
      }
    }
    return result
  }

  /// The bytes; `nil` if the text is not base64.
  static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var result: [UInt8] = []
    var (bits, count, paddings) = (0, 0, 0)
    for digit in text {
      if digit == padding {
        paddings += 1
        continue
      }
      guard paddings == 0, let value = values[Int(digit)] else { return nil }
      bits = (bits << 6 | Int(value)) & 0xFF_FFFF
      count += 1
      if count % 4 != 1 {
        result.append(UInt8(truncatingIfNeeded: bits >> (2 * (3 - (count - 1) % 4))))
      }
    }
    return paddings <= 2 ? result : nil
  }
}
