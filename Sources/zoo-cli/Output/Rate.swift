/// How fast bytes came in the last seconds.
struct Rate {
  private var samples: [(time: ContinuousClock.Instant, bytes: Int)] = []

  private static let window = Duration.seconds(5)
  /// Less time than this tells nothing.
  private static let shortest = Duration.milliseconds(500)

  /// Takes how many bytes came since the call before.
  mutating func add(_ bytes: Int, at now: ContinuousClock.Instant) {
    samples.append((now, (samples.last?.bytes ?? 0) + bytes))
    let oldest = samples.firstIndex { now - $0.time <= Rate.window } ?? 0
    samples.removeFirst(oldest)
  }

  /// Bytes a second; `nil` if nothing came or too little is known.
  var bytesPerSecond: Double? {
    guard let first = samples.first, let last = samples.last, last.bytes > first.bytes,
      last.time - first.time >= Rate.shortest
    else { return nil }
    return Double(last.bytes - first.bytes) / ((last.time - first.time) / .seconds(1))
  }
}
