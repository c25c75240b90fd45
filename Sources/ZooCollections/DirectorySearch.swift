import ZooVision

/// A search of a directory and of what is below it, for all images or for what a pattern matches.
struct DirectorySearch {
  private struct Directory {
    /// Its path with a slash at its end; empty for the current one.
    var path: [UInt8]
    /// Its path without links, where a link led to it.
    var realPath: [UInt8]?
    /// The positions in the pattern; `nil` where all images are wanted.
    var positions: [Int]?
    /// The positions that are taken elsewhere; see ``LinkedDirectories``.
    var taken: Set<Int> = []
  }

  /// The path of the directory with a slash at its end; empty for the current one.
  let base: [UInt8]
  private let pattern: PathPattern?
  private let group: Int
  private var linked: LinkedDirectories
  /// Whether the pattern matches anything.
  private(set) var hasMatch = false
  /// How many tar archives there are among all images.
  private(set) var archiveCount = 0
  /// How many links lead to what is searched already.
  private(set) var passedOver = 0

  init(_ base: [UInt8], _ pattern: PathPattern?, group: Int) {
    self.base = base
    self.pattern = pattern
    self.group = group
    linked = LinkedDirectories(base, pattern)
  }

  mutating func run(for builder: inout CollectionBuilder) throws {
    let top = Directory(path: base, positions: pattern?.start)
    // That the directory itself cannot be read is no fault among others: it was named.
    var levels = [(directory: top, listing: try list(top), next: 0)]
    while let level = levels.last {
      guard level.next < level.listing.entries.count else {
        levels.removeLast()
        continue
      }
      levels[levels.count - 1].next += 1
      let entry = level.listing.entries[level.next]
      let name = level.listing.name(of: entry)
      guard entry.isDirectory else {
        try add(name, entry, in: level.directory, to: &builder)
        continue
      }
      try builder.cancellation?.check()
      do throws(CollectionError) {
        guard let below = try enter(name, entry, in: level.directory) else { continue }
        levels.append((below, try list(below), 0))
      } catch {
        builder.report(error, at: level.directory.path + name.dropLast())
      }
    }
  }

  private mutating func list(_ directory: Directory) throws(CollectionError) -> DirectoryListing {
    if let pattern, let positions = directory.positions {
      return try DirectoryListing(
        directory.path, isHiddenToo: pattern.takesHidden(at: positions), keeps: { _ in true })
    }
    return try DirectoryListing(directory.path) { name in
      if FileNames.has(name, extension: "tar") { archiveCount += 1 }
      return FileNames.isImage(name) || FileNames.hasNoExtension(name)
    }
  }

  /// What an entry leads to; all that there is in a directory of which all images are wanted.
  private func step(
    _ name: ArraySlice<UInt8>, isDirectory: Bool, isLink: Bool, in directory: Directory
  ) -> (positions: [Int], isMatch: Bool) {
    guard let pattern, let positions = directory.positions else { return ([], true) }
    return pattern.step(name, isDirectory: isDirectory, isLink: isLink, at: positions)
  }

  /// The directory of an entry; `nil` if nothing of it is wanted.
  private mutating func enter(
    _ name: ArraySlice<UInt8>, _ entry: DirectoryListing.Entry, in directory: Directory
  ) throws(CollectionError) -> Directory? {
    let step = step(name, isDirectory: true, isLink: entry.isLink, in: directory)
    guard step.isMatch || !step.positions.isEmpty else { return nil }
    if step.isMatch { hasMatch = true }
    var below = Directory(
      path: directory.path + name, positions: step.isMatch ? nil : step.positions)
    if entry.isLink {
      below.realPath = try realPath(below.path)
    } else if let parent = directory.realPath {
      below.realPath = LinkedDirectories.path(of: name.dropLast(), in: parent)
    }
    guard let path = below.realPath else { return below }
    guard let rest = linked.enter(path, below.positions) else {
      if entry.isLink { passedOver += 1 }
      return nil
    }
    (below.positions, below.taken) = rest
    return below
  }

  /// Adds a file if it is wanted.
  private mutating func add(
    _ name: ArraySlice<UInt8>, _ entry: DirectoryListing.Entry, in directory: Directory,
    to builder: inout CollectionBuilder
  ) throws {
    let isMatch = step(name, isDirectory: false, isLink: entry.isLink, in: directory).isMatch
    if isMatch { hasMatch = true }
    // Whether any file of this name counts, whatever its content.
    let isNamed =
      directory.positions != nil && pattern?.isExplicit == true
      || FileNames.has(name, extension: "tar")
    if let problem = entry.problem, !(isMatch && (isNamed || FileNames.isImage(name))) {
      // It may have been a directory.
      let step = step(name, isDirectory: true, isLink: entry.isLink, in: directory)
      if step.isMatch || !step.positions.isEmpty {
        builder.report(.system(directory.path + name, problem), at: directory.path + name)
      }
      return
    }
    guard isMatch else { return }
    if directory.positions == nil {
      if let pattern, pattern.matches(file: name, at: directory.taken) { return }
    } else if directory.taken.contains(LinkedDirectories.all), !isNamed || FileNames.isImage(name) {
      return
    }
    if isNamed {
      try builder.addOrReport(named: name, in: directory.path, rootCount: base.count)
    } else {
      addFound(name, in: directory.path, to: &builder)
    }
  }

  /// Adds a file that was found if it is an image by its extension, or, without one, by its content.
  private func addFound(
    _ name: ArraySlice<UInt8>, in directory: [UInt8], to builder: inout CollectionBuilder
  ) {
    if !FileNames.isImage(name) {
      guard FileNames.hasNoExtension(name) else { return }
      do throws(CollectionError) {
        guard let start = try firstBytes(directory + name, 32),
          ImageFormat.isImage(startingWith: start)
        else { return }
      } catch {
        return builder.report(error, at: directory + name)
      }
    }
    builder.table.add(file: name, in: directory, rootCount: base.count, group: group)
  }
}
