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
    let file = try await fetcher.fetch(
      try request(for: entry, format: format), progress: progress)
    return try await load(
      file.path, name: name, configuration: configuration, entry: entry, options: options)
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
      options: options)
  }

  /// The preprocessing that suits a network: its input size and the model's RGB statistics.
  public func transform(for net: Network, _ info: ModelInfo) throws(ImageError) -> ImageTransform {
    try ImageTransform(
      size: (net.inputSize.height, net.inputSize.width), rgbStats: info.rgbStats)
  }

  private func load(
    _ path: String, name: String, configuration: NetworkConfiguration, entry: RegistryEntry?,
    options: LoadOptions
  ) async throws -> (net: Network, info: ModelInfo) {
    try await offload { _ in
      let checkpoint = try Checkpoint(path: path)
      let backend = try backend.get()
      guard let signature = checkpoint.signature ?? entry?.signature else {
        throw ModelError.missingMetadata(
          file: path, key: "signature", advice: "save it with birder, which adds one")
      }
      guard let rgbStats = checkpoint.rgbStats ?? entry?.rgbStats else {
        throw ModelError.missingMetadata(
          file: path, key: "rgb_stats", advice: "state them in a registry of your own")
      }
      let (height, width) = sizeFromSignature(signature)
      let merged = configuration.config
        .merging(checkpoint.config ?? JSONObject())
        .merging(options.configuration)
      let net: Network
      do throws(NetworkError) {
        net = try Network(
          family: configuration.family, configuration: merged, classes: checkpoint.classes,
          size: ImageSize(height: height, width: width), newSize: options.size,
          weights: Dictionary(checkpoint.stateDict.map { ($0.name, $0.tensor) }) { $1 },
          backend: backend)
      } catch {
        throw ModelError.cannotBuild(model: name, file: path, error)
      }
      let info = ModelInfo(
        name: name, network: configuration.name, file: path, signature: signature,
        rgbStats: rgbStats, classNames: try checkpoint.classNames() ?? [],
        customConfig: checkpoint.config, birderVersion: checkpoint.birderVersion)
      return (net, info)
    }
  }
}

extension Checkpoint {
  /// How many classes the classifier has: what the signature says, else the rows of its weight.
  fileprivate var classes: Int {
    if let outputs = signature?.outputs.first, outputs.count == 2 { return outputs[1] }
    let weight = stateDict["classifier.weight"] ?? stateDict["classifier.3.weight"]
    return weight?.shape.first ?? 0
  }
}
