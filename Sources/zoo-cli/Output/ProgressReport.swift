import ModelZoo
import Synchronization

/// Tells on standard error how far a command has come, at most ten times a second.
final class ProgressReport: Sendable {
  private struct State {
    var name = ""
    var last: ContinuousClock.Instant?
    var lines = ProgressLines()

    /// Whether it is time to tell of a thing again; the end of it is always told.
    mutating func isDue(_ name: String, isLast: Bool, at now: ContinuousClock.Instant) -> Bool {
      if name == self.name, let last, now - last < .milliseconds(100), !isLast { return false }
      self.name = name
      last = now
      return true
    }
  }

  /// Seconds from which on a summary is of use in a log too.
  private static let longRun = 10.0

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
    let now = ContinuousClock.now
    let name = "\(progress.model)/\(progress.file) \(progress.phase.name)"
    let isLast = progress.bytesReceived == progress.totalBytes
    // The lock is held while it is told, so that lines keep their order.
    state.withLock { state in
      guard state.isDue(name, isLast: isLast, at: now) else { return }
      switch style {
      case .none: break
      case .json: StandardError.write(progress.json.serialized())
      case .terminal:
        for line in state.lines.update(progress, at: now) { StandardError.write(line) }
        StandardError.showStatus(state.lines.status)
      }
    }
  }

  /// Takes how far a run over images has come.
  func report(_ run: RunSummary) {
    guard state.withLock({ $0.isDue("", isLast: run.done == run.count, at: .now) }) else { return }
    switch style {
    case .none: break
    case .json: StandardError.write(run.json.serialized())
    case .terminal: StandardError.showStatus([run.status])
    }
  }

  /// Tells how a run over images went.
  func finish(_ run: RunSummary) {
    if style == .json {
      let json: JSONValue = ["summary": run.json]
      StandardError.write(json.serialized())
    } else if style == .terminal ? run.count > 1 : run.seconds >= ProgressReport.longRun {
      for line in run.lines { StandardError.note(line) }
    }
  }
}

extension FetchProgress {
  /// The progress for programs.
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["file"] = .string(file)
    object["model"] = .string(model)
    object["phase"] = .string(phase.name)
    object["received"] = .integer(bytesReceived)
    object["total"] = totalBytes.map { .integer($0) } ?? .null
    if let set { object["set"] = set.json }
    return .object(object)
  }
}

extension SetProgress {
  fileprivate var json: JSONValue {
    [
      "done": .integer(filesDone), "files": .integer(fileCount),
      "received": .integer(bytesReceived), "total": .integer(totalBytes),
      "unknown": .integer(filesOfUnknownSize),
    ]
  }
}
