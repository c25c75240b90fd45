import Dispatch
import Synchronization

/// Shows by the time of a file that this process lives and gets on.
final class Heartbeat: @unchecked Sendable {
  private let timer = DispatchSource.makeTimerSource(queue: .global())
  private let lastActivity = Mutex(ContinuousClock.now)

  private static let seconds = 2
  /// After how long without any activity it shows no more life.
  private static let longestPause = Duration.seconds(300)

  init(_ file: OpenFile) {
    timer.schedule(
      deadline: .now() + .seconds(Heartbeat.seconds), repeating: .seconds(Heartbeat.seconds))
    timer.setEventHandler { [weak self] in self?.beat(file) }
    timer.activate()
  }

  deinit { stop() }

  func noteActivity() { lastActivity.withLock { $0 = .now } }

  func stop() { timer.cancel() }

  private func beat(_ file: OpenFile) {
    let pause = ContinuousClock.now - lastActivity.withLock { $0 }
    if pause < Heartbeat.longestPause { file.touch() }
  }
}
