import ModelZoo

/// Prints rows as they come: as lines under a header, or as the members of a JSON array.
///
/// Nothing is printed before the first row, so that a failure leaves no output.
struct RowPrinter {
  private let isJSON: Bool
  private var count = 0

  init(isJSON: Bool) { self.isJSON = isJSON }

  /// Prints a row, and before the first one the header, in one of two forms.
  mutating func print(
    header: @autoclosure () -> String?, line: @autoclosure () -> String,
    json: @autoclosure () -> JSONValue
  ) throws {
    if isJSON {
      // A comma stands before what follows it: whether anything follows is not known sooner.
      let text = json().serialized(pretty: true)
      try StandardOutput.write((count == 0 ? "[\n" : ",\n") + text, terminator: "")
    } else {
      if count == 0, let header = header() { try StandardOutput.write(header) }
      try StandardOutput.write(line())
    }
    count += 1
  }

  /// Prints what comes after the last row.
  func end() throws {
    if isJSON { try StandardOutput.write(count == 0 ? "[]" : "\n]") }
  }
}
