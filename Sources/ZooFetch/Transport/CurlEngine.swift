import CCurl
import Dispatch
import ZooCore

/// Runs transfers on one thread through libcurl's multi interface.
///
/// Everything happens on a serial queue. While there are transfers, `step` puts itself into the
/// queue again and again; starting and cancelling take their turn between two steps, and wake up a
/// step that waits for the network. With no transfers no thread is in use.
final class CurlEngine: @unchecked Sendable {
  private let queue = DispatchQueue(label: "zoo.transfers")
  private let multi: UnsafeMutableRawPointer?
  private var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]

  private static let isReady = zoo_curl_global_init() == CURLE_OK

  init() {
    multi = CurlEngine.isReady ? zoo_curl_multi_init() : nil
    // Segments of a file are to have connections of their own with HTTP/2 too: many streams in one
    // are no faster than one.
    if let multi { zoo_curl_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1) }
  }

  deinit {
    if let multi { zoo_curl_multi_cleanup(multi) }
  }

  /// Carries out a transfer; see ``Transport/get(_:into:)``.
  func run(_ transfer: CurlTransfer) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enqueue { $0.start(transfer, continuation) }
      }
    } onCancel: {
      transfer.cancellation.cancel()
      enqueue { $0.cancel(transfer) }
    }
  }

  private func enqueue(_ action: @escaping @Sendable (CurlEngine) -> Void) {
    queue.async { action(self) }
    if let multi { zoo_curl_multi_wakeup(multi) }
  }

  private func start(
    _ transfer: CurlTransfer, _ continuation: CheckedContinuation<Void, any Error>
  ) {
    do {
      try transfer.cancellation.check()
      guard let multi else { throw CurlTransfer.cannotStart }
      let handle = try transfer.prepare()
      guard zoo_curl_multi_add_handle(multi, handle) == CURLM_OK else {
        throw CurlTransfer.cannotStart
      }
      transfer.continuation = continuation
      let isFirst = active.isEmpty
      active[handle] = transfer
      if isFirst { queue.async { self.step() } }
    } catch {
      continuation.resume(throwing: error)
    }
  }

  private func cancel(_ transfer: CurlTransfer) {
    guard let handle = transfer.handle, active[handle] === transfer else { return }
    end(handle, .failure(CancellationError()))
  }

  private func step() {
    guard let multi, !active.isEmpty else { return }
    var running: Int32 = 0
    zoo_curl_multi_perform(multi, &running)
    var left: Int32 = 0
    while let message = zoo_curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let transfer = active[handle]
      else { continue }
      end(handle, transfer.outcome(message.pointee.data.result))
    }
    if active.isEmpty { return }
    zoo_curl_multi_poll(multi, 1000)
    queue.async { self.step() }
  }

  private func end(_ handle: UnsafeMutableRawPointer, _ result: Result<Void, any Error>) {
    guard let transfer = active.removeValue(forKey: handle) else { return }
    // First the answer: removing a handle may wait for a name server.
    transfer.continuation?.resume(with: result)
    zoo_curl_multi_remove_handle(multi, handle)
  }
}
