/// The directory of a model in a cache.
///
/// It is called like the model. What `hf:OWNER/REPO` begins has slashes, which become `--`:
/// `hf--OWNER--REPO`.
enum ModelDirectory {
  private static let (prefix, directoryPrefix) = ("hf:", "hf--")

  static func name(of model: String) -> String {
    guard model.hasPrefix(prefix) else { return model }
    let parts = model.dropFirst(prefix.count).split(
      separator: "/", omittingEmptySubsequences: false)
    return directoryPrefix + parts.map(escaped).joined(separator: "--")
  }

  static func model(of name: String) -> String {
    guard name.hasPrefix(directoryPrefix) else { return name }
    let parts = name.dropFirst(directoryPrefix.count).split(separator: "--")
    let model = prefix + parts.map(unescaped).joined(separator: "/")
    // A model of a registry may be called so.
    return !parts.isEmpty && self.name(of: model) == name ? model : name
  }

  /// A part without `--` in it, and without `-` at its ends.
  private static func escaped(_ part: Substring) -> String {
    var text = String(part).replacing("%", with: "%25").replacing("--", with: "-%2D")
    if text.hasPrefix("-") { text = "%2D" + text.dropFirst() }
    if text.hasSuffix("-") { text = text.dropLast() + "%2D" }
    return text
  }

  private static func unescaped(_ part: Substring) -> String {
    String(part).replacing("%2D", with: "-").replacing("%25", with: "%")
  }
}
