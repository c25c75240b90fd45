/// The decimal digits of a two's complement number of any length.
func decimal(littleEndian bytes: [UInt8]) -> String {
  let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
  var magnitude = bytes
  if isNegative {
    var carry = 1
    for index in magnitude.indices {
      let sum = Int(~magnitude[index]) + carry
      magnitude[index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
  }
  // Nine digits each, the least significant first.
  let base: UInt64 = 1_000_000_000
  var groups: [UInt64] = [0]
  var end = magnitude.count
  while end > 0 {
    let start = max(0, end - 4)
    var carry = magnitude[start..<end].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let shift = UInt64(8 * (end - start))
    for index in groups.indices {
      let value = groups[index] << shift + carry
      groups[index] = value % base
      carry = value / base
    }
    while carry > 0 {
      groups.append(carry % base)
      carry /= base
    }
    end = start
  }
  let text = groups.reversed().enumerated().map { position, group in
    let digits = String(group)
    return position == 0 ? digits : String(repeating: "0", count: 9 - digits.count) + digits
  }
  return (isNegative ? "-" : "") + text.joined()
}
