import Dispatch

/// Whether work on another thread should stop.
final class Cancellation: @unchecked Sendable {
  private let lock = DispatchQueue(label: "zoo.cancellation")
  private var cancelled = false

  var isCancelled: Bool { lock.sync { cancelled } }

  func cancel() { lock.sync { cancelled = true } }

  func check() throws(CancellationError) {
    if isCancelled { throw CancellationError() }
  }
}

/// Runs work that blocks, such as reading a file, outside the threads that run tasks.
func offload<Result: Sendable>(
  _ work: @escaping @Sendable (Cancellation) throws -> Result
) async throws -> Result {
  let cancellation = Cancellation()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Swift.Result { try work(cancellation) })
      }
    }
  } onCancel: {
    cancellation.cancel()
  }
}
