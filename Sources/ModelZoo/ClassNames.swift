extension Zoo {
  /// The names of a model's classes, in the order of its logits, as its files in the cache state them.
  ///
  /// No connection is opened. A class of a classifier that the file does not name is called by its
  /// index.
  /// - Parameters:
  ///   - name: the model's name in the registry.
  ///   - level: the level of a head, such as `family`; `nil` for the model's own classifier.
  /// - Returns: the names; none for a model without a classifier of its own.
  /// - Throws: ``RegistryError``, ``FetchError`` of kind `.offline` for a file that is not in the
  ///   cache, ``CheckpointError``, ``ModelError``; `CancellationError`.
  package func cachedClassNames(
    of name: String, head level: String? = nil
  ) async throws -> [String] {
    let entry = try registry.entry(named: name)
    let request =
      if let level { try request(for: entry, head: level) } else { try request(for: entry) }
    guard let file = try await fetcher.cache.verifiedFile(for: request) else {
      throw FetchError.notCached(request)
    }
    return try await offload { _ in
      let checkpoint = try Checkpoint(path: file.path)
      let names = try checkpoint.classNames()
      if level != nil {
        guard let names else {
          throw ModelError.invalidHead(
            file: file.path, reason: "it names no classes (class_to_idx)")
        }
        return names
      }
      guard let classes = checkpoint.signature?.classes else { return names ?? [] }
      if let names, names.count == classes { return names }
      return (0..<classes).map { String($0) }
    }
  }
}

extension Signature {
  /// How many classes a network's own classifier tells apart, 0 without one; `nil` for other outputs
  /// than those of a classifier.
  var classes: Int? { outputs.count == 1 && outputs[0].count == 2 ? outputs[0][1] : nil }
}
