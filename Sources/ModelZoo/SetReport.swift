/// Which files of a set are there, and what is wrong with the others.
package struct SetReport: Sendable {
  /// What is the case with a file.
  package enum State: Sendable {
    /// It is in the cache and verified.
    case present(FetchedFile)
    /// It is not in the cache.
    case missing(any ZooFailure)
    /// It is there, or came, and is not what it should be.
    case bad(any ZooFailure)
  }

  /// A file of the set.
  package struct File: Sendable {
    /// What the file is.
    package var request: FileRequest
    /// What is the case with it.
    package var state: State
  }

  /// The files, in the order of the set.
  package var files: [File] = []

  /// Why the set is of no use; `nil` if all its files are there.
  package var failure: SetError? {
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
package struct SetError: ZooFailure {
  /// A file, and what is wrong.
  package struct File: Sendable {
    /// The file.
    package var name: CachedFileName
    /// What is wrong.
    package var reason: any ZooFailure
  }

  /// Files that are not there.
  package var missing: [File]
  /// Files that are not what they should be.
  package var bad: [File]
  /// How many files the set has.
  package var total: Int

  /// Bad files come first, then a full disk, then the network.
  package var kind: FailureKind {
    let kinds = (bad + missing).map(\.reason.kind)
    if !bad.isEmpty { return .integrity }
    return [.disk, .network, .offline].first(where: kinds.contains) ?? kinds.first ?? .other
  }

  /// One sentence for people.
  package var description: String {
    if let only = (bad + missing).first, bad.count + missing.count == 1 { return "\(only.reason)" }
    let parts = [("missing", missing), ("bad", bad)].filter { !$0.1.isEmpty }.map { what, files in
      let names = files.map { "\($0.name)" }.joined(separator: ", ")
      return "\(files.count) \(files.count == 1 ? "is" : "are") \(what) (\(names))"
    }
    let first = (bad + missing).first.map { "; the first: \($0.reason)" } ?? ""
    return "of \(total) files \(parts.joined(separator: " and "))\(first)"
  }
}
