/// A SHA-256 digest, the identity of a file.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// The digest as 64 lower-case hexadecimal digits.
  public let hex: String

  /// Takes 64 hexadecimal digits in either case; `nil` for anything else.
  public init?(hex: String) {
    func isDigit(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
      default: false
      }
    }
    guard hex.utf8.count == 64 else { return nil }
    let digits = hex.utf8.allSatisfy(isDigit) ? hex : hex.lowercased()
    guard digits.utf8.allSatisfy(isDigit) else { return nil }
    self.hex = digits
  }

  /// Writes out the bytes that a hash function returned.
  package init(bytes: some Sequence<UInt8>) {
    hex = bytes.reduce(into: "") { text, byte in
      text += byte < 16 ? "0" : ""
      text += String(byte, radix: 16)
    }
  }

  /// The 64 digits.
  public var description: String { hex }
}
