/// The header of an entry of a tar archive: 512 bytes in the `ustar` format (POSIX.1-1988).
struct TarHeader: Equatable {
  static let blockSize = 512
  /// The largest size that eleven octal digits can state; pax headers state larger ones.
  static let largestSize = 1 << 33 - 1

  enum Kind: UInt8 {
    case file = 0x30
    case directory = 0x35
    /// Facts about the next entry: a pax header (POSIX.1-2001).
    case extended = 0x78
    /// Facts about all entries.
    case global = 0x67
  }

  var name: String
  var size: Int
  var kind: Kind

  init(name: String, size: Int, kind: Kind = .file) {
    self.name = name
    self.size = size
    self.kind = kind
  }

  /// The header as it stands in an archive; always the same for the same name and size.
  var bytes: [UInt8] {
    var block: [UInt8] = []
    func append(_ text: String, _ width: Int) {
      block += Array(text.utf8.prefix(width))
      block += [UInt8](repeating: 0, count: width - min(width, text.utf8.count))
    }
    append(name, 100)
    append("0000644", 8)
    append(octal(0, digits: 7), 8)
    append(octal(0, digits: 7), 8)
    append(octal(size > Self.largestSize ? 0 : size, digits: 11), 12)
    append(octal(0, digits: 11), 12)
    append("        ", 8)
    block.append(kind.rawValue)
    append("", 100)
    append("ustar", 6)
    append("00", 2)
    append("", 32)
    append("", 32)
    append(octal(0, digits: 7), 8)
    append(octal(0, digits: 7), 8)
    append("", Self.blockSize - block.count)
    block.replaceSubrange(148..<156, with: Array("\(octal(Self.sum(block), digits: 6))\0 ".utf8))
    return block
  }

  /// Reads a header; the error says what is wrong with it.
  init(_ block: ArraySlice<UInt8>) throws(TarFault) {
    func field(_ offset: Int, _ width: Int) -> ArraySlice<UInt8> {
      block.dropFirst(offset).prefix(width)
    }
    guard field(257, 5).elementsEqual("ustar".utf8) else {
      throw TarFault("a header without the mark of the ustar format")
    }
    guard let checksum = Self.number(field(148, 8)), checksum == Self.sum(Array(block)) else {
      throw TarFault("a header with a wrong checksum")
    }
    guard let size = Self.number(field(124, 12)) else { throw TarFault("a size in another form") }
    // Old archives have a NUL for a file.
    let type = field(156, 1).first.map { $0 == 0 ? Kind.file.rawValue : $0 }
    let name = Self.text(field(0, 100))
    let prefix = Self.text(field(345, 155))
    guard let kind = type.flatMap(Kind.init(rawValue:)) else {
      throw TarFault("'\(name)', which is neither a file nor a directory")
    }
    self.init(name: prefix.isEmpty ? name : "\(prefix)/\(name)", size: size, kind: kind)
  }

  /// A number in octal digits, with spaces or NULs around them.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    if digits.isEmpty || digits.count > 12 { return nil }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The sum of a header's bytes, the checksum taken as spaces.
  private static func sum(_ block: [UInt8]) -> Int {
    block.enumerated().reduce(0) { sum, byte in
      sum + ((148..<156).contains(byte.offset) ? 0x20 : Int(byte.element))
    }
  }
}

private func octal(_ value: Int, digits: Int) -> String {
  let text = String(value, radix: 8)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// Something in a tar archive that cannot be taken.
struct TarFault: Error, Equatable {
  var reason: String

  init(_ reason: String) { self.reason = reason }
}

/// The records of a pax header: "length key=value\n".
enum PaxRecords {
  static func encode(_ key: String, _ value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    // The length counts its own digits.
    while "\(length)".utf8.count + rest.utf8.count != length {
      length = "\(length)".utf8.count + rest.utf8.count
    }
    return Array("\(length)\(rest)".utf8)
  }

  static func decode(_ bytes: [UInt8]) throws(TarFault) -> [String: String] {
    var records: [String: String] = [:]
    var rest = bytes[...]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { throw TarFault("a malformed pax header") }
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      guard record.last == 0x0A, let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
        throw TarFault("a malformed pax header")
      }
      let value = record[(equals + 1)...].dropLast()
      records[String(decoding: record[..<equals], as: UTF8.self)] =
        String(decoding: value, as: UTF8.self)
      rest = rest[(rest.startIndex + length)...]
    }
    guard rest.isEmpty else { throw TarFault("a malformed pax header") }
    return records
  }
}
