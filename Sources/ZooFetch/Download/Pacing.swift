/// Time and chance, so that tests need neither.
package struct Pacing: Sendable {
  /// Waits.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// The time on a clock that never goes back.
  package var now: @Sendable () -> ContinuousClock.Instant
  /// A number from 0 to 1.
  package var random: @Sendable () -> Double

  package init(
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
  ) {
    self.sleep = sleep
    self.now = now
    self.random = random
  }
}

/// How long to wait before a connection is tried again.
enum Backoff {
  /// The longest pause of our own, and the longest that a server may ask for.
  static let longest = Duration.seconds(30)
  static let longestAsked = Duration.seconds(120)

  /// Twice as long after each failure, from half a second on; up to half of it is left to chance,
  /// lest all clients of a server come back at once.
  ///
  /// - Parameters:
  ///   - failures: how many there were in a row, from 1 on.
  ///   - asked: what the server asks for in `Retry-After`, which is a minimum.
  /// - Returns: `nil` if the server asks for too long a pause.
  static func pause(after failures: Int, asked: Duration?, random: Double) -> Duration? {
    if let asked, asked > longestAsked { return nil }
    let full = min(.milliseconds(500) * (1 << min(failures - 1, 10)), longest)
    return max(full * (0.5 + random / 2), asked ?? .zero)
  }
}
