/// A field of a CSV file, quoted where it has to be (RFC 4180).
package func csvField(_ text: String) -> String {
  guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
  return "\""
    + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}

/// A line of a CSV file, without its end.
package func csvLine(_ fields: some Sequence<String>) -> String {
  fields.lazy.map(csvField).joined(separator: ",")
}

/// A text that is not the CSV it should be.
package struct CSVError: ZooFailure, Equatable {
  /// The line of the fault, counted from 1.
  package let line: Int
  /// What is wrong there.
  package let reason: String

  /// A fault in a line.
  package init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }

  /// Malformed text is an integrity failure.
  package var kind: FailureKind { .integrity }

  /// One sentence: the reason and the place.
  package var description: String { "not valid CSV: \(reason) in line \(line)" }
}

/// The rows of a CSV text in UTF-8 (RFC 4180), one after the other.
///
/// A byte order mark before the first row is passed over. Rows end with LF, CRLF or CR; the last one
/// may lack its end. Spaces belong to the fields. A line without anything is a row of one empty
/// field.
package struct CSVReader {
  /// A row of the text.
  package struct Row: Equatable {
    /// The line in which the row begins, counted from 1.
    package let line: Int
    /// The fields without their quotes.
    package let fields: [String]
  }

  private let bytes: [UInt8]
  private let maximumFields: Int
  private var position: Int
  private var line = 1

  /// Begins to read a text whose rows have at most `maximumFields` fields.
  package init(_ bytes: [UInt8], maximumFields: Int = 4096) {
    self.bytes = bytes
    self.maximumFields = maximumFields
    position = withoutByteOrderMark(bytes).startIndex
  }

  /// The next row; `nil` after the last one.
  package mutating func next() throws(CSVError) -> Row? {
    guard position < bytes.count else { return nil }
    let start = line
    var fields: [String] = []
    repeat {
      if fields.count == maximumFields {
        throw CSVError(line: line, reason: "more than \(maximumFields) fields")
      }
      fields.append(peek == Self.quote ? try quotedField() : try plainField())
    } while take(Self.comma)
    skipLineEnd()
    return Row(line: start, fields: fields)
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Whether a field ends here.
  private var isAtEndOfField: Bool {
    guard let byte = peek else { return true }
    return byte == Self.comma || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipLineEnd() {
    let returned = take(Self.carriageReturn)
    if take(Self.lineFeed) || returned { line += 1 }
  }

  private mutating func plainField() throws(CSVError) -> String {
    let start = position
    while !isAtEndOfField {
      if peek == Self.quote {
        throw CSVError(line: line, reason: "a quote inside of a field that does not begin with one")
      }
      position += 1
    }
    return try text(bytes[start..<position], line: line)
  }

  private mutating func quotedField() throws(CSVError) -> String {
    let startLine = line
    var content: [UInt8] = []
    position += 1
    while let byte = peek {
      if byte == Self.lineFeed || byte == Self.carriageReturn {
        let start = position
        skipLineEnd()
        content += bytes[start..<position]
        continue
      }
      position += 1
      if byte == Self.quote, !take(Self.quote) {
        guard isAtEndOfField else {
          throw CSVError(line: line, reason: "text after the closing quote of a field")
        }
        return try text(content[...], line: startLine)
      }
      content.append(byte)
    }
    throw CSVError(line: startLine, reason: "a quoted field that does not end begins")
  }

  private func text(_ bytes: ArraySlice<UInt8>, line: Int) throws(CSVError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CSVError(line: line, reason: "a field is not UTF-8")
    }
    return text
  }
}
