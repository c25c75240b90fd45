import ModelZoo
import Synchronization

/// Tells on standard error how far a command has come, at most ten times a second.
final class ProgressReport: Sendable {
  private struct State {
    var name = ""
    var start = ContinuousClock.now
    var last: ContinuousClock.Instant?
  }

  private let style: ProgressStyle
  private let state = Mutex(State())

  init(_ style: ProgressStyle) {
    self.style = style == .terminal && !StandardError.isTerminal ? .none : style
  }

  /// Takes the progress of a download; `nil` where nobody wants to know.
  var handler: ProgressHandler? {
    if case .none = style { return nil }
    return { self.report($0) }
  }

  private func report(_ progress: FetchProgress) {
    let isLast = progress.bytesReceived == progress.totalBytes
    let name = "\(progress.file) \(progress.phase.name)"
    guard let seconds = secondsIfDue(name, isLast: isLast) else { return }
    tell(
      [
        "file": .string(progress.file), "model": .string(progress.model),
        "phase": .string(progress.phase.name),
        "received": .integer(progress.bytesReceived),
        "total": progress.totalBytes.map { .integer($0) } ?? .null,
      ],
      progress.status(after: seconds))
  }

  /// Takes how many images are done.
  func report(images done: Int, of total: Int) {
    guard secondsIfDue("", isLast: done == total) != nil else { return }
    tell(["images": .integer(done), "of": .integer(total)], "\(done) of \(total) images")
  }

  /// The seconds since a thing was begun, if it is time to tell of it again.
  private func secondsIfDue(_ name: String, isLast: Bool) -> Double? {
    let now = ContinuousClock.now
    return state.withLock { state in
      if state.name != name { state = State(name: name, start: now) }
      if let last = state.last, now - last < .milliseconds(100), !isLast { return nil }
      state.last = now
      return (now - state.start) / .seconds(1)
    }
  }

  private func tell(_ json: JSONValue, _ line: String) {
    switch style {
    case .none: break
    case .json: StandardError.write(json.serialized())
    case .terminal: StandardError.showStatus(line)
    }
  }
}

extension FetchProgress {
  fileprivate func status(after seconds: Double) -> String {
    var text = "\(file)  \(Units.bytes(bytesReceived))"
    if let totalBytes, totalBytes > 0 {
      let percent = Int(100 * Double(bytesReceived) / Double(totalBytes))
      text = "\(file)  \(percent)%  \(Units.bytes(bytesReceived)) of \(Units.bytes(totalBytes))"
    }
    if seconds > 0.5 { text += "  \(Units.bytes(Int(Double(bytesReceived) / seconds)))/s" }
    return text
  }
}
