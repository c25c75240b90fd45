extension FetchedFile {
  /// An error about this file with its name, because the path is only a hash.
  func naming(_ error: any Error, _ name: CachedFileName) -> any Error {
    let text = "\(name.file) of \(name.model)"
    switch error {
    case let error as CheckpointError where error.file == path:
      // Fetching it again does not help as long as its digest is pinned.
      let isPinned = checksumSource != .registry && error.kind == .integrity
      return error.naming(
        text,
        advice: isPinned ? "`zoo cache remove \(name.model)` before that, it is pinned" : nil)
    case let error as ModelError:
      return error.replacing(file: path, with: "\(text) (\(path))")
    default: return error
    }
  }
}

extension ModelError {
  /// The same error about a file that is called otherwise.
  fileprivate func replacing(file path: String, with name: String) -> ModelError {
    switch self {
    case .cannotBuild(let model, path, let error):
      .cannotBuild(model: model, file: name, error)
    case .missingMetadata(path, let key, let advice):
      .missingMetadata(file: name, key: key, advice: advice)
    case .invalidHead(path, let reason): .invalidHead(file: name, reason: reason)
    case .headMismatch(path, let error): .headMismatch(file: name, error)
    default: self
    }
  }
}
