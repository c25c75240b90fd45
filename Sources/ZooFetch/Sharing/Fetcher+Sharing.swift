import ZooCore

/// What a process does that wants a file.
private enum Turn: Sendable {
  /// Uses it: it is there.
  case use(FetchedFile)
  /// Downloads it, with what is known of it.
  case download(Lease, Expectation?)
  /// Waits for the one that downloads it, if that is known already.
  case wait(PartialDirectory.Entry?)
}

extension Fetcher {
  /// Waits until the file is there, or downloads it when that is this process's turn.
  func fetchOnline(_ request: FileRequest, _ meter: ProgressMeter) async throws -> FetchedFile {
    var watch = OwnerWatch(limit: options.ownerTimeout)
    while true {
      let (seen, stale) = (watch.last, watch.stale(now: pacing.now()))
      let turn = try await offload { cancellation in
        try look(request, waitingFor: seen, passingOver: stale, cancellation)
      }
      switch turn {
      case .use(let file): return file
      case .download(let lease, let expectation):
        return try await download(request, expectation, lease, meter)
      case .wait(let entry):
        if case .owned(let owner?) = entry?.state {
          meter.report(.waiting(for: owner.description))
        }
        watch.see(entry, now: pacing.now())
        try await pacing.sleep(.milliseconds(200))
      }
    }
  }

  /// Looks what this process has to do now.
  ///
  /// - Parameters:
  ///   - seen: the lease that it has waited for: as long as that counts, the file is not there.
  ///   - stale: a lease whose owner no longer shows that it lives.
  private func look(
    _ request: FileRequest, waitingFor seen: PartialDirectory.Entry?,
    passingOver stale: PartialDirectory.Entry?, _ cancellation: Cancellation
  ) throws -> Turn {
    func hasToWait(for entry: PartialDirectory.Entry) -> Bool {
      entry.state != .free && entry != stale
    }
    // Only a file that has to be fetched needs a place.
    if cache.root.isEmpty, let cached = try find(request, cancellation: cancellation) {
      return .use(cached)
    }
    let directory = cache.partialDirectory(of: request, in: try cache.writableRoot())
    if let seen, let last = try directory.entries().last, last.number == seen.number,
      hasToWait(for: last)
    {
      return .wait(last)
    }
    if let cached = try find(request, cancellation: cancellation) {
      directory.tidy(havingCached: cached.sha256)
      return .use(cached)
    }
    let last = try directory.entries().last
    if let last, hasToWait(for: last) { return .wait(last) }
    guard let lease = try Lease.make((last?.number ?? 0) + 1, in: directory.path) else {
      return .wait(nil)
    }
    // The file may have come between the look for it and the lease.
    let expectation = try expectation(of: request, cancellation: cancellation)
    if let expectation, cache.hasFile(expectation.digest, in: cache.root),
      let cached = try find(request, cancellation: cancellation)
    {
      lease.remove()
      directory.tidy(havingCached: cached.sha256)
      return .use(cached)
    }
    return .download(lease, expectation)
  }
}
