import ZooCore

/// A pattern for one component of a path: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before what stands for
/// itself.
struct NamePattern {
  private let pattern: ShellPattern
  /// Whether names that begin with a dot can match: only a pattern that begins with one does.
  let takesHidden: Bool

  init(_ text: some StringProtocol) {
    pattern = ShellPattern(String(text), isForFiles: true)
    takesHidden = text.hasPrefix(".") || text.hasPrefix(#"\."#)
  }

  /// The component's text where it stands for nothing but itself.
  var fixedName: String? { pattern.fixedText }

  /// Whether a text has anything that does not stand for itself, braces included.
  static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[{".utf8.contains($0) } }

  func matches(_ name: ArraySlice<UInt8>) -> Bool {
    if name.first == 0x2E, !takesHidden { return false }
    return pattern.matches(String(decoding: name, as: UTF8.self))
  }
}
