import Dispatch
import Synchronization

/// Whether work on another thread should stop.
package final class Cancellation: Sendable {
  private let cancelled = Atomic(false)

  package init() {}

  package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  package func cancel() { cancelled.store(true, ordering: .relaxed) }

  /// Throws once the work should stop.
  package func check() throws(CancellationError) {
    if isCancelled { throw CancellationError() }
  }
}

/// Runs work that blocks, such as reading a file or computing, outside the threads that run tasks.
///
/// Work whose task is cancelled before its turn comes is not begun: `CancellationError`.
/// - Parameter queue: where it runs; a serial queue keeps its works from waiting on many threads.
package func offload<Result: Sendable>(
  to queue: DispatchQueue = .global(),
  _ work: @escaping @Sendable (Cancellation) throws -> Result
) async throws -> Result {
  let cancellation = Cancellation()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      queue.async {
        continuation.resume(
          with: Swift.Result {
            try cancellation.check()
            return try work(cancellation)
          })
      }
    }
  } onCancel: {
    cancellation.cancel()
  }
}
