/// Which part of a file an answer with status 206 holds, as its `Content-Range` states (RFC 9110).
public struct ContentRange: Sendable, Hashable {
  /// The part, in bytes; never empty.
  public var range: Range<Int>
  /// The size of the whole file in bytes; `nil` if the server does not know it.
  public var totalSize: Int?

  /// Makes a content range.
  public init(range: Range<Int>, totalSize: Int?) {
    self.range = range
    self.totalSize = totalSize
  }

  /// Reads `bytes FIRST-LAST/TOTAL`, where the total may be `*`; `nil` for anything else.
  init?(header: String) {
    let words = header.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, ends.count == 2, let first = ContentRange.number(ends[0]),
      let last = ContentRange.number(ends[1]), first <= last, last < Int.max
    else { return nil }
    if parts[1] != "*" {
      guard let total = ContentRange.number(parts[1]), last < total else { return nil }
      totalSize = total
    }
    range = first..<last + 1
  }

  /// Digits only: `Int` would take a sign.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}
