/// A shell-style pattern with the rules of Python's `fnmatch`, which birder filters with.
///
/// `*` matches any text, `?` any character, `[abc]` and `[a-z]` one of them, `[!abc]` any other; a
/// bracket that is not closed stands for itself. A pattern matches whole names, and case counts.
package struct ShellPattern: Sendable {
  private enum Element {
    case anyText
    case one(ranges: [ClosedRange<UInt32>], isNegated: Bool)
  }

  private let elements: [Element]

  /// The text that alone matches, where there is nothing in the pattern but characters that stand
  /// for themselves.
  package let fixedText: String?

  /// Reads a pattern.
  ///
  /// - Parameter isForFiles: Whether it follows the shells, which besides know `[^abc]` for `[!abc]`
  ///   and a `\` before what stands for itself.
  package init(_ pattern: String, isForFiles: Bool = false) {
    let scalars = pattern.unicodeScalars.map(\.value)
    var elements: [Element] = []
    var fixedText = String.UnicodeScalarView()
    func append(_ scalar: UInt32) {
      elements.append(.one(ranges: [scalar...scalar], isNegated: false))
      if let scalar = UnicodeScalar(scalar) { fixedText.append(scalar) }
    }
    var position = 0
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      switch UnicodeScalar(scalar) {
      case "*": elements.append(.anyText)
      case "?": elements.append(.one(ranges: [], isNegated: true))
      case "[":
        if let (element, end) = Self.brackets(scalars, from: position, isForFiles) {
          elements.append(element)
          position = end
        } else {
          append(scalar)
        }
      case "\\" where isForFiles && position < scalars.count:
        append(scalars[position])
        position += 1
      default: append(scalar)
      }
    }
    self.elements = elements
    self.fixedText = fixedText.count == elements.count ? String(fixedText) : nil
  }

  /// The element that begins after an opening bracket, and where the pattern goes on; `nil` if the
  /// bracket is not closed.
  private static func brackets(
    _ scalars: [UInt32], from start: Int, _ isForFiles: Bool
  ) -> (Element, Int)? {
    var position = start
    func isNext(_ scalar: UnicodeScalar, at index: Int) -> Bool {
      index < scalars.count && scalars[index] == scalar.value
    }
    let isNegated = isNext("!", at: position) || isForFiles && isNext("^", at: position)
    if isNegated { position += 1 }
    // A closing bracket in the first place is a member of the set.
    let closing = UnicodeScalar("]").value
    let searchStart = min(position + 1, scalars.count)
    guard let end = scalars[searchStart...].firstIndex(of: closing)
    else { return nil }
    var ranges: [ClosedRange<UInt32>] = []
    while position < end {
      let low = scalars[position]
      if isNext("-", at: position + 1), position + 2 < end {
        let high = scalars[position + 2]
        if low <= high { ranges.append(low...high) }
        position += 3
      } else {
        ranges.append(low...low)
        position += 1
      }
    }
    return (.one(ranges: ranges, isNegated: isNegated), end + 1)
  }

  /// Whether a name matches.
  package func matches(_ name: String) -> Bool {
    let scalars = name.unicodeScalars.map(\.value)
    var element = 0
    var position = 0
    // Where to go on when what follows the last `*` does not match: it takes one scalar more.
    var retry: (element: Int, position: Int)?
    while position < scalars.count {
      if element < elements.count, case .anyText = elements[element] {
        element += 1
        retry = (element, position)
      } else if element < elements.count, Self.matches(elements[element], scalars[position]) {
        element += 1
        position += 1
      } else if let last = retry {
        retry = (last.element, last.position + 1)
        (element, position) = (last.element, last.position + 1)
      } else {
        return false
      }
    }
    return elements[element...].allSatisfy { if case .anyText = $0 { true } else { false } }
  }

  private static func matches(_ element: Element, _ scalar: UInt32) -> Bool {
    guard case .one(let ranges, let isNegated) = element else { return false }
    return ranges.contains { $0.contains(scalar) } != isNegated
  }
}
