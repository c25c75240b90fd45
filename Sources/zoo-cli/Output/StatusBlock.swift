/// Lines at the end of a terminal that are written over.
struct StatusBlock {
  private var shown = 0

  /// What makes a terminal show lines in place of those before.
  ///
  /// Each is cut to the width of the terminal, so that it takes one row, and its control characters
  /// are not passed on.
  mutating func replace(with lines: [String], columns: Int) -> String {
    let up = shown > 1 ? "\u{1B}[\(shown - 1)A" : ""
    let erase = shown > 0 ? "\r\(up)\u{1B}[J" : ""
    shown = lines.count
    return erase + lines.map { plain($0.prefix(columns - 1)) }.joined(separator: "\n")
  }

  private func plain(_ line: Substring) -> String {
    String(
      line.map {
        $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : $0
      })
  }
}
