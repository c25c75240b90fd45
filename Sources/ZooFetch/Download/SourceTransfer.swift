import Synchronization

/// Gets what a part lacks from one source, over several connections.
///
/// The first connection asks for a segment. Its answer says how large the file is and whether the
/// server gives parts of it; only then do the others begin. A server that gives everything at once
/// is taken at its word, with one connection.
final class SourceTransfer: Sendable {
  let source: Source
  let download: Download
  let state: Mutex<State>

  struct State {
    /// What connections are getting.
    var reserved = ByteRanges()
    /// Whether parts of the file are asked for.
    var usesRanges: Bool
    /// Is told when the source has answered with a part; `nil` afterwards, when other connections
    /// are at work.
    var opened: AsyncStream<Void>.Continuation?
    /// What the source said of the content.
    var validator: Validator?
    var ignoresValidators = false
    var changes = 0
    /// How much was there at most: what comes again after a restart is no progress.
    var highest = 0
    var segment: SegmentLength
  }

  /// Ends all connections and begins again.
  enum Restart: Error {
    /// The content is no longer that of which the part has bytes.
    case changed
    /// The source does not give parts of a file, or not rightly.
    case withoutRanges
  }

  init(_ source: Source, _ download: Download) {
    self.source = source
    self.download = download
    let origin = download.part.origin
    state = Mutex(
      State(
        usesRanges: source.hasRanges,
        validator: origin?.url == source.shownURL ? origin?.validator : nil,
        highest: download.part.received,
        segment: SegmentLength(download.options)))
  }

  /// Returns when the part is complete.
  ///
  /// - Throws: ``FetchError`` when the source cannot be used any more; `CancellationError`.
  func run() async throws {
    while !download.part.isComplete {
      let received = download.part.received
      do {
        let failure = try await runConnections()
        // A connection that gave up may have left to the others what they did not wait for.
        if let failure, download.part.received <= received { throw failure }
      } catch Restart.withoutRanges {
        state.withLock { $0.usesRanges = false }
      } catch Restart.changed {
        try beginAnew()
      }
    }
  }

  /// Runs connections until none has anything to do; the failure of one that gave up.
  private func runConnections() async throws -> FetchError? {
    let (opened, continuation) = AsyncStream<Void>.makeStream()
    state.withLock { $0.opened = continuation }
    return try await withThrowingTaskGroup(of: FetchError?.self) { group in
      group.addTask {
        defer { continuation.finish() }
        return try await self.connection()
      }
      for await _ in opened {
        for _ in 1..<self.download.options.connections {
          group.addTask { try await self.connection() }
        }
        break
      }
      var failure: FetchError?
      for try await result in group { failure = failure ?? result }
      return failure
    }
  }

  /// Gets one segment after the other; the failure with which it gave up.
  private func connection() async throws -> FetchError? {
    var failures = 0
    while !download.part.isComplete {
      let wanted: Range<Int>?
      if state.withLock({ $0.usesRanges }) {
        guard let range = reserve() else { return nil }
        wanted = range
      } else {
        wanted = nil
      }
      do {
        try await get(wanted)
        failures = 0
      } catch let error as FetchError where error.isRangeFault && wanted != nil {
        throw Restart.withoutRanges
      } catch let error as FetchError where error.isTransient {
        if hasProgress() { failures = 0 }
        failures += 1
        let pause = Backoff.pause(
          after: failures, asked: error.retryAfter, random: download.pacing.random())
        guard failures < download.options.attempts, let pause else { return error }
        download.logger.debug("\(error)")
        download.meter.report(.retrying(after: pause, because: error.reason))
        try await download.pacing.sleep(pause)
      }
    }
    return nil
  }

  private func get(_ wanted: Range<Int>?) async throws {
    let sink = RangeSink(self, wanted)
    download.lease.noteActivity()
    let asked = ContinuousClock.now
    defer { if let wanted { state.withLock { $0.reserved.remove(wanted) } } }
    do {
      try await download.transport.get(request(for: wanted), into: sink)
      let count = try sink.finish()
      if let start = sink.start {
        state.withLock {
          $0.segment.learn(latency: start - asked, time: ContinuousClock.now - start, count: count)
        }
      }
    } catch {
      // What came is kept; a disk that fails shows in the next write.
      try? sink.flush()
      throw error
    }
  }

  private func request(for wanted: Range<Int>?) -> TransferRequest {
    let options = download.options
    var request = TransferRequest(url: source.url, bearerToken: source.token, range: wanted)
    request.stallTimeout = options.stallTimeout
    request.allowsInsecureHTTP = options.allowsInsecureHTTP
    request.speedLimit = options.limitRate.map {
      wanted == nil ? $0 : max(1, $0 / options.connections)
    }
    request.ifRange = state.withLock { $0.ignoresValidators ? nil : $0.validator?.strongTag }
    return request
  }

  /// Takes the next range that is missing; `nil` if others get all of them.
  private func reserve() -> Range<Int>? {
    state.withLock { state in
      let range: Range<Int>
      if let gap = download.part.firstGap(without: state.reserved) {
        let length = state.segment.next(missing: gap.missing)
        range = gap.range.lowerBound..<min(gap.range.upperBound, gap.range.lowerBound + length)
      } else {
        guard download.part.size == nil, state.reserved.count == 0 else { return nil }
        range = 0..<download.options.segmentSize
      }
      state.reserved.insert(range)
      return range
    }
  }

  private func hasProgress() -> Bool {
    let received = download.part.received
    return state.withLock { state in
      defer { state.highest = max(state.highest, received) }
      return received > state.highest
    }
  }

  /// Forgets what came of a content that has changed.
  private func beginAnew() throws(FetchError) {
    try download.part.empty()
    let changes = state.withLock { state in
      state.validator = nil
      state.changes += 1
      // Servers that share a name may give the same file different tags: a digest tells better.
      if state.changes > 1, download.expectation != nil { state.ignoresValidators = true }
      return state.changes
    }
    if changes > 3 { throw FetchError.unsteady(source.url) }
  }
}
