/// How many bytes a connection asks for at once.
///
/// Short segments let the hasher follow closely and end all connections at the same time; but each
/// costs the time until the answer begins, and on its way there redirects. So a segment is to take
/// twenty times as long as that.
struct SegmentLength {
  private let smallest: Int
  private let connections: Int
  private var target: Int
  private var isFirst = true

  init(_ options: FetchOptions) {
    smallest = options.segmentSize
    connections = options.connections
    target = smallest
  }

  /// Takes account of a segment that came.
  mutating func learn(latency: Duration, time: Duration, count: Int) {
    guard time > .zero else { return }
    let ideal = 20 * (latency / time) * Double(count)
    target = max(smallest, Int(min(ideal, Double(32 * smallest))))
  }

  /// The length of the next segment, where a number of bytes are missing in all.
  ///
  /// The last ones are shorter, so that no connection is left with one while the others are done.
  mutating func next(missing: Int) -> Int {
    defer { isFirst = false }
    return isFirst ? smallest : min(target, max(missing / (2 * connections), smallest / 8, 1))
  }
}
