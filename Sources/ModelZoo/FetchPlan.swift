/// What fetching a set would take.
public struct FetchPlan: Sendable {
  /// A file of the set.
  public struct File: Sendable {
    /// What it is, where it is from, and how large.
    public var file: ModelSet.File
    /// Whether the cache seems to have it; it is not hashed for this.
    public var isCached: Bool
  }

  /// The files, in the order of the set.
  public var files: [File]
  /// How many bytes the disk of the cache has room for; `nil` where the system does not tell.
  public var freeBytes: Int?

  /// How many bytes are to be fetched, as far as sizes are stated; rounded where those are.
  public var bytes: Int {
    var seen: Set<SHA256Digest> = []
    return missing.reduce(0) { sum, file in
      if let digest = file.request.sha256, !seen.insert(digest).inserted { return sum }
      return sum + (file.estimatedSize ?? 0)
    }
  }

  /// How many of the files to be fetched have a size that nobody states.
  public var filesOfUnknownSize: Int { missing.count { $0.estimatedSize == nil } }

  /// The files to be fetched.
  public var missing: [ModelSet.File] { files.filter { !$0.isCached }.map(\.file) }
}

extension ModelZoo {
  /// What fetching a set would take; no connection is opened.
  public func plan(_ set: ModelSet) -> FetchPlan {
    FetchPlan(
      files: set.files.map { FetchPlan.File(file: $0, isCached: isCached($0.request)) },
      freeBytes: fetcher.cache.freeBytes)
  }
}
