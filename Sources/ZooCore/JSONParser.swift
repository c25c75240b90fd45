/// A text that is not the JSON it should be.
public struct JSONError: ZooFailure, Equatable {
  /// Where the fault lies, in bytes from the start of the text.
  public let offset: Int
  /// What is wrong there.
  public let reason: String

  /// Malformed text is an integrity failure.
  public var kind: FailureKind { .integrity }

  /// One sentence: the reason and the place.
  public var description: String { "not valid JSON: \(reason) at byte \(offset)" }
}

extension JSONValue {
  /// Reads one JSON text (RFC 8259) in UTF-8.
  ///
  /// Stricter than most readers where being lenient hides faults: a key that stands twice in an
  /// object, nesting beyond `maximumDepth`, more than `maximumCount` values, invalid UTF-8, a lone
  /// surrogate and anything after the value are errors.
  /// - Throws: ``JSONError`` with the offset of the fault.
  public init(
    parsing text: some Sequence<UInt8>, maximumDepth: Int = 64, maximumCount: Int = 4_000_000
  ) throws(JSONError) {
    var parser = JSONParser(
      bytes: Array(text), depthLeft: maximumDepth, valuesLeft: maximumCount)
    self = try parser.document()
  }

  /// Reads one JSON text from a string; see ``init(parsing:maximumDepth:maximumCount:)``.
  ///
  /// - Throws: ``JSONError`` with the offset of the fault.
  public init(parsing text: String, maximumDepth: Int = 64) throws(JSONError) {
    try self.init(parsing: text.utf8, maximumDepth: maximumDepth)
  }
}

/// Where a text is being read.
struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  var depthLeft: Int
  var valuesLeft: Int

  init(bytes: [UInt8], depthLeft: Int, valuesLeft: Int) {
    self.bytes = bytes
    self.depthLeft = depthLeft
    self.valuesLeft = valuesLeft
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let result = try value()
    skipSpace()
    if position < bytes.count { throw fault("text after the value") }
    return result
  }

  func fault(_ reason: String, at offset: Int? = nil) -> JSONError {
    JSONError(offset: offset ?? position, reason: reason)
  }

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    if valuesLeft == 0 { throw fault("more values than are allowed") }
    valuesLeft -= 1
    switch peek {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some: return try number()
    case nil: throw fault("the text ends where a value should be")
    }
  }

  mutating func nested(
    _ read: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    if depthLeft == 0 { throw fault("nested too deeply") }
    depthLeft -= 1
    position += 1
    let result = try read(&self)
    depthLeft += 1
    return result
  }

  mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, String(describing: text).utf8.elementsEqual(bytes[position..<end])
    else { throw fault("expected \(text)") }
    position = end
    return value
  }

  mutating func object() throws(JSONError) -> JSONValue {
    var result = JSONObject()
    skipSpace()
    if peek == UInt8(ascii: "}") {
      position += 1
      return .object(result)
    }
    while true {
      skipSpace()
      let start = position
      let key = try key()
      if result[key] != nil { throw fault("key '\(key)' stands twice", at: start) }
      result.append(key, try value())
      if try !anotherElement(closing: UInt8(ascii: "}")) { return .object(result) }
    }
  }

  /// A key and its colon.
  mutating func key() throws(JSONError) -> String {
    guard peek == UInt8(ascii: "\"") else { throw fault("expected a key") }
    let key = try string()
    skipSpace()
    guard peek == UInt8(ascii: ":") else { throw fault("expected ':'") }
    position += 1
    return key
  }

  mutating func array() throws(JSONError) -> JSONValue {
    var result: [JSONValue] = []
    skipSpace()
    if peek == UInt8(ascii: "]") {
      position += 1
      return .array(result)
    }
    while true {
      result.append(try value())
      if try !anotherElement(closing: UInt8(ascii: "]")) { return .array(result) }
    }
  }

  mutating func anotherElement(closing: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    guard let byte = peek, byte == closing || byte == UInt8(ascii: ",") else {
      throw fault("expected ',' or '\(Character(UnicodeScalar(closing)))'")
    }
    position += 1
    return byte != closing
  }

  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    if peek == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    guard digits() > 0 else { throw fault("expected a value", at: start) }
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw fault("a number begins with 0", at: start)
    }
    if peek == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      guard digits() > 0 else { throw fault("expected a digit") }
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw fault("expected a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      throw fault("a number is out of range", at: start)
    }
    return .number(double)
  }

  mutating func digits() -> Int {
    let start = position
    while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    if let text = plainString() { return text }
    var content: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw fault("a string is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): content += try escape()
      case 0..<0x20: throw fault("a control character in a string", at: position - 1)
      default: content.append(byte)
      }
    }
    throw fault("a string does not end", at: start)
  }

  /// The rest of a string that is printable ASCII without escapes; `nil` for any other.
  ///
  /// Most strings are, and these need no copy and no check.
  private mutating func plainString() -> String? {
    var end = position
    while end < bytes.count, bytes[end] >= 0x20, bytes[end] < 0x80, bytes[end] != UInt8(ascii: "\\")
    {
      if bytes[end] == UInt8(ascii: "\"") {
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
      }
      end += 1
    }
    return nil
  }

  mutating func escape() throws(JSONError) -> [UInt8] {
    guard let byte = peek else { throw fault("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw fault("an unknown escape in a string", at: position - 1)
    }
  }

  mutating func unicodeEscape() throws(JSONError) -> [UInt8] {
    let start = position - 2
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code) {
      guard peek == UInt8(ascii: "\\"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "u")
      else { throw fault("a lone surrogate", at: start) }
      position += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw fault("a lone surrogate", at: start) }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(code) else { throw fault("a lone surrogate", at: start) }
    return Array(String(Character(scalar)).utf8)
  }

  mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw fault("expected four hexadecimal digits") }
    position += 4
    return code
  }
}
