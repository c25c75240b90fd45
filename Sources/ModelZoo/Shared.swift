extension Zoo {
  private static let sharedResult = SharedZoo()

  /// The zoo of this process's environment; see ``ZooEnvironment``.
  ///
  /// Made when it is first used.
  /// - Throws: the error of a variable or of a registry that `ZOO_REGISTRY` names.
  public static var shared: Zoo {
    get async throws {
      try Task.checkCancellation()
      return try await sharedResult.zoo()
    }
  }
}

/// Makes a zoo once, for the first who asks; a failed attempt is made again.
private actor SharedZoo {
  private var made: Task<Zoo, any Error>?

  func zoo() async throws -> Zoo {
    let task = made ?? Task { try await Zoo(try ZooEnvironment()) }
    made = task
    do {
      return try await task.value
    } catch {
      made = nil
      throw error
    }
  }
}

/// A network with its pretrained weights, and what is known about it.
///
/// See ``Zoo/loadPretrainedModel(_:options:progress:)``; this is that of ``Zoo/shared``.
/// - Parameters:
///   - name: the model's name in the registry.
///   - options: another format, input size, precision or configuration.
///   - progress: is told how much of the file has come; called from other threads.
/// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``; the error of a
///   variable or registry of the environment; `CancellationError`.
public func loadPretrainedModel(
  _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
) async throws -> (net: VisionNetwork, info: ModelInfo) {
  try await Zoo.shared.loadPretrainedModel(name, options: options, progress: progress)
}

/// A network with its pretrained weights, what is known about it, and its preprocessing.
///
/// See ``Zoo/loadPretrainedModelAndTransform(_:options:progress:)``; this is that of
/// ``Zoo/shared``.
/// - Parameters:
///   - name: the model's name in the registry.
///   - options: another format, input size, precision or configuration.
///   - progress: is told how much of the file has come; called from other threads.
/// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``; the error of a
///   variable or registry of the environment; `CancellationError`.
public func loadPretrainedModelAndTransform(
  _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
) async throws -> (net: VisionNetwork, info: ModelInfo, transform: ImageTransform) {
  try await Zoo.shared.loadPretrainedModelAndTransform(
    name, options: options, progress: progress)
}

/// The published head of a level for a model's embeddings.
///
/// See ``Zoo/loadPretrainedHead(_:level:for:progress:)``; this is that of ``Zoo/shared``.
/// - Parameters:
///   - name: the model's name in the registry.
///   - level: the level, such as `family`.
///   - net: the network whose embeddings the head takes.
///   - progress: is told how much of the file has come; called from other threads.
/// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``; the error of a
///   variable or registry of the environment; `CancellationError`.
public func loadPretrainedHead(
  _ name: String, level: String, for net: VisionNetwork, progress: ProgressHandler? = nil
) async throws -> Head {
  try await Zoo.shared.loadPretrainedHead(name, level: level, for: net, progress: progress)
}

/// The names of the models, in birder's order.
///
/// The counterpart of birder's `list_pretrained_models`; this is that of ``Zoo/shared``.
/// - Parameters:
///   - pattern: a shell-style pattern that a whole name has to match, such as `vit_*`.
///   - task: what the models were trained to do; `nil` for any.
/// - Throws: the error of a variable or registry of the environment; `CancellationError`.
public func listPretrainedModels(
  matching pattern: String? = nil, task: ModelTask? = nil
) async throws -> [String] {
  try await Zoo.shared.listPretrainedModels(matching: pattern, task: task)
}
