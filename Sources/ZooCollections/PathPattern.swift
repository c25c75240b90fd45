/// A pattern for paths, without braces: components that are matched one by one, of which `**` stands
/// for any number of directories.
///
/// It is followed through a tree of directories as the set of the positions in it that a path has
/// come to, so that each directory is read once and each path is found once, in order.
struct PathPattern {
  private enum Component {
    case name(NamePattern)
    case anyDepth
  }

  /// The directory that all matches are in, with a slash at its end; empty for the current one.
  let base: [UInt8]
  private var components: [Component]
  /// Whether it ends in a slash.
  private let wantsDirectories: Bool
  /// Whether any file that matches is meant, as with `*.dat`; otherwise, as with `*`, only what a
  /// directory's images are taken from.
  let isExplicit: Bool
  private let isRecursive: Bool

  /// `nil` if the text has nothing that does not stand for itself.
  init?(_ text: String) {
    var parts = text.split(separator: "/", omittingEmptySubsequences: true)[...]
    var base = text.hasPrefix("/") ? "/" : ""
    while let part = parts.first, let name = NamePattern(part).fixedName {
      base += name + "/"
      parts = parts.dropFirst()
    }
    guard let last = parts.last else { return nil }
    self.base = Array(base.utf8)
    wantsDirectories = text.hasSuffix("/")
    components = []
    for part in parts where part != "." {
      if part != "**" {
        components.append(.name(NamePattern(part)))
      } else if case .anyDepth? = components.last {
        continue
      } else {
        components.append(.anyDepth)
      }
    }
    // All that is below.
    if case .anyDepth? = components.last, !wantsDirectories {
      components.append(.name(NamePattern("*")))
    }
    isRecursive = components.contains { if case .anyDepth = $0 { true } else { false } }
    isExplicit = last.contains(".")
  }

  /// The positions that the base has come to.
  var start: [Int] { closed([0]) }

  /// Whether any of these positions can match hidden names.
  func takesHidden(at positions: [Int]) -> Bool {
    positions.contains {
      if case .name(let pattern) = components[$0] { pattern.takesHidden } else { false }
    }
  }

  /// What a name leads to.
  ///
  /// - Returns: The positions from which to go on in it if it is a directory, and whether it is a
  ///   match itself. A directory that is one is meant with all that is in it, except that patterns
  ///   with `**` are for files alone.
  func step(
    _ name: ArraySlice<UInt8>, isDirectory: Bool, isLink: Bool, at positions: [Int]
  ) -> (positions: [Int], isMatch: Bool) {
    let name = name.last == FileNames.slash ? name.dropLast() : name
    var next: [Int] = []
    var isMatch = false
    for position in positions {
      switch components[position] {
      case .anyDepth:
        // Links could lead in circles.
        if isDirectory, !isLink, name.first != 0x2E { next.append(position) }
      case .name(let pattern):
        guard pattern.matches(name) else { continue }
        if position + 1 < components.count {
          if isDirectory { next.append(position + 1) }
        } else {
          isMatch = isDirectory ? !isRecursive : !wantsDirectories
        }
      }
    }
    return (closed(next), isMatch)
  }

  /// Whether files of a directory that was come to with these positions are matches by this name.
  func matches(file name: ArraySlice<UInt8>, at positions: Set<Int>) -> Bool {
    step(name, isDirectory: false, isLink: false, at: Array(positions)).isMatch
  }

  /// Positions, and those behind each `**` among them, which may stand for no directory at all.
  private func closed(_ positions: [Int]) -> [Int] {
    var all = Set(positions)
    for position in positions {
      if case .anyDepth = components[position], position + 1 < components.count {
        all.insert(position + 1)
      }
    }
    return all.sorted()
  }
}
