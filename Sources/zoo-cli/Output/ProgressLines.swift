import ModelZoo

/// What a terminal shows of files that come one after the other: a line for each, and one for all.
struct ProgressLines {
  /// The lines that are written over by the next ones.
  private(set) var status: [String] = []

  private var name = ""
  private var bytes = 0
  private var percents = Percents()
  private var file = Span()
  private var set = Span()
  private var rate = Rate()

  /// How many bytes came since when, without those of earlier attempts.
  private struct Span {
    var start: ContinuousClock.Instant?
    var count = 0
  }

  /// The highest that were shown: sizes that become known may not make them go back.
  private struct Percents {
    var file = 0
    var set = 0
  }

  /// Takes the next progress; the lines that stay, if a file or the set is done.
  mutating func update(_ progress: FetchProgress, at now: ContinuousClock.Instant) -> [String] {
    if name != progress.model + "/" + progress.file {
      name = progress.model + "/" + progress.file
      bytes = progress.bytesReceived
      percents.file = 0
      file = Span(start: now)
    }
    if set.start == nil { set.start = now }
    let count = max(0, progress.bytesReceived - bytes)
    bytes = progress.bytesReceived
    file.count += count
    set.count += count
    rate.add(count, at: now)

    var lasting: [String] = []
    status = []
    switch progress.phase {
    case .cached: break
    case .done:
      lasting.append(summary(progress.file, progress.bytesReceived, file, now))
    default: status.append(line(for: progress))
    }
    if let all = progress.set, all.totalBytes > 0 || all.filesOfUnknownSize > 0 {
      if all.filesDone < all.fileCount {
        status.append(line(for: all))
      } else if all.bytesReceived > 0 {
        lasting.append(summary(title(all), all.bytesReceived, set, now))
      }
    }
    return lasting
  }

  private mutating func line(for progress: FetchProgress) -> String {
    switch progress.phase {
    case .waiting(let owner): return "\(progress.file)  waiting for \(owner)"
    case .retrying(let pause, let reason):
      return "\(progress.file)  trying again in \(pause.components.seconds) s: \(reason)"
    case .connecting, .storing: return "\(progress.file)  \(progress.phase.name)"
    default: break
    }
    var parts = [progress.file]
    let received = Units.bytes(progress.bytesReceived)
    if let total = progress.totalBytes, total > 0 {
      percents.file = max(percents.file, percent(progress.bytesReceived, of: total))
      parts += ["\(percents.file)%", "\(received) of \(Units.bytes(total))"]
    } else {
      parts.append(received)
    }
    if case .receiving = progress.phase, let rate = rate.bytesPerSecond {
      parts.append("\(Units.bytes(Int(rate)))/s")
      if let total = progress.totalBytes {
        parts.append("\(Units.seconds(Double(total - progress.bytesReceived) / rate)) left")
      }
    }
    return parts.joined(separator: "  ")
  }

  private mutating func line(for set: SetProgress) -> String {
    var parts = [title(set)]
    let isKnown = set.filesOfUnknownSize == 0
    let bound = isKnown ? "" : "at least "
    let received = Units.bytes(set.bytesReceived)
    if isKnown, set.totalBytes > 0 {
      percents.set = max(percents.set, percent(set.bytesReceived, of: set.totalBytes))
      parts.append("\(percents.set)%")
    }
    parts.append(
      set.totalBytes > 0 ? "\(received) of \(bound)\(Units.bytes(set.totalBytes))" : received)
    if let rate = rate.bytesPerSecond {
      let left = Double(max(0, set.totalBytes - set.bytesReceived)) / rate
      parts += ["\(Units.bytes(Int(rate)))/s", "\(bound)\(Units.seconds(left)) left"]
    }
    return parts.joined(separator: "  ")
  }

  private func title(_ set: SetProgress) -> String {
    "total  \(set.filesDone) of \(set.fileCount) files"
  }

  /// A line that stays: how much came and, if that took a while, how fast.
  private func summary(
    _ name: String, _ count: Int, _ span: Span, _ now: ContinuousClock.Instant
  ) -> String {
    let seconds = span.start.map { (now - $0) / .seconds(1) } ?? 0
    let text = "\(name)  \(Units.bytes(count))"
    guard seconds >= 1, span.count > 0 else { return text }
    let rate = Units.bytes(Int(Double(span.count) / seconds))
    return "\(text)  in \(Units.seconds(seconds)), \(rate)/s"
  }

  /// Rounded down; a size that is an estimate may turn out too small.
  private func percent(_ count: Int, of total: Int) -> Int {
    min(100, Int(100 * Double(count) / Double(total)))
  }
}
