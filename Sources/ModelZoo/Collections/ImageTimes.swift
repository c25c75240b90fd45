import Synchronization

/// What worker threads spent on a collection's images.
package final class ImageTimes: Sendable {
  package enum Part { case reading, decoding }

  private let reading = Atomic(0)
  private let decoding = Atomic(0)

  /// The time of all threads together.
  package subscript(part: Part) -> Duration {
    .nanoseconds((part == .reading ? reading : decoding).load(ordering: .relaxed))
  }

  func measure<Result, Failure>(
    _ part: Part, _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ContinuousClock.now
    defer {
      let time = (ContinuousClock.now - start) / .nanoseconds(1)
      (part == .reading ? reading : decoding).add(Int(time), ordering: .relaxed)
    }
    return try work()
  }
}
