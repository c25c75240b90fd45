import ZooCore

/// What was removed from a cache, or would be.
public struct CacheRemoval: Sendable {
  /// Contents that are gone.
  public var removed: [CacheInventory.Blob] = []
  /// Contents that should go, but that a program has in use.
  public var inUse: [CacheInventory.Blob] = []
  /// Leavings of downloads that are gone.
  public var partials: [CacheInventory.Partial] = []

  /// How many bytes they took.
  public var bytes: Int {
    removed.reduce(0) { $0 + $1.size } + partials.reduce(0) { $0 + $1.size }
  }
}

/// What to remove from a cache.
public struct PruneRules: Sendable, Hashable {
  /// Contents that were not used for so long.
  public var unusedFor: Duration?
  /// Contents, those not used for longest first, until the rest takes at most so many bytes.
  public var maximumBytes: Int?
  /// Leavings of downloads that were not written to for so long.
  public var partialsUnchangedFor: Duration?

  /// Makes rules.
  public init(
    unusedFor: Duration? = nil, maximumBytes: Int? = nil, partialsUnchangedFor: Duration? = nil
  ) {
    self.unusedFor = unusedFor
    self.maximumBytes = maximumBytes
    self.partialsUnchangedFor = partialsUnchangedFor
  }
}

extension Cache {
  /// Removes models from the writable cache: links, pins, and contents that no other model has.
  ///
  /// A content in use stays, with its links and pins.
  /// - Parameters:
  ///   - models: the names of models.
  ///   - known: see ``inventory(knowing:)``.
  ///   - dryRun: whether only to tell what would be removed.
  /// - Throws: ``FetchError``: of kind `.notFound` for a model with nothing in the cache.
  public func remove(
    models: [String], knowing known: [FileRequest] = [], dryRun: Bool = false
  ) throws(FetchError) -> CacheRemoval {
    let root = try writableRoot()
    let inventory = try contents(of: root, knowing: known)
    let models = Set(models)
    let references = (inventory.links + inventory.pins).map(\.name)
    let present = Set((references + inventory.blobs.flatMap(\.names)).map(\.model))
    if let absent = models.subtracting(present).min() { throw .nothing(of: absent, in: root) }

    var removal = CacheRemoval()
    for blob in inventory.blobs
    where !blob.names.isEmpty && blob.names.allSatisfy({ models.contains($0.model) }) {
      if try remove(blob, links: blob.names, dryRun: dryRun) {
        removal.removed.append(blob)
      } else {
        removal.inUse.append(blob)
      }
    }
    let kept = Set(removal.inUse.flatMap(\.names))
    if dryRun { return removal }
    for name in references where models.contains(name.model) && !kept.contains(name) {
      for kind in ["models", "pins"] {
        try FileSystem.removeOrThrow("\(root)/\(kind)/\(name.path)")
        FileSystem.removeDirectory("\(root)/\(kind)/\(name.directory)")
      }
    }
    return removal
  }

  /// Removes what rules say from the writable cache.
  ///
  /// Pins stay: a file that comes back has to be the one that was trusted. A content in use stays,
  /// and so does one that is used while this runs.
  /// - Throws: ``FetchError``.
  public func prune(_ rules: PruneRules, dryRun: Bool = false) throws(FetchError) -> CacheRemoval {
    try prune(rules, now: FileSystem.now(), dryRun: dryRun)
  }

  func prune(_ rules: PruneRules, now: Int, dryRun: Bool) throws(FetchError) -> CacheRemoval {
    let root = try writableRoot()
    var inventory = try contents(of: root, knowing: [])
    inventory.blobs.sort { ($0.lastUsed, $0.path) < ($1.lastUsed, $1.path) }
    func isOlder(_ time: Int, _ age: Duration) -> Bool { .nanoseconds(now &- time) >= age }
    var removal = CacheRemoval()
    var left = inventory.totalBytes
    for blob in inventory.blobs {
      let isOld = rules.unusedFor.map { isOlder(blob.lastUsed, $0) } ?? false
      let isTooMuch = rules.maximumBytes.map { left > $0 } ?? false
      guard isOld || isTooMuch else { continue }
      let links = inventory.links.filter { $0.sha256 == blob.sha256 }.map(\.name)
      if try remove(blob, links: links, dryRun: dryRun) {
        removal.removed.append(blob)
        left -= blob.size
      } else {
        removal.inUse.append(blob)
      }
    }
    guard let age = rules.partialsUnchangedFor else { return removal }
    for partial in try partials(in: root) where isOlder(partial.lastChanged, age) {
      if try remove(partial, dryRun: dryRun) { removal.partials.append(partial) }
    }
    return removal
  }

  /// Whether a content could be removed, and with it the links to it.
  private func remove(
    _ blob: CacheInventory.Blob, links: [CachedFileName], dryRun: Bool
  ) throws(FetchError) -> Bool {
    var wasUsedMeanwhile = false
    let isFree = try FileSystem.withoutUsers(of: blob.path) { () throws(FetchError) in
      wasUsedMeanwhile = lastUse(of: blob.sha256, in: root) != blob.lastUsed
      if dryRun || wasUsedMeanwhile { return }
      try FileSystem.removeOrThrow(blob.path)
      removeStamp(of: blob.sha256)
      for name in links {
        try FileSystem.removeOrThrow(linkPath(of: name, in: root))
        FileSystem.removeDirectory("\(root)/models/\(name.directory)")
      }
    }
    return isFree && !wasUsedMeanwhile
  }
}

extension FetchError {
  static func nothing(of model: String, in cache: String) -> FetchError {
    FetchError(
      kind: .notFound, reason: "the cache \(cache) has no files of \(model)",
      advice: "`zoo cache list` tells what it has", path: cache)
  }
}
