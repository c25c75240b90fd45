/// The text with every byte percent-encoded that is not kept; where `%` is kept, an escape that
/// stands there stays.
func percentEncoded(_ text: String, keeping kept: ByteSet) -> String {
  if text.utf8.allSatisfy({ kept.contains($0) && $0 != UInt8(ascii: "%") }) { return text }
  let bytes = Array(text.utf8)
  let digits = Array("0123456789ABCDEF".utf8)
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  for (index, byte) in bytes.enumerated() {
    let isStray =
      byte == UInt8(ascii: "%")
      && bytes[index...].dropFirst().prefix(2).count(where: hexadecimalBytes.contains) < 2
    if kept.contains(byte), !isStray {
      result.append(byte)
    } else {
      result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}

func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

/// The digits of hexadecimal numbers in either case.
let hexadecimalBytes = ByteSet("0123456789abcdefABCDEF")
let schemeBytes = ByteSet(
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-.")
let pathBytes = schemeBytes.union("!$&'()*,/:;=@_~")
let urlBytes = pathBytes.union("%?#")
let authorityBytes = schemeBytes.union("!$&'()*,:;=@_~%[]")

/// A set of bytes that is quick to look in.
struct ByteSet: Sendable {
  private var members = [Bool](repeating: false, count: 256)

  init(_ text: String) {
    for byte in text.utf8 { members[Int(byte)] = true }
  }

  func union(_ text: String) -> ByteSet {
    var result = self
    for byte in text.utf8 { result.members[Int(byte)] = true }
    return result
  }

  func contains(_ byte: UInt8) -> Bool { members[Int(byte)] }
}
