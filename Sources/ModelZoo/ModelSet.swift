/// The files of some models, with their heads, as one unit: only all of them are of use.
package struct ModelSet: Sendable, Hashable {
  /// A file of the set.
  package struct File: Sendable, Hashable {
    /// What it is and where it is from.
    package var request: FileRequest
    /// Its size in bytes, rounded where only a rounded one is stated; `nil` if it is not known.
    package var estimatedSize: Int?
  }

  /// The files, a model's weights before its heads.
  package var files: [File]
}

extension Zoo {
  /// The weights of models and their heads.
  ///
  /// - Parameters:
  ///   - names: the models' names; a name that stands there twice counts once.
  ///   - heads: which heads belong to it.
  ///   - format: `pt` or `safetensors`; `nil` takes what is cached, else the first.
  /// - Throws: ``RegistryError`` for an unknown name, level or format.
  package func modelSet(
    _ names: [String], heads: HeadSelection = .all, format: String? = nil
  ) throws(RegistryError) -> ModelSet {
    var set = ModelSet(files: [])
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      let entry = try registry.entry(named: name)
      let request = try request(for: entry, format: format)
      let file = entry.files.first { $0.fileName == request.file }
      set.files.append(ModelSet.File(request: request, estimatedSize: file?.estimatedSize))
      for level in try heads.levels(of: entry) {
        let head = try entry.head(level)
        set.files.append(
          ModelSet.File(request: FileRequest(entry, head), estimatedSize: head.size))
      }
    }
    return set
  }

  /// The same for names and references to hubs (`hf:…`), which have no heads.
  ///
  /// - Throws: ``RegistryError``, ``ModelError``, and where a hub is asked ``FetchError``;
  ///   `CancellationError`.
  package func modelSet(
    resolving names: [String], heads: HeadSelection = .all, format: String? = nil
  ) async throws -> ModelSet {
    var set = ModelSet(files: [])
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      switch try ModelReference(name, in: registry) {
      case .name: set.files += try modelSet([name], heads: heads, format: format).files
      case .file(let path): throw ModelError.isLocalFile(path)
      case .hub(let reference):
        if case .levels(let levels) = heads, let level = levels.first {
          throw RegistryError.unknownHead(level, model: name, available: [])
        }
        let request = try await request(for: reference, format: format)
        set.files.append(ModelSet.File(request: request))
      }
    }
    return set
  }

  /// The files that the cache has links for, whether their contents are there or not.
  ///
  /// A file that the registry does not know has to be what its link says.
  /// - Throws: ``RegistryError``, ``FetchError``.
  package func linkedSet() throws -> ModelSet {
    let known = Dictionary(
      try registeredFiles.map {
        (CachedFileName(model: $0.request.model, file: $0.request.file), $0)
      }
    ) { first, _ in first }
    var set = ModelSet(files: [])
    var seen: Set<CachedFileName> = []
    for link in try fetcher.cache.inventory().links where seen.insert(link.name).inserted {
      let request = FileRequest(
        model: link.name.model, file: link.name.file, urls: [], sha256: link.sha256)
      set.files.append(known[link.name] ?? ModelSet.File(request: request))
    }
    return set
  }

  /// All files of all models of the registry.
  ///
  /// - Throws: ``RegistryError`` for an entry that is malformed.
  package var registeredFiles: [ModelSet.File] {
    get throws(RegistryError) {
      var files: [ModelSet.File] = []
      for name in registry.names() {
        let entry = try registry.entry(named: name)
        files += entry.files.map {
          ModelSet.File(request: FileRequest(entry, $0), estimatedSize: $0.estimatedSize)
        }
        files += entry.heads.map {
          ModelSet.File(request: FileRequest(entry, $0), estimatedSize: $0.size)
        }
      }
      return files
    }
  }
}

extension ModelFile {
  /// The size in bytes, rounded where only one in MiB is stated.
  var estimatedSize: Int? {
    size ?? sizeMiB.flatMap { Int(exactly: ($0 * 1_048_576).rounded(.up)) }
  }
}
