extension ModelZoo {
  private static let sharedResult = SharedZoo()

  /// The zoo of this process's environment; see ``ZooEnvironment``.
  ///
  /// Made when it is first used.
  /// - Throws: the error of a variable or of a registry that `ZOO_REGISTRY` names.
  public static var shared: ModelZoo {
    get async throws {
      try Task.checkCancellation()
      return try await sharedResult.zoo()
    }
  }
}

/// Makes a zoo once, for the first who asks; a failed attempt is made again.
private actor SharedZoo {
  private var made: Task<ModelZoo, any Error>?

  func zoo() async throws -> ModelZoo {
    let task = made ?? Task { try await ModelZoo(try ZooEnvironment()) }
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
/// See ``ModelZoo/loadPretrainedModel(_:options:progress:)``; this is that of ``ModelZoo/shared``.
/// - Parameters:
///   - name: the model's name in the registry.
///   - options: another format, input size, precision or configuration.
///   - progress: is told how much of the file has come; called from other threads.
/// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``; the error of a
///   variable or registry of the environment; `CancellationError`.
public func loadPretrainedModel(
  _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
) async throws -> (net: Network, info: ModelInfo) {
  try await ModelZoo.shared.loadPretrainedModel(name, options: options, progress: progress)
}

/// A network with its pretrained weights, what is known about it, and its preprocessing.
///
/// See ``ModelZoo/loadPretrainedModelAndTransform(_:options:progress:)``; this is that of
/// ``ModelZoo/shared``.
/// - Parameters:
///   - name: the model's name in the registry.
///   - options: another format, input size, precision or configuration.
///   - progress: is told how much of the file has come; called from other threads.
/// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``; the error of a
///   variable or registry of the environment; `CancellationError`.
public func loadPretrainedModelAndTransform(
  _ name: String, options: LoadOptions = LoadOptions(), progress: ProgressHandler? = nil
) async throws -> (net: Network, info: ModelInfo, transform: ImageTransform) {
  try await ModelZoo.shared.loadPretrainedModelAndTransform(
    name, options: options, progress: progress)
}

/// The published head of a level for a model's embeddings.
///
/// See ``ModelZoo/loadPretrainedHead(_:level:for:progress:)``; this is that of ``ModelZoo/shared``.
/// - Parameters:
///   - name: the model's name in the registry.
///   - level: the level, such as `family`.
///   - net: the network whose embeddings the head takes.
///   - progress: is told how much of the file has come; called from other threads.
/// - Throws: ``RegistryError``, ``FetchError``, ``CheckpointError``, ``ModelError``; the error of a
///   variable or registry of the environment; `CancellationError`.
public func loadPretrainedHead(
  _ name: String, level: String, for net: Network, progress: ProgressHandler? = nil
) async throws -> Head {
  try await ModelZoo.shared.loadPretrainedHead(name, level: level, for: net, progress: progress)
}

/// The names of the models, in birder's order.
///
/// The counterpart of birder's `list_pretrained_models`; this is that of ``ModelZoo/shared``.
/// - Parameters:
///   - pattern: a shell-style pattern that a whole name has to match, such as `vit_*`.
///   - task: what the models were trained to do; `nil` for any.
/// - Throws: the error of a variable or registry of the environment; `CancellationError`.
public func listPretrainedModels(
  matching pattern: String? = nil, task: ModelTask? = nil
) async throws -> [String] {
  try await ModelZoo.shared.listPretrainedModels(matching: pattern, task: task)
}
