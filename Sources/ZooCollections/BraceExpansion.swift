/// The braces of a pattern, as shells have them: `{a,b}` for either, `{000..120}` for each number.
enum BraceExpansion {
  static let limit = 100_000
  static let longestPattern = 4096

  /// All that a pattern stands for, in order; the pattern itself if it has no such braces.
  static func expand(_ pattern: String) throws(CollectionError) -> [String] {
    let bytes = Array(pattern.utf8)
    guard bytes.contains(UInt8(ascii: "{")), bytes.count <= longestPattern else { return [pattern] }
    var results: [String] = []
    var open = [bytes]
    while let text = open.popLast() {
      guard let group = try Group(firstIn: text, pattern) else {
        results.append(String(decoding: text, as: UTF8.self))
        continue
      }
      for choice in group.choices.reversed() {
        open.append(
          Array(text[..<group.range.lowerBound] + choice + text[group.range.upperBound...]))
      }
      guard results.count + open.count <= limit else {
        throw .endlessPattern(pattern: pattern, limit: limit)
      }
    }
    return results
  }

  /// The first braces of a text that stand for something.
  private struct Group {
    var range: Range<Int>
    var choices: [ArraySlice<UInt8>]

    init?(firstIn text: [UInt8], _ pattern: String) throws(CollectionError) {
      // The openings that have no end yet, each with the commas that separate its choices.
      var open: [(start: Int, commas: [Int])] = []
      var found: Group?
      var index = 0
      while index < text.count {
        switch text[index] {
        case UInt8(ascii: "\\"): index += 1
        case UInt8(ascii: "{"): open.append((index, []))
        case UInt8(ascii: ","):
          if !open.isEmpty { open[open.count - 1].commas.append(index) }
        case UInt8(ascii: "}"):
          guard let (start, commas) = open.popLast() else { break }
          if let found, found.range.lowerBound < start { break }
          let range = start..<(index + 1)
          if !commas.isEmpty {
            let bounds = [start] + commas + [index]
            found = Group(range, zip(bounds, bounds.dropFirst()).map { text[($0 + 1)..<$1] })
          } else if let numbers = try Group.numbers(text[(start + 1)..<index], pattern) {
            found = Group(range, numbers)
          }
        default: break
        }
        index += 1
      }
      guard let found else { return nil }
      self = found
    }

    private init(_ range: Range<Int>, _ choices: [ArraySlice<UInt8>]) {
      self.range = range
      self.choices = choices
    }

    /// The numbers of a range such as `000..120`, all as wide as its ends if one begins with a zero.
    private static func numbers(
      _ text: ArraySlice<UInt8>, _ pattern: String
    ) throws(CollectionError) -> [ArraySlice<UInt8>]? {
      guard let dot = text.firstIndex(of: UInt8(ascii: ".")), text[dot...].starts(with: "..".utf8)
      else { return nil }
      let ends = [text[..<dot], text[(dot + 2)...]]
      let numbers = ends.compactMap { end in
        end.allSatisfy { (0x30...0x39).contains($0) }
          ? Int(String(decoding: end, as: UTF8.self)) : nil
      }
      guard numbers.count == 2 else { return nil }
      let (low, high) = (min(numbers[0], numbers[1]), max(numbers[0], numbers[1]))
      guard high - low < limit else { throw .endlessPattern(pattern: pattern, limit: limit) }
      let isPadded = ends.contains { $0.count > 1 && $0.first == 0x30 }
      let width = isPadded ? ends.map(\.count).max() ?? 0 : 0
      let choices = (low...high).map { number in
        let digits = Array("\(number)".utf8)
        return (Array(repeating: 0x30, count: max(0, width - digits.count)) + digits)[...]
      }
      return numbers[0] <= numbers[1] ? choices : choices.reversed()
    }
  }
}
