import Synchronization

/// What worker threads spent on a collection's images.
package final class ImageTimes: Sendable {
  /// What they do with an image.
  package enum Part: Hashable, Sendable { case reading, decoding }

  private let times = Mutex<[Part: Duration]>([:])

  /// The time of all threads together.
  package subscript(part: Part) -> Duration { times.withLock { $0[part] ?? .zero } }

  func measure<Result, Failure>(
    _ part: Part, _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ContinuousClock.now
    defer {
      let time = ContinuousClock.now - start
      times.withLock { $0[part, default: .zero] += time }
    }
    return try work()
  }
}
