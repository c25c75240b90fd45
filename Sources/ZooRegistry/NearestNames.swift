/// How many names an error suggests at most.
let nearestNamesLimit = 5

/// The names most like one that is unknown, the likeliest first; empty if none is like it.
///
/// Two ways to miss a name are seen: a few wrong letters, by the edit distance of the whole, and
/// missing or misplaced parts, by the best counterpart of each part between `_` and `-`. Case does
/// not count.
package func nearestNames(to name: String, among candidates: [String]) -> [String] {
  let longestSensible = 200
  guard name.utf8.count <= longestSensible else { return [] }
  let wanted = NameParts(name)
  let scored = candidates.map { (name: $0, score: wanted.likeness(to: NameParts($0))) }
  // Names much less like the wanted one than the best only distract from it.
  let least = max(0.6, (scored.map(\.score).max() ?? 0) - 0.2)
  let likely = scored.enumerated().filter { $0.element.score >= least }.sorted {
    ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
  }
  return likely.prefix(nearestNamesLimit).map(\.element.name)
}

/// A question to put after an error, if names are like one that is unknown.
package func suggestion(for name: String, among candidates: [String]) -> String? {
  advice(nearestNames(to: name, among: candidates))
}

private struct NameParts {
  let whole: [UInt8]
  let parts: [[UInt8]]

  init(_ name: String) {
    whole = Array(name.lowercased().utf8)
    parts = whole.split { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }.map(Array.init)
  }

  /// How well another name could be what was meant by this one: 1 for the same, below 0 for
  /// nothing in common.
  func likeness(to other: NameParts) -> Double {
    max(similarity(whole, other.whole), likenessOfParts(to: other))
  }

  /// The mean likeness of this name's parts to their best counterparts, weighted by length, less a
  /// little for each part that the other has more.
  private func likenessOfParts(to other: NameParts) -> Double {
    let length = parts.reduce(0) { $0 + $1.count }
    guard length > 0 else { return 0 }
    let found = parts.reduce(0.0) { sum, part in
      sum + Double(part.count) * (other.parts.map { similarity(part, $0) }.max() ?? 0)
    }
    let surplus = max(0, other.parts.count - parts.count)
    return found / Double(length) - 0.01 * Double(surplus)
  }
}

/// 1 less the edit distance as a share of the longer text.
private func similarity(_ left: [UInt8], _ right: [UInt8]) -> Double {
  let longer = max(left.count, right.count)
  return longer == 0 ? 1 : 1 - Double(editDistance(left, right)) / Double(longer)
}

/// How many bytes have to be inserted, removed, replaced or swapped with their neighbour to make one
/// text the other (Damerau and Levenshtein's distance, in its variant of optimal string alignment).
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for i in left.indices {
    var row = [i + 1]
    for j in right.indices {
      let replaced = previous[j] + (left[i] == right[j] ? 0 : 1)
      var distance = min(replaced, previous[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        distance = min(distance, beforePrevious[j - 1] + 1)
      }
      row.append(distance)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[right.count]
}
