extension Head {
  /// A network's own classifier; `nil` for a network without one.
  ///
  /// A class that the checkpoint does not name is called by its index.
  public init?(classifierOf net: VisionNetwork, _ info: ModelInfo) {
    guard let classifier = net.classifier.loaded else { return nil }
    let names = info.classNames.count == classifier.classes ? info.classNames : nil
    self.init(
      file: info.file, classNames: names ?? (0..<classifier.classes).map { String($0) },
      classifier: classifier)
  }
}

extension Zoo {
  /// The published head of a level for a model's embeddings, from the cache or fetched into it.
  ///
  /// - Parameters:
  ///   - name: the model's name in the registry.
  ///   - level: the level, such as `family`.
  ///   - net: the network whose embeddings the head takes.
  ///   - progress: is told how much of the file has come.
  /// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``;
  ///   `CancellationError`.
  public func loadPretrainedHead(
    _ name: String, level: String, for net: VisionNetwork, progress: ProgressHandler? = nil
  ) async throws -> Head {
    let stated = try registry.entry(named: name).head(level).classes
    return try await using(try request(for: name, head: level), progress) { path in
      let head = try await loadHead(from: path, for: net, isInCache: true)
      if let stated, head.classNames.count != stated {
        throw ModelError.invalidHead(
          file: path,
          reason: "it has \(head.classNames.count) classes where the registry states \(stated)")
      }
      return head
    }
  }

  /// The head in a `.head.pt` file for a network's embeddings.
  ///
  /// A linear head, or an MLP head as birder trains it, whatever the network's own classifier is.
  /// The CRCs inside of it are checked, unless the cache's ``LoadPolicy`` is `never`.
  /// - Throws: ``CheckpointError``, ``ModelError``.
  public func loadHead(from path: String, for net: VisionNetwork) async throws -> Head {
    try await loadHead(from: path, for: net, isInCache: false)
  }

  /// The head in a file of a hub's repository, such as `hf:OWNER/REPO/NAME-family.head.pt`, from the
  /// cache or fetched into it.
  ///
  /// - Throws: ``FetchError``, ``CheckpointError``, ``ModelError``; `CancellationError`.
  public func loadHead(
    from reference: HubReference, for net: VisionNetwork, progress: ProgressHandler? = nil
  ) async throws -> Head {
    guard reference.file != nil else {
      throw ModelError.invalidReference("\(reference)", reason: "a head is named with its file")
    }
    return try await using(try await request(for: reference), progress) { path in
      try await loadHead(from: path, for: net, isInCache: true)
    }
  }

  private func loadHead(
    from path: String, for net: VisionNetwork, isInCache: Bool
  ) async throws -> Head {
    let verifiesChecksums = fetcher.cache.loadPolicy.verifiesContents(isInCache: isInCache)
    return try await offload { _ in
      let checkpoint = try Checkpoint(path: path, verifyingChecksums: verifiesChecksums)
      guard let names = try checkpoint.classNames() else {
        throw ModelError.invalidHead(file: path, reason: "it names no classes (class_to_idx)")
      }
      do throws(NetworkError) {
        let classifier = try net.head(
          classes: names.count,
          state: Dictionary(checkpoint.stateDict.map { ($0.name, $0.tensor) }) { $1 })
        return Head(file: path, classNames: names, classifier: classifier)
      } catch {
        throw ModelError.headMismatch(file: path, error)
      }
    }
  }
}
