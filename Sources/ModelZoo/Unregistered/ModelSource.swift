/// A model that can be loaded: its network, and where its weights are.
package struct ModelSource: Sendable {
  /// Where weights are.
  enum Weights: Sendable {
    case file(String)
    case request(FileRequest)
  }

  /// What it was called: a name, or a path.
  package let name: String
  let weights: Weights
  let network: NetworkConfiguration
  /// Other networks that the file may be named after.
  var otherNetworks: [String] = []
  /// What the registry states, if it knows the model.
  package var entry: RegistryEntry?

  /// The name of the file, or its path.
  package var fileName: String {
    switch weights {
    case .file(let path): path
    case .request(let request): request.file
    }
  }

  /// Whether the weights lie in the cache when they are loaded, by the name of their digest.
  package var isInCache: Bool { if case .request = weights { true } else { false } }
}

extension Zoo {
  /// Finds out what a model is, by its name or by the path of its file.
  ///
  /// - Parameters:
  ///   - model: a name of the registry, a path, or a reference to a hub; see ``ModelReference``.
  ///   - network: the name of the network's configuration; `nil` takes that of the registry, or the
  ///     one that the file is named after.
  ///   - format: `pt` or `safetensors`; `nil` takes what is cached, else the first.
  /// - Throws: ``RegistryError``, ``ModelError``, ``CheckpointError``, ``FetchError``;
  ///   `CancellationError`.
  package func source(
    of model: String, network: String? = nil, format: String? = nil
  ) async throws -> ModelSource {
    switch try ModelReference(model, in: registry) {
    case .name(let name):
      let source = try source(ofRegistered: name, format: format)
      if let network, network != source.network.name {
        throw ModelError.networkIsKnown(model: name, network: source.network.name)
      }
      return source
    case .file(let path): return try source(ofFile: path, network: network)
    case .hub(let reference):
      return try await source(of: reference, network: network, format: format)
    }
  }

  /// A model of the registry.
  func source(ofRegistered name: String, format: String?) throws -> ModelSource {
    let entry = try registry.entry(named: name)
    let configuration = try registry.network(of: entry)
    let format = format ?? (entry.files.count == 1 ? entry.files[0].format : nil)
    if let format { _ = try entry.file(format: format) }
    // Nothing is downloaded that could not be run.
    if let reason = unsupportedReason(of: entry, configuration, format: format) { throw reason }
    return ModelSource(
      name: name, weights: .request(try request(for: entry, format: format)),
      network: configuration, entry: entry)
  }

  /// A file on this machine.
  func source(ofFile path: String, network: String?) throws -> ModelSource {
    // A path that leads nowhere is told before what its name does not say.
    if network == nil { _ = try ByteStorage.mapping(file: path) }
    let (configuration, others) = try self.network(named: network, of: path, namedBy: [path])
    return ModelSource(
      name: path, weights: .file(path), network: configuration, otherNetworks: others)
  }

  /// A file of a hub.
  func source(
    of reference: HubReference, network: String?, format: String?
  ) async throws -> ModelSource {
    // A network that is not there is told before the hub is asked.
    if let network { _ = try self.network(named: network, of: "\(reference)", namedBy: []) }
    let request = try await request(for: reference, format: format)
    let (configuration, others) = try self.network(
      named: network, of: "\(reference)", namedBy: [request.file, reference.repository])
    return ModelSource(
      name: "\(reference)", weights: .request(request), network: configuration,
      otherNetworks: others)
  }

  /// The network of weights that no registry knows.
  ///
  /// - Parameters:
  ///   - wanted: the name that the caller gives, if any.
  ///   - model: what the model is called in errors.
  ///   - names: what it may be named after, the most telling first.
  /// - Returns: the network, and others that were possible.
  func network(
    named wanted: String?, of model: String, namedBy names: [String]
  ) throws -> (network: NetworkConfiguration, others: [String]) {
    if let wanted { return (try runnable(try registry.network(named: wanted), model), []) }
    let candidates = names.map { registry.networks(namedBy: $0) }.filter { !$0.isEmpty }
    guard let first = candidates.first, let best = first.first else {
      throw ModelError.networkNotNamed(model: model)
    }
    let contradicting = candidates.compactMap(\.first).filter { $0 != best }
    if !contradicting.isEmpty {
      throw ModelError.ambiguousNetwork(
        model: model, candidates: [best] + contradicting, reason: nil)
    }
    return (
      try runnable(try registry.network(named: best), model), Array(first.dropFirst())
    )
  }

  private func runnable(
    _ network: NetworkConfiguration, _ model: String
  ) throws(ModelError) -> NetworkConfiguration {
    guard families[network.family] != nil else {
      throw .cannotBuild(
        model: model, file: nil,
        .unsupportedFamily(network.family, supported: families.keys.sorted()))
    }
    return network
  }

  /// A network with the weights of a source, fetched first if need be.
  package func loadModel(
    _ source: ModelSource, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
  ) async throws -> (net: VisionNetwork, info: ModelInfo) {
    do throws(NetworkError) {
      try VisionNetwork.architecture(
        of: source.network.family, patchSize: options.patchSize,
        anyGrid: options.sizing != .fixed)
    } catch {
      throw ModelError.cannotBuild(model: source.name, file: nil, error)
    }
    switch source.weights {
    case .file(let path): return try await build(source, from: path, options, isInCache: false)
    case .request(let request):
      if options.prechecks { try await precheck(source, request, options) }
      return try await using(request, progress) { path in
        try await build(source, from: path, options, isInCache: true)
      }
    }
  }

  /// Brings the weights of a source into the cache; a file on this machine stays where it is.
  package func fetch(_ source: ModelSource, progress: ProgressHandler? = nil) async throws {
    guard case .request(let request) = source.weights else { return }
    try await precheck(source, request, LoadOptions())
    _ = try await fetcher.fetch(request, progress: progress)
  }

  /// Compares weights with their network before they are downloaded.
  private func precheck(
    _ source: ModelSource, _ request: FileRequest, _ options: LoadOptions
  ) async throws {
    guard source.entry == nil else {
      try await precheck(request, options: options)
      return
    }
    do {
      try await precheck(request, source.network, entry: nil, size: nil, options)
    } catch ModelError.doesNotFit(_, _, let error) where !source.otherNetworks.isEmpty {
      throw ModelError.ambiguousNetwork(
        model: source.name, candidates: [source.network.name] + source.otherNetworks,
        reason: error)
    }
  }

  private func build(
    _ source: ModelSource, from path: String, _ options: LoadOptions, isInCache: Bool
  ) async throws -> (net: VisionNetwork, info: ModelInfo) {
    let verifiesChecksums = fetcher.cache.loadPolicy.verifiesContents(isInCache: isInCache)
    return try await offload { cancellation in
      let checkpoint = try Checkpoint(path: path, verifyingChecksums: verifiesChecksums)
      if checkpoint.format == .torchscript {
        throw ModelError.unsupportedFormat(model: source.name, format: "pts")
      }
      let backend = try backend.get()
      let plan = try NetworkPlan(
        checkpoint, source.network, entry: source.entry, options: options)
      try cancellation.check()
      let net: VisionNetwork
      do throws(NetworkError) {
        net = try VisionNetwork(
          family: plan.family, configuration: plan.configuration, classes: plan.classes,
          size: plan.size, newSize: plan.newSize, patchSize: options.patchSize,
          precision: options.precision, isExact: options.isExact,
          weights: checkpoint.stateDict.byName, backend: backend)
      } catch {
        if error.kind == .integrity, !source.otherNetworks.isEmpty {
          throw ModelError.ambiguousNetwork(
            model: source.name, candidates: [source.network.name] + source.otherNetworks,
            reason: error)
        }
        throw ModelError.cannotBuild(model: source.name, file: path, error)
      }
      try cancellation.check()
      let info = ModelInfo(
        name: source.name, network: source.network.name, file: path, signature: plan.signature,
        rgbStats: plan.rgbStats, classNames: try checkpoint.classNames() ?? [],
        customConfig: checkpoint.config, birderVersion: checkpoint.birderVersion,
        notes: checkpoint.leftOut)
      return (net, info)
    }
  }
}
