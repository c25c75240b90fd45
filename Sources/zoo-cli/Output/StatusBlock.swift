/// Lines at the end of a terminal that are written over.
struct StatusBlock {
  private var shown = 0

  /// What makes a terminal show lines in place of those before.
  ///
  /// Each is cut to the width of the terminal, so that it takes one row, and what does not print is
  /// escaped.
  mutating func replace(with lines: [String], columns: Int) -> String {
    let up = shown > 1 ? "\u{1B}[\(shown - 1)A" : ""
    let erase = shown > 0 ? "\r\(up)\u{1B}[J" : ""
    shown = lines.count
    return erase + lines.map { $0.printable().prefix(columns - 1) }.joined(separator: "\n")
  }
}
