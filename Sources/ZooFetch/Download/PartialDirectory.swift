import ZooCore

/// The directory in `partial` of one file: the leases on its download, by number.
struct PartialDirectory {
  let path: String

  /// A lease as others see it.
  struct Entry: Equatable, Sendable {
    var number: Int
    var directory: String
    var state: OwnerFile.State
    /// Changes as long as its owner shows that it lives.
    var beat: FileIdentity?
  }

  /// The leases, the one that counts last.
  func entries() throws(FetchError) -> [Entry] {
    let numbers = try FileSystem.names(in: path).compactMap(PartialDirectory.number).sorted()
    var entries: [Entry] = []
    for number in numbers {
      let directory = "\(path)/\(number)"
      let owner = Lease.ownerPath(in: directory)
      var beat: FileIdentity?
      if case .file(let identity) = try FileSystem.entry(at: owner) { beat = identity }
      entries.append(
        Entry(
          number: number, directory: directory, state: OwnerFile.state(at: owner), beat: beat))
    }
    return entries
  }

  private static func number(_ name: String) -> Int? {
    guard let number = Int(name), (1...1_000_000_000).contains(number), "\(number)" == name else {
      return nil
    }
    return number
  }

  /// Opens the part to download into: what others left, if that fits, or a new one.
  ///
  /// What a process left that has certainly ended is taken over. If it may come back and write on,
  /// the part is copied and not shared with it.
  /// - Parameter fits: whether a journal is that of the file that is wanted.
  func openPart(
    for lease: Lease, fits: (Journal.Content) -> Bool
  ) throws(FetchError) -> Part {
    let others = try entries().filter { $0.number < lease.number }
    let best = others.compactMap { entry -> (entry: Entry, content: Journal.Content)? in
      let path = Part.journalPath(in: Lease.partDirectory(in: entry.directory))
      guard let content = Journal.read(path), content.ranges.count > 0, fits(content) else {
        return nil
      }
      return (entry, content)
    }.max { $0.content.ranges.count < $1.content.ranges.count }
    var part: Part?
    if let best {
      let directory = Lease.partDirectory(in: best.entry.directory)
      if best.entry.state == .free {
        try? FileSystem.move(directory, to: lease.partDirectory)
        part = try? Part(resuming: lease.partDirectory, best.content)
      } else {
        part = try? Part(copying: directory, best.content, into: lease.partDirectory)
      }
    }
    removeLeavings(among: others)
    if let part { return part }
    FileSystem.removeTree(lease.partDirectory)
    return try Part(creating: lease.partDirectory)
  }

  /// Removes what is of no use once the cache has the file: all but parts of other contents.
  func tidy(havingCached digest: SHA256Digest) {
    let model = FileSystem.directory(of: path)
    guard (try? FileSystem.entry(at: model)) == .directory, let entries = try? entries() else {
      return
    }
    removeLeavings(
      among: entries.filter { entry in
        let journal = Journal.read(Part.journalPath(in: Lease.partDirectory(in: entry.directory)))
        return (journal?.digest ?? digest) == digest
      })
    removeIfEmpty()
  }

  /// Removes leases that are nobody's any more, and what a process leaves that is killed while it
  /// makes one.
  ///
  /// One that still makes it finds its owner file gone, or the directory for it, and looks again. If
  /// it was quicker, its directory is not empty and stays.
  private func removeLeavings(among entries: [Entry]) {
    let names = (try? FileSystem.names(in: path)) ?? []
    for name in names where name.hasPrefix(Lease.newOwnerPrefix) {
      FileSystem.remove("\(path)/\(name)")
    }
    for entry in entries {
      if entry.state == .free {
        Lease.remove(entry.directory)
      } else {
        FileSystem.removeDirectory(entry.directory)
      }
    }
  }

  /// Removes this directory and that of the model, if nothing is in them.
  func removeIfEmpty() {
    FileSystem.removeDirectory(path)
    FileSystem.removeDirectory(FileSystem.directory(of: path))
  }
}
