import Synchronization

/// The threads that networks run on, made when the first network needs them: most uses of a zoo,
/// such as listing and fetching, compute nothing.
final class LazyBackend: Sendable {
  /// How many threads a forward pass uses.
  let threads: Int
  /// The kernels that they run.
  let path: KernelPath
  private let made = Mutex<Backend?>(nil)

  /// Takes a number of threads, `nil` for all processors that the process may use.
  init(threads: Int?, path: KernelPath = .best) throws(TensorError) {
    self.path = path
    self.threads = threads ?? Backend.availableProcessors
    guard self.threads >= 1 else { throw .noThreads(requested: self.threads) }
  }

  func get() throws(TensorError) -> Backend {
    try made.withLock { (made) throws(TensorError) in
      if let made { return made }
      let backend = try Backend(threads: threads, path: path)
      made = backend
      return backend
    }
  }
}
