extension String {
  /// The text with its control characters written as `\u{…}`, so that names from files cannot
  /// command the terminal.
  ///
  /// - Parameter keepsLines: whether line feeds and tabs stay as they are.
  func printable(keepsLines: Bool = false) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      scalar.value < 0x20
        ? !(keepsLines && (scalar == "\n" || scalar == "\t"))
        : (0x7F...0x9F).contains(scalar.value)
    }
    guard unicodeScalars.contains(where: isControl) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if isControl(scalar) {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}
