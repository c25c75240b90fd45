/// Notices when an owner no longer shows that it lives.
///
/// The clocks of machines that share a disk may differ, so what counts is how long ago a change was
/// seen here, and not the time that was written.
struct OwnerWatch: Sendable {
  private let limit: Duration
  /// The lease seen last.
  private(set) var last: PartialDirectory.Entry?
  private var lastChange: ContinuousClock.Instant?

  init(limit: Duration) { self.limit = limit }

  /// Takes note of the lease that counts.
  mutating func see(_ entry: PartialDirectory.Entry?, now: ContinuousClock.Instant) {
    if entry == last { return }
    last = entry
    lastChange = now
  }

  /// The lease seen last, if it has not changed for too long.
  func stale(now: ContinuousClock.Instant) -> PartialDirectory.Entry? {
    guard let lastChange, now - lastChange > limit else { return nil }
    return last
  }
}
