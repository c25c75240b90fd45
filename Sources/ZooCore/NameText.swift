/// Names of files, and of members of archives, as text that leads back to them.
///
/// A name is bytes, which need not be text. In tables, lists, messages and on screens it stands as its
/// UTF-8 text with these escapes, so that no two names are the same text and none commands a terminal
/// or breaks a line:
///
/// - `\xHH` for each byte that is not part of valid UTF-8, and for each byte of a control character
///   (up to U+001F, and from U+007F to U+009F), of a character that breaks lines or turns the
///   direction of the text around it (U+2028 to U+202E, U+2066 to U+2069), or of U+FEFF, which is a
///   byte order mark at the start of a list;
/// - `\\` for a backslash.
///
/// A name without any of these stands as it is.
public enum NameText {
  /// The text of a name.
  public static func text(of name: some Collection<UInt8>) -> String {
    if name.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != backslash }) {
      return String(decoding: name, as: UTF8.self)
    }
    var text = ""
    var rest = name[...]
    var bytes = name.makeIterator()
    var parser = UTF8.ForwardParser()
    while true {
      switch parser.parseScalar(from: &bytes) {
      case .valid(let encoded):
        let scalar = UTF8.decode(encoded)
        if scalar == "\\" {
          text += #"\\"#
        } else if isPrintable(scalar) {
          text.unicodeScalars.append(scalar)
        } else {
          escape(encoded, to: &text)
        }
        rest = rest.dropFirst(encoded.count)
      case .error(let length):
        escape(rest.prefix(length), to: &text)
        rest = rest.dropFirst(length)
      case .emptyInput: return text
      }
    }
  }

  /// The bytes of the name that a text is of; `nil` for a text with a backslash that begins no
  /// escape.
  public static func bytes(of text: some Sequence<UInt8>) -> [UInt8]? {
    var name: [UInt8] = []
    var text = text.makeIterator()
    while let byte = text.next() {
      guard byte == backslash else {
        name.append(byte)
        continue
      }
      switch text.next() {
      case backslash: name.append(backslash)
      case UInt8(ascii: "x"):
        guard let high = text.next().flatMap(digit), let low = text.next().flatMap(digit) else {
          return nil
        }
        name.append(high << 4 | low)
      default: return nil
      }
    }
    return name
  }

  /// The bytes of the name that a text is of; `nil` for a text with a backslash that begins no
  /// escape.
  public static func bytes(of text: String) -> [UInt8]? { bytes(of: text.utf8) }

  private static let backslash = UInt8(ascii: "\\")

  /// The value of a hexadecimal digit.
  private static func digit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
  }

  fileprivate static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
    default: true
    }
  }

  fileprivate static func escape(_ bytes: some Sequence<UInt8>, to text: inout String) {
    for byte in bytes {
      text += (byte < 16 ? #"\x0"# : #"\x"#) + String(byte, radix: 16, uppercase: true)
    }
  }
}

extension String {
  /// The text with what does not print escaped as in names, for text that is no name or has names in
  /// it already: its backslashes stay as they are.
  ///
  /// - Parameter keepsLines: whether line feeds and tabs stay as they are, too.
  package func printable(keepsLines: Bool = false) -> String {
    func stays(_ scalar: Unicode.Scalar) -> Bool {
      NameText.isPrintable(scalar) || keepsLines && (scalar == "\n" || scalar == "\t")
    }
    guard !unicodeScalars.allSatisfy(stays) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if stays(scalar) {
        text.unicodeScalars.append(scalar)
      } else {
        NameText.escape(UTF8.encode(scalar).map { Array($0) } ?? [], to: &text)
      }
    }
  }
}
