/// Keeps a search from entering a directory more than once by links.
///
/// What a search comes to without links it always enters; what it comes to by a link it enters only if
/// it does not come to it without, or by an earlier link. A directory is known by its path without
/// links, since on network shares the numbers of inodes may repeat.
struct LinkedDirectories {
  /// What all that is in a directory is among the positions of a pattern.
  static let all = -1

  private let pattern: PathPattern?
  /// The directory that is searched, with a slash at its end.
  private let base: [UInt8]?
  /// The positions of the pattern with which directories were entered by links.
  private var entered: [[UInt8]: Set<Int>] = [:]

  init(_ base: [UInt8], _ pattern: PathPattern?) {
    self.pattern = pattern
    self.base = (try? realPath(base.isEmpty ? [0x2E] : base)).map(LinkedDirectories.withSlash)
  }

  /// Enters a directory by a link.
  ///
  /// - Parameters:
  ///   - path: Its path without links.
  ///   - positions: The positions in the pattern with which it is wanted; `nil` for all that is in it.
  /// - Returns: Those of the positions that are not taken, and those that are; `nil` if nothing of it
  ///   is wanted any more.
  mutating func enter(
    _ path: [UInt8], _ positions: [Int]?
  ) -> (positions: [Int]?, taken: Set<Int>)? {
    let taken = (entered[path] ?? []).union(takenWithoutLinks(path))
    let new = Set(positions ?? [LinkedDirectories.all]).subtracting(taken)
    if new.isEmpty { return nil }
    entered[path, default: []].formUnion(new)
    return (positions.map { $0.filter(new.contains) }, taken)
  }

  /// With what positions the search comes to a directory without links.
  private func takenWithoutLinks(_ path: [UInt8]) -> Set<Int> {
    let path = LinkedDirectories.withSlash(path)
    guard let base, path.starts(with: base) else { return [] }
    var positions = pattern?.start
    for name in path[base.count...].split(separator: FileNames.slash) {
      if FileNames.has(name, extension: "partial") { return [] }
      if let pattern, let current = positions {
        let step = pattern.step(name, isDirectory: true, isLink: false, at: current)
        if step.positions.isEmpty, !step.isMatch { return [] }
        positions = step.isMatch ? nil : step.positions
      } else if name.first == 0x2E {
        return []
      }
    }
    return Set(positions ?? [LinkedDirectories.all])
  }

  /// The path of what is in a directory.
  static func path(of name: some Sequence<UInt8>, in directory: [UInt8]) -> [UInt8] {
    withSlash(directory) + name
  }

  private static func withSlash(_ path: [UInt8]) -> [UInt8] {
    path.last == FileNames.slash ? path : path + [FileNames.slash]
  }
}
