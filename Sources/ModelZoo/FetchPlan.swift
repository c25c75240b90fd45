/// What fetching a set would take.
package struct FetchPlan: Sendable {
  /// A file of the set.
  package struct File: Sendable {
    /// What it is, where it is from, and how large.
    package var file: ModelSet.File
    /// Whether the cache seems to have it; it is not hashed for this.
    package var isCached: Bool
    /// Whether this version can run the model; `nil` for a model that the registry does not have.
    package var isLoadable: Bool?
    /// How many bytes of the disk an earlier attempt has taken already.
    package var partialBytes: Int
  }

  /// The files, in the order of the set.
  package var files: [File]
  /// How many bytes the disk of the cache has room for; `nil` where the system does not tell.
  package var freeBytes: Int?

  /// The size of the files to be fetched, as far as it is stated; rounded where that is.
  package var bytes: Int { sum { $0.file.estimatedSize ?? 0 } }

  /// How many bytes of the disk they take beyond what earlier attempts have taken.
  package var diskBytes: Int { sum { max(0, ($0.file.estimatedSize ?? 0) - $0.partialBytes) } }

  private func sum(_ bytes: (File) -> Int) -> Int {
    var seen: Set<SHA256Digest> = []
    return files.reduce(0) { sum, file in
      if file.isCached { return sum }
      if let digest = file.file.request.sha256, !seen.insert(digest).inserted { return sum }
      return sum + bytes(file)
    }
  }

  /// How many of the files to be fetched have a size that nobody states.
  package var filesOfUnknownSize: Int { missing.count { $0.estimatedSize == nil } }

  /// The files to be fetched.
  package var missing: [ModelSet.File] { files.filter { !$0.isCached }.map(\.file) }
}

extension Zoo {
  private func isLoadable(_ model: String) -> Bool? {
    guard let entry = try? registry.entry(named: model) else { return nil }
    return (try? unsupportedReason(of: entry)) == .some(nil)
  }

  /// What fetching a set would take; no connection is opened.
  package func plan(_ set: ModelSet) -> FetchPlan {
    FetchPlan(
      files: set.files.map { file in
        FetchPlan.File(
          file: file, isCached: isCached(file.request), isLoadable: isLoadable(file.request.model),
          partialBytes: fetcher.cache.partialBytes(of: file.request))
      },
      freeBytes: fetcher.cache.freeBytes)
  }
}
