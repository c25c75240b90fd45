import Logging

/// What a look at a model's weights before their download gave, unless they were refused.
package enum Precheck: Sendable, Equatable {
  /// Their keys and shapes are those that the network needs.
  case fits
  /// They are in the cache or smaller than 8 MiB, the network may not be used, or this version has
  /// no network to compare them with.
  case unneeded
  /// They could not be compared with the network, for a reason that a sentence states.
  case impossible(String)
}

extension Zoo {
  /// Files below this are downloaded as fast as they are looked into.
  private static let smallestPrechecked = 8 << 20

  /// Compares a model's weights with its network where they lie, before they are downloaded.
  ///
  /// Names, types and shapes are read as by ``inspect(url:)``, and the network is built from them
  /// as for a load. Weights that do not fit, or whose file is damaged, are refused; whatever keeps
  /// them from being compared is left to the download and the load.
  /// - Parameters:
  ///   - request: what is to be fetched; of heads and other files than weights nothing is read.
  ///   - options: what the model is to be loaded with, if it is.
  /// - Throws: ``ModelError/doesNotFit(model:url:_:)`` that names the tensor, ``CheckpointError``,
  ///   ``RegistryError``; `CancellationError`.
  @discardableResult
  package func precheck(
    _ request: FileRequest, options: LoadOptions = LoadOptions()
  ) async throws -> Precheck {
    try Task.checkCancellation()
    // Of what no registry knows, whoever loads it says what it is.
    if request.model.hasPrefix(HubReference.prefix) { return .unneeded }
    let entry = try registry.entry(named: request.model)
    guard let network = try? registry.network(of: entry),
      let file = entry.files.first(where: { $0.fileName == request.file }),
      unsupportedReason(of: entry, network, format: file.format) == nil
    else { return .unneeded }
    return try await precheck(request, network, entry: entry, size: file.size, options)
  }

  /// Compares weights with a network; see ``precheck(_:options:)``.
  @discardableResult
  func precheck(
    _ request: FileRequest, _ network: NetworkConfiguration, entry: RegistryEntry?, size: Int?,
    _ options: LoadOptions
  ) async throws -> Precheck {
    guard fetcher.policy == .online, !fetcher.isCached(request),
      size.map({ $0 >= Zoo.smallestPrechecked }) ?? true
    else { return .unneeded }

    var refusal: (any ZooFailure)?
    var obstacle: (any ZooFailure)?
    for url in request.urls {
      do {
        return try await compare(request, url, with: network, entry, options)
      } catch let error as any ZooFailure {
        // Another URL may have the right file.
        if error.kind == .integrity {
          refusal = refusal ?? error
        } else {
          obstacle = obstacle ?? error
        }
      }
    }
    if let refusal { throw refusal }
    let reason = obstacle.map { "\($0)" } ?? "no URL is known for it"
    // The download itself tells of a server that cannot be reached.
    let level: Logger.Level = obstacle?.kind == .unsupported ? .notice : .debug
    Logger(label: "zoo.precheck").log(
      level: level, "\(request.file) of \(request.model) is not prechecked: \(reason)")
    return .impossible(reason)
  }

  private func compare(
    _ request: FileRequest, _ url: String, with network: NetworkConfiguration,
    _ entry: RegistryEntry?, _ options: LoadOptions
  ) async throws -> Precheck {
    let reader = try fetcher.rangeReader(for: url)
    let (start, size) = try await reader.read(0..<OutlineReader.startSize)
    if size < Zoo.smallestPrechecked { return .unneeded }
    let checkpoint = try await inspect(reader, start, size: size).outline.checkpoint
    return try await offload { _ in
      let backend = try backend.get()
      let plan = try NetworkPlan(checkpoint, network, entry: entry, options: options)
      do throws(NetworkError) {
        try VisionNetwork.check(
          family: plan.family, configuration: plan.configuration, classes: plan.classes,
          size: plan.size, newSize: plan.newSize, patchSize: options.patchSize,
          outline: checkpoint.stateDict.byName,
          backend: backend)
      } catch {
        throw ModelError.doesNotFit(model: request.model, url: checkpoint.file, error)
      }
      return .fits
    }
  }
}
