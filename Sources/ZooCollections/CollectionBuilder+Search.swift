import ZooVision

extension CollectionBuilder {
  /// A directory that is being searched.
  private struct Level {
    /// Its path with a slash at its end; empty for the current one.
    var path: [UInt8]
    var listing: DirectoryListing
    var next = 0
    /// The positions in a pattern; `nil` where all images are wanted.
    var positions: [Int]?
  }

  /// Adds all images below a directory; how many tar archives it has.
  ///
  /// - Parameter base: Its path, with a slash at its end.
  mutating func findImages(in base: [UInt8], group: Int) throws -> Int {
    try search(base, nil, group: group).archiveCount
  }

  /// Adds what a pattern matches; whether there is anything.
  mutating func find(_ pattern: PathPattern) throws -> Bool {
    switch PathStatus(pattern.base.isEmpty ? [0x2E] : pattern.base) {
    case .directory: try search(pattern.base, pattern, group: -1).hasMatch
    default: false
    }
  }

  private mutating func search(
    _ base: [UInt8], _ pattern: PathPattern?, group: Int
  ) throws -> (hasMatch: Bool, archiveCount: Int) {
    var hasMatch = false
    var archiveCount = 0
    var levels: [Level] = []

    func enter(_ path: [UInt8], _ positions: [Int]?) throws {
      try cancellation?.check()
      let listing: DirectoryListing
      if let pattern, let positions {
        listing = try DirectoryListing(
          path, isHiddenToo: pattern.takesHidden(at: positions), keeps: { _ in true })
      } else {
        listing = try DirectoryListing(path) { name in
          if FileNames.has(name, extension: "tar") { archiveCount += 1 }
          return FileNames.isImage(name) || FileNames.hasNoExtension(name)
        }
      }
      // A link to a directory that this one is in.
      if levels.contains(where: { $0.listing.identity == listing.identity }) { return }
      levels.append(Level(path: path, listing: listing, positions: positions))
    }

    try enter(base, pattern?.start)
    while var level = levels.popLast() {
      guard level.next < level.listing.entries.count else { continue }
      let entry = level.listing.entries[level.next]
      let name = level.listing.name(of: entry)
      level.next += 1
      let path = level.path
      let positions = level.positions
      levels.append(level)

      guard let pattern, let positions else {
        if entry.isDirectory {
          try enter(path + name, nil)
        } else {
          try addFound(name, in: path, rootCount: base.count, group: group)
        }
        continue
      }
      let step = pattern.step(
        name, isDirectory: entry.isDirectory, isLink: entry.isLink, at: positions)
      if step.isMatch { hasMatch = true }
      if entry.isDirectory {
        if step.isMatch {
          try enter(path + name, nil)
        } else if !step.positions.isEmpty {
          try enter(path + name, step.positions)
        }
      } else if step.isMatch {
        if pattern.isExplicit || FileNames.has(name, extension: "tar") {
          try add(named: name, in: path, rootCount: base.count)
        } else {
          try addFound(name, in: path, rootCount: base.count, group: group)
        }
      }
    }
    return (hasMatch, archiveCount)
  }

  /// Adds a file that was found if it is an image by its extension, or, without one, by its content.
  private mutating func addFound(
    _ name: ArraySlice<UInt8>, in directory: [UInt8], rootCount: Int, group: Int
  ) throws {
    if !FileNames.isImage(name) {
      guard FileNames.hasNoExtension(name), let start = firstBytes(directory + name, 32),
        ImageFormat.isImage(startingWith: start)
      else { return }
    }
    table.add(file: name, in: directory, rootCount: rootCount, group: group)
  }
}
