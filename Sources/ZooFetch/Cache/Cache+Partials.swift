extension Cache {
  /// What stands in `partial`, whatever its form: a file, or a directory with files somewhere in it.
  func partials(in root: String) throws(FetchError) -> [CacheInventory.Partial] {
    var partials: [CacheInventory.Partial] = []
    for name in try FileSystem.names(in: "\(root)/partial") {
      let path = "\(root)/partial/\(name)"
      let statuses = try tree(path).compactMap { FileStatus(at: $0) }
      let files = statuses.filter { $0.kind != .directory }
      guard let lastChanged = statuses.map(\.modified).max(), !files.isEmpty else { continue }
      let size = files.reduce(0) { $0 + $1.allocatedBytes }
      partials.append(CacheInventory.Partial(path: path, size: size, lastChanged: lastChanged))
    }
    return partials
  }

  /// How many bytes of the disk a download of a file has taken already.
  package func partialBytes(of request: FileRequest) -> Int {
    guard let root = try? writableRoot() else { return 0 }
    let paths = (try? tree(partialDirectory(of: request, in: root).path)) ?? []
    return paths.reduce(0) { $0 + (FileStatus(at: $1)?.allocatedBytes ?? 0) }
  }

  /// Removes what stands under a path of `partial`.
  ///
  /// - Returns: whether nobody held a lock on any of it, so that it is gone.
  func remove(_ partial: CacheInventory.Partial, dryRun: Bool) throws(FetchError) -> Bool {
    let paths = try tree(partial.path)
    for path in paths {
      guard let status = FileStatus(at: path) else { continue }
      // A download that has begun meanwhile keeps its files, and with them the directory.
      guard status.modified <= partial.lastChanged,
        try FileSystem.withoutUsers(of: path, {})
      else { return false }
    }
    if dryRun { return true }
    for path in paths {
      if FileStatus(at: path)?.kind == .directory {
        FileSystem.removeDirectory(path)
      } else {
        try FileSystem.removeOrThrow(path)
      }
    }
    return true
  }

  /// A path and all below it, what is in a directory before the directory.
  private func tree(_ path: String) throws(FetchError) -> [String] {
    guard FileStatus(at: path)?.kind == .directory else { return [path] }
    var paths: [String] = []
    for name in try FileSystem.names(in: path) { paths += try tree("\(path)/\(name)") }
    return paths + [path]
  }
}
