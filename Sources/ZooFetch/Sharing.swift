import ZooCore

/// What a process does that wants a file: use it, download it, or wait for the one that does.
enum Turn {
  case cached(FetchedFile)
  case ours(Claim, Expectation?)
  case busy(Owner?)
}

/// Notices when an owner no longer shows that it lives.
///
/// The clocks of machines that share a disk may differ, so what counts is how long ago a change was
/// seen here, and not the time that was written.
struct OwnerWatch {
  private let limit: Duration
  private var last: PartialDirectory.Entry?
  private var lastChange: ContinuousClock.Instant?

  init(limit: Duration) { self.limit = limit }

  /// Whether a claim has not changed for too long.
  mutating func isStale(_ entry: PartialDirectory.Entry, now: ContinuousClock.Instant) -> Bool {
    if entry == last, let lastChange { return now - lastChange > limit }
    last = entry
    lastChange = now
    return false
  }
}
