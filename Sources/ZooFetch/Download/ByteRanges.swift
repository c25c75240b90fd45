/// A set of byte positions, kept as ranges.
struct ByteRanges: Equatable, Sendable {
  /// Sorted, not empty, and neither overlapping nor touching each other.
  private(set) var ranges: [Range<Int>] = []
  /// How many bytes are in the set.
  private(set) var count = 0

  /// How many bytes from the first on are in the set without a gap.
  var prefixCount: Int {
    guard let first = ranges.first, first.lowerBound == 0 else { return 0 }
    return first.upperBound
  }

  mutating func insert(_ new: Range<Int>) {
    if new.isEmpty { return }
    let start = ranges.firstIndex { $0.upperBound >= new.lowerBound } ?? ranges.count
    let end = ranges[start...].firstIndex { $0.lowerBound > new.upperBound } ?? ranges.count
    var merged = new
    for old in ranges[start..<end] {
      merged = min(merged.lowerBound, old.lowerBound)..<max(merged.upperBound, old.upperBound)
      count -= old.count
    }
    count += merged.count
    ranges.replaceSubrange(start..<end, with: [merged])
  }

  mutating func remove(_ old: Range<Int>) {
    if old.isEmpty { return }
    var rest: [Range<Int>] = []
    for range in ranges {
      let before = range.lowerBound..<max(range.lowerBound, min(range.upperBound, old.lowerBound))
      let after = min(range.upperBound, max(range.lowerBound, old.upperBound))..<range.upperBound
      if range.overlaps(old) {
        rest += [before, after].filter { !$0.isEmpty }
      } else {
        rest.append(range)
      }
    }
    ranges = rest
    count = rest.reduce(0) { $0 + $1.count }
  }

  /// What of a range is not in the set, in order.
  func gaps(in whole: Range<Int>) -> [Range<Int>] {
    var gaps: [Range<Int>] = []
    var start = whole.lowerBound
    for range in ranges where range.overlaps(whole) {
      if range.lowerBound > start { gaps.append(start..<range.lowerBound) }
      start = max(start, range.upperBound)
    }
    if start < whole.upperBound { gaps.append(start..<whole.upperBound) }
    return gaps
  }
}
