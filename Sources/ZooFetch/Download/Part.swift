import Dispatch
import Synchronization
import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What has come of a file: its data, a journal of it, and a hasher that follows.
///
/// Bytes are written once. What is already there is never written over, because the hasher may have
/// read it.
final class Part: Sendable {
  /// The data; as long as the whole file from the start, where its size is known.
  let file: OpenFile
  private let directory: String
  private let state: Mutex<State>

  private struct State {
    var size: Int?
    var ranges = ByteRanges()
    var origin: Origin?
    var digest: SHA256Digest?
    var journal: Journal?
    var hasher: FileHasher
    /// The URLs of the bytes that are there; `nil` stands for those that were there before.
    var sources: Set<String?> = []
    var lastSynchronization = ContinuousClock.now
    var isSynchronizing = false
  }

  /// How much of the download a fall of the whole machine may cost.
  private static let synchronizationInterval = Duration.seconds(5)

  static func journalPath(in directory: String) -> String { directory + "/journal" }

  private static func dataPath(in directory: String) -> String { directory + "/data" }

  /// Makes an empty part.
  init(creating directory: String) throws(FetchError) {
    try FileSystem.makeDirectory(directory)
    self.directory = directory
    let file = try OpenFile(creating: Part.dataPath(in: directory))
    self.file = file
    state = Mutex(State(hasher: try FileHasher(file)))
  }

  /// Goes on with a part of which a journal tells.
  init(resuming directory: String, _ content: Journal.Content) throws(FetchError) {
    self.directory = directory
    let file = try OpenFile(Part.dataPath(in: directory), flags: O_RDWR, action: "open")
    self.file = file
    guard try file.identity().size == content.size else { throw .disk("use", file.path, code: EIO) }
    let hasher = try FileHasher(file)
    state = Mutex(
      State(
        size: content.size, ranges: content.ranges, origin: content.origin, digest: content.digest,
        journal: try Journal(at: Part.journalPath(in: directory), content), hasher: hasher,
        sources: [nil]))
    hasher.advance(to: content.ranges.prefixCount)
  }

  /// Copies a part that another process may still write to.
  convenience init(
    copying other: String, _ content: Journal.Content, into directory: String
  ) throws(FetchError) {
    let source = try OpenFile(reading: Part.dataPath(in: other))
    try FileSystem.makeDirectory(directory)
    let copy = try OpenFile(creating: Part.dataPath(in: directory))
    try copy.allocate(content.size)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    for range in content.ranges.ranges {
      var offset = range.lowerBound
      while offset < range.upperBound {
        let count = min(try source.read(into: &buffer, at: offset), range.upperBound - offset)
        guard count > 0 else { throw .disk("read", source.path, code: EIO) }
        try copy.put(buffer.span.bytes.extracting(first: count), at: offset)
        offset += count
      }
    }
    try self.init(resuming: directory, content)
  }

  /// The size of the whole file, if it is known.
  var size: Int? { state.withLock { $0.size } }

  /// How many bytes are there.
  var received: Int { state.withLock { $0.ranges.count } }

  /// Whether all bytes are there.
  var isComplete: Bool { state.withLock { $0.size == $0.ranges.count } }

  /// Where the bytes come from, if any are there.
  var origin: Origin? { state.withLock { $0.ranges.count > 0 ? $0.origin : nil } }

  /// The digest that was expected when the bytes came.
  var expectedDigest: SHA256Digest? { state.withLock { $0.digest } }

  /// Whether all bytes came from one URL, since this process began.
  func isPurely(from url: String) -> Bool { state.withLock { $0.sources == [url] } }

  /// The first range that is neither there nor in a set, and how many such bytes there are.
  func firstGap(without reserved: ByteRanges) -> (range: Range<Int>, missing: Int)? {
    state.withLock { state in
      guard let size = state.size else { return nil }
      var taken = reserved
      for range in state.ranges.ranges { taken.insert(range) }
      return taken.gaps(in: 0..<size).first.map { ($0, size - taken.count) }
    }
  }

  /// Prepares for bytes of an origin; a file of unknown size gets no journal.
  func begin(size: Int?, digest: SHA256Digest?, origin: Origin) throws(FetchError) {
    try state.withLock { state throws(FetchError) in
      if let size, state.size != size { try file.allocate(size) }
      let isRecorded = state.journal != nil || size == nil
      if isRecorded, state.size == size, state.origin == origin, state.digest == digest { return }
      state.size = size
      state.origin = origin
      state.digest = digest
      try renewJournal(&state)
    }
  }

  private func renewJournal(_ state: inout State) throws(FetchError) {
    guard let size = state.size, let origin = state.origin else { return }
    state.journal = try Journal(
      at: Part.journalPath(in: directory),
      Journal.Content(
        size: size, digest: state.digest, origin: origin, ranges: state.ranges))
  }

  /// Writes bytes of the source with a URL, as far as they are not there.
  func write(_ bytes: [UInt8], at offset: Int, from url: String) throws(FetchError) {
    try state.withLock { state throws(FetchError) in
      for gap in state.ranges.gaps(in: offset..<offset + bytes.count) {
        let piece = bytes.span.bytes.extracting(
          gap.lowerBound - offset..<gap.upperBound - offset)
        try file.put(piece, at: gap.lowerBound)
        try state.journal?.append(gap)
        state.ranges.insert(gap)
        state.sources.insert(url)
      }
      state.hasher.advance(to: state.ranges.prefixCount)
      synchronizeIfDue(&state)
    }
  }

  private func synchronizeIfDue(_ state: inout State) {
    guard let journal = state.journal, !state.isSynchronizing,
      ContinuousClock.now - state.lastSynchronization > Part.synchronizationInterval
    else { return }
    state.isSynchronizing = true
    let count = journal.count
    DispatchQueue.global(qos: .utility).async { [self] in
      // A failure shows when the file is complete; until then it only means no promise.
      if file.synchronize() { try? journal.appendSynchronized(count) }
      self.state.withLock { state in
        state.isSynchronizing = false
        state.lastSynchronization = .now
      }
    }
  }

  /// Says where the file ends, if that was not known before.
  func end(at size: Int) { state.withLock { $0.size = size } }

  /// Forgets all bytes.
  func empty() throws(FetchError) {
    try state.withLock { state throws(FetchError) in
      FileSystem.remove(Part.journalPath(in: directory))
      try file.truncate()
      state = State(hasher: try FileHasher(file))
    }
  }

  /// Forgets ranges that turned out to be wrong, and takes the others as known to be right.
  func drop(_ ranges: [Range<Int>]) throws(FetchError) {
    try state.withLock { state throws(FetchError) in
      for range in ranges { state.ranges.remove(range) }
      state.sources = []
      state.hasher = try FileHasher(file)
      try renewJournal(&state)
      state.hasher.advance(to: state.ranges.prefixCount)
    }
  }

  /// The digest of the whole file; to be called once when it is complete.
  func digest() async throws -> SHA256Digest {
    let (hasher, size) = state.withLock { ($0.hasher, $0.ranges.count) }
    return try await hasher.digest(upTo: size)
  }
}
