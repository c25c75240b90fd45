extension JSONValue {
  /// The value as JSON text; numbers with all their digits.
  ///
  /// - Parameter pretty: on several lines, indented by two spaces; arrays of plain values stay on
  ///   one line.
  public func serialized(pretty: Bool = false) -> String {
    var text = ""
    write(to: &text, indent: pretty ? 0 : nil)
    return text
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): JSONValue.write(value, to: &text)
    case .array(let elements):
      let isNested = elements.contains { $0.array != nil || $0.object != nil }
      let inner = isNested ? indent.map { $0 + 1 } : nil
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += inner == nil && indent != nil ? ", " : "," }
        JSONValue.breakLine(in: &text, indent: inner)
        element.write(to: &text, indent: inner)
      }
      if isNested { JSONValue.breakLine(in: &text, indent: indent) }
      text += "]"
    case .object(let object):
      let inner = indent.map { $0 + 1 }
      text += "{"
      for (index, member) in object.enumerated() {
        if index > 0 { text += "," }
        JSONValue.breakLine(in: &text, indent: inner)
        JSONValue.write(member.0, to: &text)
        text += indent == nil ? ":" : ": "
        member.1.write(to: &text, indent: inner)
      }
      if !object.isEmpty { JSONValue.breakLine(in: &text, indent: indent) }
      text += "}"
    }
  }

  private static func breakLine(in text: inout String, indent: Int?) {
    guard let indent else { return }
    text += "\n" + String(repeating: "  ", count: indent)
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // The controls of C1, and the delete character, are commands to some terminals.
      case "\0"..<" ", "\u{7F}"..."\u{9F}":
        let code = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
