extension ModelZoo {
  /// A network with its pretrained weights, and what is known about it.
  ///
  /// The counterpart of birder's `load_pretrained_model` with `inference=True`. The file comes from
  /// the cache, or is fetched into it first.
  /// - Parameters:
  ///   - name: the model's name in the registry.
  ///   - options: another format, input size or configuration.
  ///   - progress: is told how much of the file has come.
  /// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``;
  ///   `CancellationError`.
  public func loadPretrainedModel(
    _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
  ) async throws -> (net: Network, info: ModelInfo) {
    let entry = try registry.entry(named: name)
    let configuration = try registry.network(of: entry)
    let format = options.format ?? (entry.files.count == 1 ? entry.files[0].format : nil)
    if let format { _ = try entry.file(format: format) }
    // Nothing is downloaded that could not be run.
    if let obstacle = obstacle(toRunning: entry, configuration, format: format) { throw obstacle }
    let request = try request(for: entry, format: format)
    if options.prechecks { try await precheck(request, options: options) }
    return try await using(request, progress) { path in
      try await load(
        path, name: name, configuration: configuration, entry: entry, options: options,
        isInCache: true)
    }
  }

  /// Fetches a file and does something with it, once more if it was pruned before it was opened.
  func using<Result>(
    _ request: FileRequest, _ progress: ProgressHandler?, _ work: (String) async throws -> Result
  ) async throws -> Result {
    let file = try await fetcher.fetch(request, progress: progress)
    do {
      return try await work(file.path)
    } catch  where !fetcher.isCached(request) {
      return try await work(try await fetcher.fetch(request, progress: progress).path)
    }
  }

  /// A network with its pretrained weights, what is known about it, and its preprocessing.
  ///
  /// The counterpart of birder's `load_pretrained_model_and_transform`. The transform has the
  /// network's input size and the model's RGB statistics.
  /// - Throws: as ``loadPretrainedModel(_:options:progress:)``.
  public func loadPretrainedModelAndTransform(
    _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
  ) async throws -> (net: Network, info: ModelInfo, transform: ImageTransform) {
    let (net, info) = try await loadPretrainedModel(name, options: options, progress: progress)
    return (net, info, try transform(for: net, info))
  }

  /// A network with the weights of a file, outside the cache and the registry's models.
  ///
  /// Nobody knows the checksum of such a file, so the CRCs inside of a `.pt` are checked, those of the
  /// weights too, unless the cache's ``LoadPolicy`` is `never`.
  /// - Parameters:
  ///   - path: a checkpoint that birder saved, `.pt` or `.safetensors`.
  ///   - network: the name of the network's configuration, such as `vit_b16_ls`.
  ///   - options: another input size or configuration.
  /// - Throws: ``RegistryError``, ``CheckpointError``, ``ModelError``.
  public func loadModel(
    from path: String, network: String, options: LoadOptions = LoadOptions()
  ) async throws -> (net: Network, info: ModelInfo) {
    try await load(
      path, name: path, configuration: try registry.network(named: network), entry: nil,
      options: options, isInCache: false)
  }

  /// The preprocessing that suits a network: its input size and the model's RGB statistics.
  public func transform(for net: Network, _ info: ModelInfo) throws(ImageError) -> ImageTransform {
    try ImageTransform(size: net.inputSize, rgbStats: info.rgbStats)
  }

  private func load(
    _ path: String, name: String, configuration: NetworkConfiguration, entry: RegistryEntry?,
    options: LoadOptions, isInCache: Bool
  ) async throws -> (net: Network, info: ModelInfo) {
    let verifiesChecksums = fetcher.cache.loadPolicy.verifiesContents(isInCache: isInCache)
    return try await offload { cancellation in
      let checkpoint = try Checkpoint(path: path, verifyingChecksums: verifiesChecksums)
      let backend = try backend.get()
      let plan = try NetworkPlan(checkpoint, configuration, entry: entry, options: options)
      try cancellation.check()
      let net: Network
      do throws(NetworkError) {
        net = try Network(
          family: plan.family, configuration: plan.configuration, classes: plan.classes,
          size: plan.size, newSize: plan.newSize, precision: options.precision,
          weights: checkpoint.stateDict.byName,
          backend: backend)
      } catch {
        throw ModelError.cannotBuild(model: name, file: path, error)
      }
      try cancellation.check()
      let info = ModelInfo(
        name: name, network: configuration.name, file: path, signature: plan.signature,
        rgbStats: plan.rgbStats, classNames: try checkpoint.classNames() ?? [],
        customConfig: checkpoint.config, birderVersion: checkpoint.birderVersion)
      return (net, info)
    }
  }
}
