extension Zoo {
  /// The request for a model's weights.
  ///
  /// - Parameters:
  ///   - name: the model's name in the registry.
  ///   - format: `pt` or `safetensors`; `nil` takes what is cached, else the first.
  /// - Throws: ``RegistryError`` for an unknown name or format.
  public func request(for name: String, format: String? = nil) throws(RegistryError) -> FileRequest
  {
    try request(for: try registry.entry(named: name), format: format)
  }

  /// The request for the weights of an entry; see ``request(for:format:)``.
  package func request(
    for entry: RegistryEntry, format: String? = nil
  ) throws(RegistryError) -> FileRequest {
    if let format { return FileRequest(entry, try entry.file(format: format)) }
    let requests = entry.files.map { FileRequest(entry, $0) }
    return requests.first(where: fetcher.hasCopy) ?? requests[0]
  }

  /// The request for the head of a level, such as `family`.
  ///
  /// - Throws: ``RegistryError`` for an unknown name or level.
  public func request(for name: String, head level: String) throws(RegistryError) -> FileRequest {
    try request(for: try registry.entry(named: name), head: level)
  }

  /// The request for the head of a level of an entry.
  package func request(
    for entry: RegistryEntry, head level: String
  ) throws(RegistryError) -> FileRequest {
    FileRequest(entry, try entry.head(level))
  }

  /// Whether a file seems to be in the cache; it is not hashed.
  ///
  /// One that came from a local file which has changed since is not.
  public func isCached(_ request: FileRequest) -> Bool { fetcher.isCached(request) }

  /// Whether the weights of an entry seem to be in the cache, in any format.
  package func hasCachedWeights(_ entry: RegistryEntry) -> Bool {
    entry.files.contains { isCached(FileRequest(entry, $0)) }
  }

  /// Brings a model's weights into the cache.
  ///
  /// - Parameters:
  ///   - name: the model's name in the registry.
  ///   - format: `pt` or `safetensors`; `nil` takes what is cached, else the first.
  ///   - prechecks: whether weights that do not fit their network are refused before they are
  ///     downloaded.
  ///   - progress: is told how much of the file has come.
  /// - Throws: ``RegistryError``, ``FetchError``, and of a precheck ``CheckpointError`` and
  ///   ``ModelError``; `CancellationError`.
  public func fetch(
    _ name: String, format: String? = nil, prechecks: Bool = true,
    progress: ProgressHandler? = nil
  ) async throws -> FetchedFile {
    let request = try request(for: name, format: format)
    if prechecks { try await precheck(request) }
    return try await fetcher.fetch(request, progress: progress)
  }

  /// Brings the head of a level into the cache.
  ///
  /// - Throws: ``RegistryError``, ``FetchError``; `CancellationError`.
  public func fetchHead(
    _ name: String, level: String, progress: ProgressHandler? = nil
  ) async throws -> FetchedFile {
    try await fetcher.fetch(try request(for: name, head: level), progress: progress)
  }
}

extension FileRequest {
  init(_ entry: RegistryEntry, _ file: ModelFile) {
    self.init(
      model: entry.name, file: file.fileName, urls: [file.url] + file.mirrors,
      sha256: file.sha256, size: file.size, chunks: file.chunks)
  }

  init(_ entry: RegistryEntry, _ head: HeadFile) {
    self.init(
      model: entry.name, file: head.fileName, urls: [head.url] + head.mirrors,
      sha256: head.sha256, size: head.size)
  }
}
