/// A SHA-256 digest, the identity of a file in the cache.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// The digest as 64 lower-case hexadecimal digits.
  public let hex: String

  /// Takes 64 hexadecimal digits in either case; `nil` for anything else.
  public init?(hex: String) {
    guard hex.utf8.count == 64, hex.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
    else { return nil }
    self.hex = hex.lowercased()
  }

  /// Writes out the bytes that a hash function returned.
  init(bytes: some Sequence<UInt8>) {
    hex = bytes.reduce(into: "") { text, byte in
      text += byte < 16 ? "0" : ""
      text += String(byte, radix: 16)
    }
  }

  /// The 64 digits.
  public var description: String { hex }
}
