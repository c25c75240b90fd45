extension Zoo {
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
  ) async throws -> (net: VisionNetwork, info: ModelInfo) {
    try await loadModel(
      try source(ofRegistered: name, format: options.format), options: options, progress: progress)
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
    } catch {
      throw file.naming(error, request.name)
    }
  }

  /// A network with its pretrained weights, what is known about it, and its preprocessing.
  ///
  /// The counterpart of birder's `load_pretrained_model_and_transform`. The transform has the
  /// network's input size, or with ``LoadOptions/sizing`` keeps aspect ratios, and the model's RGB
  /// statistics.
  /// - Throws: as ``loadPretrainedModel(_:options:progress:)``.
  public func loadPretrainedModelAndTransform(
    _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
  ) async throws -> (net: VisionNetwork, info: ModelInfo, transform: ImageTransform) {
    let (net, info) = try await loadPretrainedModel(name, options: options, progress: progress)
    return (net, info, try transform(for: net, info, options: options))
  }

  /// A network with the weights of a file, outside the cache and the registry's models.
  ///
  /// Nobody knows the checksum of such a file, so the CRCs inside of a `.pt` are checked, those of the
  /// weights too, unless the cache's ``LoadPolicy`` is `never`.
  /// - Parameters:
  ///   - path: a checkpoint that birder saved, `.pt` or `.safetensors`.
  ///   - network: the name of the network's configuration, such as `vit_b16_ls`; `nil` for the one
  ///     that the file is named after, as birder's files are: `<network>_<tag>_<epoch>.pt`.
  ///   - options: another input size or configuration, or what the file does not state.
  /// - Throws: ``RegistryError``, ``CheckpointError``, ``ModelError``.
  public func loadModel(
    from path: String, network: String? = nil, options: LoadOptions = LoadOptions()
  ) async throws -> (net: VisionNetwork, info: ModelInfo) {
    try await loadModel(try source(ofFile: path, network: network), options: options)
  }

  /// A network with the weights of a hub's repository, from the cache or fetched into it.
  ///
  /// - Parameters:
  ///   - reference: the repository, and the file if it is not the one that is named after it.
  ///   - network: the name of the network's configuration; `nil` for the one that the file, or else
  ///     the repository, is named after.
  ///   - options: another format, input size or configuration, or what the file does not state.
  ///   - progress: is told how much of the file has come.
  /// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``;
  ///   `CancellationError`.
  public func loadModel(
    from reference: HubReference, network: String? = nil, options: LoadOptions = LoadOptions(),
    progress: ProgressHandler? = nil
  ) async throws -> (net: VisionNetwork, info: ModelInfo) {
    try await loadModel(
      try await source(of: reference, network: network, format: options.format),
      options: options, progress: progress)
  }

  /// The preprocessing that suits a network: its input size and the model's RGB statistics.
  ///
  /// - Parameters:
  ///   - net: the network.
  ///   - info: what is known of its model.
  ///   - options: those that the model was loaded with; with ``LoadOptions/sizing`` images keep their
  ///     aspect ratios.
  ///   - centerCrop: the part of the sides that the crop keeps.
  ///   - simpleCrop: whether images are resized to cover one size with their aspect ratio kept.
  /// - Throws: ``ImageError/invalidTransform(reason:)`` for numbers that make none, and
  ///   ``NetworkError/fixedAspectRatio(flexible:)``.
  public func transform(
    for net: VisionNetwork, _ info: ModelInfo, options: LoadOptions = LoadOptions(),
    centerCrop: Double = 1, simpleCrop: Bool = false
  ) throws -> ImageTransform {
    guard case .naflex(let maxSequenceLength) = options.sizing else {
      return try ImageTransform(
        size: net.inputSize, rgbStats: info.rgbStats, centerCrop: centerCrop,
        simpleCrop: simpleCrop)
    }
    let patchSize = try net.requiredNaflexPatchSize
    let size = options.size ?? net.inputSize
    return try ImageTransform(
      patchSize: patchSize,
      maxSequenceLength: maxSequenceLength ?? size.height / patchSize * (size.width / patchSize),
      rgbStats: info.rgbStats, centerCrop: centerCrop)
  }
}
