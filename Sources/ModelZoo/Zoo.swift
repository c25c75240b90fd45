import Logging
import ZooTensors

/// Pretrained models by name: a registry, a cache of their files, and threads to run them on.
///
/// The free functions, such as ``loadPretrainedModel(_:options:progress:)``, use ``shared``; make a
/// value of your own for another registry, cache, transport or number of threads.
public struct Zoo: Sendable {
  /// What models there are.
  public let registry: Registry
  /// What brings their files into the cache.
  public let fetcher: Fetcher
  private(set) var backend: LazyBackend

  /// Makes a zoo.
  ///
  /// - Parameters:
  ///   - registry: the models; the built-in registry by default.
  ///   - fetcher: the cache, and what fills it.
  ///   - threads: how many threads a forward pass uses; `nil` takes all processors that the
  ///     process may use.
  /// - Throws: ``TensorError/noThreads(requested:)``.
  public init(registry: Registry, fetcher: Fetcher, threads: Int? = nil) throws(TensorError) {
    self.registry = registry
    var fetcher = fetcher
    fetcher.contentCheck = contentCheck(fetcher.cache.loadPolicy)
    self.fetcher = fetcher
    backend = try LazyBackend(threads: threads)
  }

  /// How many threads a forward pass uses.
  public var threads: Int { backend.threads }

  /// The kernels that run on this processor, such as "avx512".
  package var kernelPath: String { backend.path.name }

  /// The names of the kernels that this processor can run, the best first.
  package static var kernelPaths: [String] { KernelPath.all.filter(\.runsHere).map(\.name) }

  /// The zoo with kernels of another kind of processor; `nil` if this one cannot run them.
  package func running(kernels name: String) throws(TensorError) -> Zoo? {
    guard let path = KernelPath.all.first(where: { $0.name == name && $0.runsHere }) else {
      return nil
    }
    var zoo = self
    zoo.backend = try LazyBackend(threads: threads, path: path)
    return zoo
  }

  /// The names of models, in birder's order; see ``Registry/names(matching:task:family:)``.
  public func listPretrainedModels(
    matching pattern: String? = nil, task: ModelTask? = nil
  ) -> [String] {
    registry.names(matching: pattern, task: task)
  }
}
