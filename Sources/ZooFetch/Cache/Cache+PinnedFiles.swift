import ZooCore

extension Cache {
  /// The names of a model's files that were trusted on first use, sorted.
  package func pinnedFiles(of model: String) -> [String] {
    let found = directories.flatMap { directory in
      (try? FileSystem.names(in: "\(directory)/pins/\(ModelDirectory.name(of: model))")) ?? []
    }
    return Set(found).sorted()
  }

  /// The commit of a repository that a file was first fetched from, if its server said so.
  package func pinnedCommit(of request: FileRequest) -> String? {
    (try? pin(of: request))?.commit
  }
}
