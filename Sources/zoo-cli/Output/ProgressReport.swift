import ModelZoo
import Synchronization

/// Tells on standard error how far a command has come, at most ten times a second.
final class ProgressReport: Sendable {
  private struct State {
    var name = ""
    var start = ContinuousClock.now
    var startBytes = 0
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
    guard let (seconds, bytes) = rateIfDue(name, progress.bytesReceived, isLast: isLast) else {
      return
    }
    tell(
      [
        "file": .string(progress.file), "model": .string(progress.model),
        "phase": .string(progress.phase.name),
        "received": .integer(progress.bytesReceived),
        "total": progress.totalBytes.map { .integer($0) } ?? .null,
      ],
      progress.status(bytes: bytes, in: seconds))
  }

  /// Takes how many images are done.
  func report(images done: Int, of total: Int) {
    guard rateIfDue("", done, isLast: done == total) != nil else { return }
    tell(["images": .integer(done), "of": .integer(total)], "\(done) of \(total) images")
  }

  /// What came since a thing was begun, and in how many seconds, if it is time to tell of it again.
  ///
  /// What an earlier attempt left does not count.
  private func rateIfDue(
    _ name: String, _ count: Int, isLast: Bool
  ) -> (seconds: Double, count: Int)? {
    let now = ContinuousClock.now
    return state.withLock { state in
      if state.name != name { state = State(name: name, start: now, startBytes: count) }
      if let last = state.last, now - last < .milliseconds(100), !isLast { return nil }
      state.last = now
      return ((now - state.start) / .seconds(1), count - state.startBytes)
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
  /// A line that says how far the file is, how fast it comes and how long it will take.
  fileprivate func status(bytes: Int, in seconds: Double) -> String {
    if case .waiting(let owner) = phase { return "\(file)  waiting for \(owner)" }
    if case .retrying(let pause, let reason) = phase {
      return "\(file)  trying again in \(pause.components.seconds) s: \(reason)"
    }
    var text = "\(file)  \(Units.bytes(bytesReceived))"
    if let totalBytes, totalBytes > 0 {
      let percent = Int(100 * Double(bytesReceived) / Double(totalBytes))
      text = "\(file)  \(percent)%  \(Units.bytes(bytesReceived)) of \(Units.bytes(totalBytes))"
    }
    guard seconds > 0.5, bytes > 0, case .receiving = phase else { return text }
    let rate = Double(bytes) / seconds
    text += "  \(Units.bytes(Int(rate)))/s"
    if let totalBytes {
      text += "  \(Int(Double(totalBytes - bytesReceived) / rate)) s left"
    }
    return text
  }
}
