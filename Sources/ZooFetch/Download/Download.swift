import Logging
import Synchronization
import ZooCore

/// One file on its way from its sources into a part.
final class Download: Sendable {
  let request: FileRequest
  let options: FetchOptions
  let transport: any Transport
  let pacing: Pacing
  let logger: Logger
  let contentCheck: ContentCheck?
  let lease: Lease
  let part: Part
  let meter: ProgressMeter
  private let expected: Mutex<Expectation?>
  private let commit = Mutex<String?>(nil)

  /// A file that is what it should be.
  struct Verified {
    var digest: SHA256Digest
    var checksumSource: ChecksumSource
    var size: Int
    var source: Source
    /// The commit of the repository that the file is from, if its server said so.
    var commit: String?
  }

  init(
    _ request: FileRequest, _ expectation: Expectation?, _ lease: Lease, into part: Part,
    with fetcher: Fetcher, _ meter: ProgressMeter
  ) {
    self.request = request
    self.lease = lease
    self.part = part
    self.meter = meter
    options = fetcher.options
    transport = fetcher.transport
    pacing = fetcher.pacing
    logger = fetcher.logger
    contentCheck = fetcher.contentCheck
    // A complete part is not asked for again, so what a server said of it has to do.
    let stated = part.isComplete ? part.expectedDigest : nil
    expected = Mutex(
      expectation ?? stated.map { Expectation(digest: $0, source: .serverStated) })
  }

  /// What the file must be, as far as registry, pin or server have said it.
  var expectation: Expectation? { expected.withLock { $0 } }

  /// Takes the commit of the repository that a server says the file is from.
  func note(commit stated: String?) { if let stated { commit.withLock { $0 = stated } } }

  /// Compares what a server states with what is expected; where nothing is, that is from now on.
  func check(_ stated: SHA256Digest?, from source: Source) throws(FetchError) {
    guard let stated else { return }
    try expected.withLock { expected throws(FetchError) in
      guard let known = expected else {
        expected = Expectation(digest: stated, source: .serverStated)
        return
      }
      if known.digest != stated {
        throw known.mismatch(found: stated, statedByServer: true, url: source.url)
      }
    }
  }

  /// Gets the file from the first source that has it rightly.
  ///
  /// What one source brought is not asked of the next, if a digest will tell whether the whole is
  /// right. A source that alone brought wrong bytes is set aside; where the digests of pieces show
  /// which of them are wrong, it gets a second chance, after the others.
  func run(_ sources: [Source]) async throws -> Verified {
    var sources = sources
    var failures: [FetchError] = []
    var faults: [Source: Int] = [:]
    while let source = sources.first {
      do {
        logger.debug("getting \(source.shownURL) for \(request.model)")
        meter.report(.connecting)
        try await SourceTransfer(source, self).run()
        meter.report(.verifying)
        let found = try await part.digest()
        var fault = try mismatch(found, from: source)
        if fault == nil { fault = try await refusal(from: source) }
        guard let fault else {
          return Verified(
            digest: found, checksumSource: expectation?.source ?? .pinned, size: part.received,
            source: source, commit: commit.withLock { $0 })
        }
        let isItsFault = part.isPurely(from: source.shownURL)
        try await forgetWrongBytes(found)
        if !isItsFault { continue }
        faults[source, default: 0] += 1
        sources.removeFirst()
        if faults[source, default: 0] < (request.chunks == nil ? 1 : 2) {
          sources.append(source)
        } else {
          failures.append(fault)
        }
        // Where nothing is left to try, this is the error itself.
        if !sources.isEmpty { logger.warning("\(fault.finding); trying another place") }
      } catch let error as FetchError where error.kind != .disk && error.kind != .other {
        logger.debug("\(error)")
        failures.append(error)
        sources.removeFirst()
      }
    }
    throw FetchError.allFailed(failures)
  }

  private func mismatch(
    _ found: SHA256Digest, from source: Source
  ) throws(FetchError) -> FetchError? {
    guard let expectation else {
      if part.received == 0 { throw FetchError.size(1, found: "nothing", source.url) }
      return nil
    }
    if found == expectation.digest { return nil }
    return expectation.mismatch(found: found, statedByServer: false, url: source.url)
  }

  /// Looks into a file that nobody but its server vouches for.
  private func refusal(from source: Source) async throws -> FetchError? {
    guard let contentCheck, expectation?.isKnownBefore != true else { return nil }
    let (path, name) = (part.file.path, request.name)
    guard let finding = try await offload({ _ in try contentCheck(path, name) }) else { return nil }
    // Another source need not have what this one stated.
    expected.withLock { $0 = nil }
    return FetchError(
      kind: .integrity, reason: "\(source.shownURL) \(finding)", advice: "nothing of it is kept",
      url: source.shownURL)
  }

  private func forgetWrongBytes(_ found: SHA256Digest) async throws {
    guard let expectation, let pieces = request.chunks?.pieces(of: part.received) else {
      return try part.empty()
    }
    let file = part.file
    let wrong = try await offload { cancellation in
      try pieces.filter {
        try HashingReader.digest(of: file, in: $0.range, cancellation: cancellation) != $0.digest
      }
    }
    if wrong.isEmpty {
      try part.empty()
      throw FetchError.chunksContradict(expectation, found: found)
    }
    try part.drop(wrong.map(\.range))
  }
}
