/// Which files of a set are there, and what is wrong with the others.
public struct SetReport: Sendable {
  /// What is the case with a file.
  public enum State: Sendable {
    /// It is in the cache and verified.
    case present(FetchedFile)
    /// It is not in the cache.
    case missing(any ZooFailure)
    /// It is there, or came, and is not what it should be.
    case bad(any ZooFailure)
  }

  /// A file of the set.
  public struct File: Sendable {
    /// What the file is.
    public var request: FileRequest
    /// What is the case with it.
    public var state: State
  }

  /// The files, in the order of the set.
  public var files: [File] = []

  /// Why the set is of no use; `nil` if all its files are there.
  public var failure: SetError? {
    var missing: [SetError.File] = []
    var bad: [SetError.File] = []
    for file in files {
      let name = file.request.name
      switch file.state {
      case .present: break
      case .missing(let reason): missing.append(SetError.File(name: name, reason: reason))
      case .bad(let reason): bad.append(SetError.File(name: name, reason: reason))
      }
    }
    return missing.isEmpty && bad.isEmpty
      ? nil : SetError(missing: missing, bad: bad, total: files.count)
  }
}

/// Files of a set that are missing or bad.
public struct SetError: ZooFailure {
  /// A file, and what is wrong.
  public struct File: Sendable {
    /// The file.
    public var name: CachedFileName
    /// What is wrong.
    public var reason: any ZooFailure
  }

  /// Files that are not there.
  public var missing: [File]
  /// Files that are not what they should be.
  public var bad: [File]
  /// How many files the set has.
  public var total: Int

  /// Bad files come first, then a full disk, then the network.
  public var kind: FailureKind {
    let kinds = (bad + missing).map(\.reason.kind)
    if !bad.isEmpty { return .integrity }
    return [.disk, .network, .offline].first(where: kinds.contains) ?? kinds.first ?? .other
  }

  /// One sentence for people.
  public var description: String {
    if let only = (bad + missing).first, bad.count + missing.count == 1 { return "\(only.reason)" }
    let parts = [("missing", missing), ("bad", bad)].filter { !$0.1.isEmpty }.map { what, files in
      let names = files.map { "\($0.name)" }.joined(separator: ", ")
      return "\(files.count) \(files.count == 1 ? "is" : "are") \(what) (\(names))"
    }
    let first = (bad + missing).first.map { "; the first: \($0.reason)" } ?? ""
    return "of \(total) files \(parts.joined(separator: " and "))\(first)"
  }
}
