import ZooCore

extension CollectionBuilder {
  /// Adds all images below a directory; how many tar archives it has.
  ///
  /// - Parameter base: Its path, with a slash at its end.
  mutating func findImages(in base: [UInt8], group: Int) throws -> Int {
    try search(DirectorySearch(base, nil, group: group)).archiveCount
  }

  /// Adds what a pattern matches; whether there is anything.
  mutating func find(_ pattern: PathPattern) throws -> Bool {
    guard case .directory = PathStatus(pattern.base.isEmpty ? [0x2E] : pattern.base) else {
      return false
    }
    return try search(DirectorySearch(pattern.base, pattern, group: -1)).hasMatch
  }

  private mutating func search(_ search: DirectorySearch) throws -> DirectorySearch {
    var search = search
    try search.run(for: &self)
    if search.passedOver > 0 {
      notes.append(
        "\(search.passedOver) link\(search.passedOver == 1 ? " leads" : "s lead") to directories"
          + " that are searched already, and are not followed: below"
          + " \(search.base.isEmpty ? "." : NameText.text(of: search.base))")
    }
    return search
  }
}
