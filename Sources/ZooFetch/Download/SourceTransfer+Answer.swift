/// What connections do with an answer.
extension SourceTransfer {
  /// Checks the head of an answer, and prepares the part for its body.
  ///
  /// - Returns: which bytes of the file follow; the end is `nil` if the server does not say.
  func accept(
    _ head: ResponseHead, for wanted: Range<Int>?
  ) throws -> (start: Int, end: Int?) {
    if head.headers["content-type"]?.lowercased().hasPrefix("text/html") == true {
      throw FetchError.webPage(source.url)
    }
    if let part = head.contentRange {
      let isAskedFor =
        part.range.lowerBound == wanted?.lowerBound
        && part.range.upperBound <= wanted?.upperBound ?? 0
      if !isAskedFor { throw FetchError.wrongRange(nil, wanted: wanted, source.url) }
    }
    try download.check(head.linkedDigest, from: source)
    download.note(commit: head.repositoryCommit)
    let size = try size(in: head)
    try checkSameness(head, size: size)
    try download.part.begin(
      size: size, digest: download.expectation?.digest,
      origin: Origin(url: source.shownURL, validator: head.validator))
    state.withLock { state in
      state.validator = head.validator
      guard head.contentRange != nil else { return }
      state.opened?.yield()
      state.opened = nil
    }
    let received = download.part.received
    download.meter.report(received, of: size, .receiving)
    guard let range = head.contentRange?.range else { return (0, size) }
    return (range.lowerBound, range.upperBound)
  }

  /// The size of the whole file, as far as answer and registry say it.
  private func size(in head: ResponseHead) throws -> Int? {
    let stated = head.contentRange.map(\.totalSize) ?? head.contentLength
    let request = download.request
    if let expected = request.size, let stated, stated != expected {
      throw FetchError.size(expected, found: "\(stated) bytes", source.url)
    }
    if let part = head.contentRange {
      // A part of a file of unknown size, or a body that is not that part.
      if stated == nil || head.contentLength.map({ $0 != part.range.count }) == true {
        throw Restart.withoutRanges
      }
    }
    let size = request.size ?? stated
    if let size, let chunks = request.chunks, chunks.pieces(of: size) == nil {
      throw FetchError.chunkCount(chunks, size: size, source.url)
    }
    return size
  }

  /// Makes sure that the bytes to come and those that are there are of the same content.
  private func checkSameness(_ head: ResponseHead, size: Int?) throws {
    let part = download.part
    let (known, ignoresValidators) = state.withLock { ($0.validator, $0.ignoresValidators) }
    let hasDigest = download.expectation != nil
    let isSame =
      (part.size == nil || part.size == size)
      && (known == nil || known == head.validator || ignoresValidators)
      && (part.received == 0 || part.expectedDigest == download.expectation?.digest)
      && (part.received == 0 || hasDigest || known == head.validator && head.validator.isStrong)
    if let range = head.contentRange?.range {
      if !isSame { throw Restart.changed }
      // Without a digest or a validator, nothing would tell that two answers belong together.
      let isWhole = range == 0..<(size ?? 0)
      if !hasDigest, !isWhole, !head.validator.isStrong { throw Restart.withoutRanges }
    } else {
      // Everything comes. Other connections must not go on writing what may be something else.
      let isAlone = state.withLock { $0.opened != nil }
      if !isAlone { throw isSame ? Restart.withoutRanges : Restart.changed }
      if !isSame { try part.empty() }
    }
  }

  /// Takes bytes of the body.
  func write(_ bytes: [UInt8], at offset: Int) throws(FetchError) {
    download.lease.noteActivity()
    try download.part.write(bytes, at: offset, from: source.shownURL)
    download.meter.report(download.part.received, of: download.part.size, .receiving)
  }

  /// Takes the end of a body of unknown length.
  func end(at size: Int) { download.part.end(at: size) }

  /// The error for a body with more bytes than there should be.
  func tooLong(end: Int) -> FetchError {
    FetchError.size(download.part.size ?? end, found: "more", source.url)
  }

  /// The error for a body with fewer bytes than there should be: a connection that ended early
  /// looks no different.
  func tooShort(_ offset: Int, end: Int) -> FetchError {
    FetchError.size(
      download.part.size ?? end, found: "\(offset) bytes", source.url, isTransient: true)
  }
}
