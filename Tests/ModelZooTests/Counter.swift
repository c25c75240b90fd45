import ModelZoo
import Synchronization

/// Keeps what a progress handler was told.
final class Counter: Sendable {
  private let reports = Mutex<[FetchProgress]>([])

  var seen: [FetchProgress] { reports.withLock { $0 } }

  func add(_ progress: FetchProgress) { reports.withLock { $0.append(progress) } }
}
