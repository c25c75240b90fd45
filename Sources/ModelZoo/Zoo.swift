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
  let backend: LazyBackend

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
  package var kernelPath: String { KernelPath.best.name }

  /// The names of models, in birder's order; see ``Registry/names(matching:task:family:)``.
  public func listPretrainedModels(
    matching pattern: String? = nil, task: ModelTask? = nil
  ) -> [String] {
    registry.names(matching: pattern, task: task)
  }
}
