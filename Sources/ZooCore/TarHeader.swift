/// The header of an entry of a tar archive: 512 bytes in the `ustar` format (POSIX.1-1988).
package struct TarHeader: Equatable, Sendable {
  package static let blockSize = 512
  /// The largest size that eleven octal digits can state; pax headers state larger ones.
  package static let largestSize = 1 << 33 - 1

  /// What an entry is.
  package struct Kind: Equatable, Sendable {
    package var code: UInt8

    package static let file = Kind(code: UInt8(ascii: "0"))
    package static let hardLink = Kind(code: UInt8(ascii: "1"))
    package static let symbolicLink = Kind(code: UInt8(ascii: "2"))
    package static let characterDevice = Kind(code: UInt8(ascii: "3"))
    package static let blockDevice = Kind(code: UInt8(ascii: "4"))
    package static let pipe = Kind(code: UInt8(ascii: "6"))
    package static let directory = Kind(code: UInt8(ascii: "5"))
    /// A file that should lie in one piece on the disk.
    package static let contiguousFile = Kind(code: UInt8(ascii: "7"))
    /// Facts about the next entry: a pax header (POSIX.1-2001).
    package static let extended = Kind(code: UInt8(ascii: "x"))
    /// Facts about all entries.
    package static let global = Kind(code: UInt8(ascii: "g"))
    /// The next entry's name, in GNU's format.
    package static let longName = Kind(code: UInt8(ascii: "L"))
    /// What the next entry is a link to, in GNU's format.
    package static let longLink = Kind(code: UInt8(ascii: "K"))
    /// A file with holes, in GNU's format.
    package static let sparseFile = Kind(code: UInt8(ascii: "S"))
  }

  /// The name, which need not be UTF-8.
  package var nameBytes: [UInt8]
  package var size: Int
  package var kind: Kind
  /// The name of the entry that a link stands for.
  package var linkBytes: [UInt8] = []

  /// The name as text; see ``NameText``.
  package var name: String { NameText.text(of: nameBytes) }

  package init(name: String, size: Int, kind: Kind = .file) {
    self.init(nameBytes: Array(name.utf8), size: size, kind: kind)
  }

  private init(nameBytes: [UInt8], size: Int, kind: Kind) {
    self.nameBytes = nameBytes
    self.size = size
    self.kind = kind
  }

  /// The header as it stands in an archive; always the same for the same name and size.
  package var bytes: [UInt8] {
    var block: [UInt8] = []
    func append(_ bytes: some Collection<UInt8>, _ width: Int) {
      block += bytes.prefix(width)
      block += [UInt8](repeating: 0, count: width - min(width, bytes.count))
    }
    func append(_ text: String, _ width: Int) { append(text.utf8, width) }
    append(nameBytes, 100)
    append("0000644", 8)
    append(octal(0, digits: 7), 8)
    append(octal(0, digits: 7), 8)
    append(octal(size > Self.largestSize ? 0 : size, digits: 11), 12)
    append(octal(0, digits: 11), 12)
    append("        ", 8)
    block.append(kind.code)
    append(linkBytes, 100)
    append("ustar", 6)
    append("00", 2)
    append("", 32)
    append("", 32)
    append(octal(0, digits: 7), 8)
    append(octal(0, digits: 7), 8)
    append("", Self.blockSize - block.count)
    let sum = octal(Self.sum(block[...]), digits: 6)
    block.replaceSubrange(148..<156, with: Array("\(sum)\0 ".utf8))
    return block
  }

  /// Reads a header; the error says what is wrong with it.
  ///
  /// - Parameter needsMark: Whether a header from before `ustar`, which has no mark, is wrong.
  package init(_ block: ArraySlice<UInt8>, needsMark: Bool = true) throws(TarFault) {
    func field(_ offset: Int, _ width: Int) -> ArraySlice<UInt8> {
      block.dropFirst(offset).prefix(width)
    }
    let hasMark = field(257, 5).elementsEqual("ustar".utf8)
    guard hasMark || !needsMark else {
      throw TarFault("a header without the mark of the ustar format")
    }
    guard let checksum = Self.number(field(148, 8)), checksum == Self.sum(block) else {
      throw TarFault("a header with a wrong checksum")
    }
    guard let size = Self.number(field(124, 12)) ?? Self.binaryNumber(field(124, 12)) else {
      throw TarFault("a header with a malformed size")
    }
    let name = Self.text(field(0, 100))
    // GNU's format has other things in the place of the prefix.
    let prefix = hasMark && field(262, 1).first == 0 ? Self.text(field(345, 155)) : []
    let slash = UInt8(ascii: "/")
    // Old archives have a NUL for a file, and a slash behind a directory's name.
    let code = field(156, 1).first ?? 0
    let kind =
      code == 0 ? (name.last == slash ? .directory : .file) : Kind(code: code)
    self.init(
      nameBytes: Array(prefix.isEmpty ? name : prefix + [slash] + name), size: size, kind: kind)
    linkBytes = Array(Self.text(field(157, 100)))
  }

  /// A number in octal digits, with spaces or NULs around them.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    if digits.isEmpty || digits.count > 12 { return nil }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }

  /// A number as GNU's format has it from 8 GiB on: the first bit set, then big-endian.
  private static func binaryNumber(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.dropFirst()
    guard field.first == 0x80, digits.prefix(4).allSatisfy({ $0 == 0 }) else { return nil }
    let number = digits.reduce(0) { $0 << 8 | UInt64($1) }
    return number < 1 << 50 ? Int(number) : nil
  }

  private static func text(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    field.prefix { $0 != 0 }
  }

  /// The sum of a header's bytes, the checksum taken as spaces.
  private static func sum(_ block: ArraySlice<UInt8>) -> Int {
    let all = block.reduce(0) { $0 + Int($1) }
    return block.dropFirst(148).prefix(8).reduce(all) { $0 - Int($1) + 0x20 }
  }
}

private func octal(_ value: Int, digits: Int) -> String {
  let text = String(value, radix: 8)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// Something in a tar archive that cannot be taken.
package struct TarFault: Error, Equatable {
  package var reason: String

  package init(_ reason: String) { self.reason = reason }
}
