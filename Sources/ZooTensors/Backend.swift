import CKernels
import Synchronization

/// Kernels for one kind of processor.
package struct KernelPath: @unchecked Sendable, Equatable {
  let pointer: OpaquePointer

  /// The name, such as "avx512".
  package var name: String { String(cString: zk_path_name(pointer)) }

  /// Whether this processor can run it.
  package var runsHere: Bool { zk_path_runs_here(pointer) }

  /// Whether the path has instructions for the products of a precision; it widens the numbers if
  /// not.
  package func isNative(_ precision: Precision) -> Bool {
    zk_path_is_native(pointer, precision.kernel)
  }

  /// The best path for this processor.
  package static let best = KernelPath(pointer: zk_path_best())

  /// All paths in this program, best first.
  package static let all: [KernelPath] = {
    var paths: [KernelPath] = []
    while let pointer = zk_path_at(paths.count) { paths.append(KernelPath(pointer: pointer)) }
    return paths
  }()
}

/// Where networks run: a kernel path, a pool of threads and reusable memory.
///
/// One forward pass runs at a time and uses all the threads; more passes, from whatever threads,
/// wait for their turn, so that a busy program never runs more compute threads than it asked for.
package final class Backend: @unchecked Sendable {
  package let path: KernelPath
  let pool: OpaquePointer
  private let workspace = Mutex(WorkspaceMemory())
  private let operationCount = Atomic(0)
  private let winogradByteCount = Atomic(0)

  /// Makes a backend; `threads` nil takes all processors that the process may use.
  package init(threads: Int? = nil, path: KernelPath = .best) throws(TensorError) {
    let threads = threads ?? Backend.availableProcessors
    guard threads >= 1, let pool = zk_pool_create(Int32(clamping: min(threads, 1024))) else {
      throw .noThreads(requested: threads)
    }
    self.pool = pool
    self.path = path
  }

  deinit { zk_pool_destroy(pool) }

  /// How many threads a pass uses.
  package var threads: Int { Int(zk_pool_threads(pool)) }

  /// How many floating-point operations matrix products, convolutions and attention have done so far,
  /// those counted that Winograd's algorithm saves.
  package var operations: Int { operationCount.load(ordering: .relaxed) }

  func count(operations: Int) { operationCount.wrappingAdd(operations, ordering: .relaxed) }

  /// How many bytes more the convolutions made so far took for Winograd's algorithm.
  package var winogradBytes: Int { winogradByteCount.load(ordering: .relaxed) }

  func count(winogradBytes: Int) {
    winogradByteCount.wrappingAdd(winogradBytes, ordering: .relaxed)
  }

  /// How many processors this process may use, by its affinity and its container's share.
  package static var availableProcessors: Int {
    let processors = Int(zk_processors())
    #if os(Linux)
      return min(processors, ProcessorQuota().processors ?? processors)
    #else
      return processors
    #endif
  }

  /// Runs one forward pass, alone.
  ///
  /// Matrices of the workspace are valid until `body` returns. Passes do not nest.
  package func pass<R, E: Error>(_ body: (Workspace) throws(E) -> sending R) throws(E) -> sending R
  {
    try workspace.withLock { (memory) throws(E) in
      memory.reset()
      return try body(Workspace(backend: self, memory: memory))
    }
  }

  /// How many billion float32 operations a second all threads together can do at the most.
  ///
  /// Measured: multiply-adds in registers, the best of many short runs. A thread may run beside
  /// another on one processor for some hundredths of a second before the system moves it.
  package func peakGFLOPS() -> Double {
    var done = [Double](repeating: 0, count: threads)
    var best = 0.0
    for _ in 0..<64 {
      let time = ContinuousClock().measure {
        pass { _ in
          done.withUnsafeMutableBufferPointer { done in
            parallel(threads, (path, done)) { context, thread, _ in
              let (path, done) = context.load(
                as: (KernelPath, UnsafeMutableBufferPointer<Double>).self)
              done[thread] = zk_peak_operations(path.pointer, 2_000_000)
            }
          }
        }
      }
      best = max(best, done.reduce(0, +) / (time / .seconds(1)) / 1e9)
    }
    return best
  }

  /// Calls `body` once for each of `0..<count`, on the pool's threads, with the place of `context`.
  ///
  /// A C function, since a Swift closure that other threads call takes memory from the heap. Only
  /// inside ``pass(_:)``.
  func parallel<Context>(_ count: Int, _ context: Context, _ body: zk_body) {
    var context = context
    withUnsafeMutablePointer(to: &context) { zk_parallel(pool, count, body, $0) }
  }
}
