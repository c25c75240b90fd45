/// The members of a JSON object, each parsed only when it is asked for.
///
/// For a long text of which little is needed. What is wrong inside of a member shows when that is
/// asked for.
package struct JSONMembers: Sendable {
  /// The keys, in order.
  package private(set) var keys: [String] = []
  private let text: [UInt8]
  private var places: [String: Range<Int>] = [:]
  private var opened: [String: JSONMembers] = [:]

  /// An object without members.
  package init() { text = [] }

  /// Finds the members of a text that is one object.
  ///
  /// - Parameter opened: of which members the members are found too, where they are objects; see
  ///   ``members(of:)``.
  /// - Throws: ``JSONError`` for another text.
  package init(of text: [UInt8], opening opened: Set<String> = []) throws(JSONError) {
    var parser = JSONParser(bytes: text, depthLeft: 1, valuesLeft: text.count)
    parser.skipSpace()
    guard parser.peek == UInt8(ascii: "{") else { throw parser.fault("expected an object") }
    try self.init(&parser, opening: opened)
    parser.skipSpace()
    if parser.position < text.count { throw parser.fault("text after the value") }
  }

  /// Whether there is a member of that key.
  package func contains(_ key: String) -> Bool { places[key] != nil }

  /// The value of a key; `nil` where it is missing.
  package func value(of key: String) throws(JSONError) -> JSONValue? {
    guard let place = places[key] else { return nil }
    return try JSONValue(parsing: text[place])
  }

  /// Where the value of a key stands in the text; `nil` where it is missing.
  package func place(of key: String) -> Range<Int>? { places[key] }

  /// The members of an object that was opened; `nil` where there is none.
  package func members(of key: String) -> JSONMembers? { opened[key] }

  /// Reads on from an opening brace.
  private init(_ parser: inout JSONParser, opening keysToOpen: Set<String>) throws(JSONError) {
    text = parser.bytes
    parser.position += 1
    parser.skipSpace()
    if parser.peek == UInt8(ascii: "}") {
      parser.position += 1
      return
    }
    repeat {
      parser.skipSpace()
      let key = try parser.key()
      parser.skipSpace()
      let start = parser.position
      if keysToOpen.contains(key), parser.peek == UInt8(ascii: "{") {
        opened[key] = try JSONMembers(&parser, opening: [])
      } else {
        try parser.skipValue()
      }
      guard places.updateValue(start..<parser.position, forKey: key) == nil else {
        throw parser.fault("key '\(key)' stands twice", at: start)
      }
      keys.append(key)
    } while try parser.anotherElement(closing: UInt8(ascii: "}"))
  }
}

extension JSONParser {
  /// Goes to the end of a value without looking at what is in it.
  fileprivate mutating func skipValue() throws(JSONError) {
    var depth = 0
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        position += 1
      case UInt8(ascii: ","):
        if depth == 0 { return }
        position += 1
      default: position += 1
      }
    }
    throw fault("a value does not end")
  }

  private mutating func skipString() throws(JSONError) {
    position += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    if peek == nil { throw fault("a string does not end") }
    position += 1
  }
}
