import Synchronization
import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The record, beside the data of a part, of what of it has come.
///
///     {"schema":1,"size":343335491,"sha256":"…","boot":"…","origin":{"url":"…","etag":"…",…}}
///     + 0 1048576
///     + 8388608 9437184
///     = 2
///
/// A line `+` says that the bytes from one offset up to another are written; it is written after
/// them. It holds as long as the machine runs, whatever becomes of the process. A line `=` says
/// that the first so many of these bytes are on the disk and outlive the machine's fall as well.
final class Journal: Sendable {
  /// What a journal says.
  struct Content: Equatable {
    /// The size of the whole file in bytes.
    var size: Int
    /// The digest that the file is to have, if that was known.
    var digest: SHA256Digest?
    var origin: Origin
    var ranges = ByteRanges()
  }

  private let file: OpenFile
  private let recordCount: Atomic<Int>

  /// Writes a new journal in the place of one that there may be.
  init(at path: String, _ content: Content) throws(FetchError) {
    let header: JSONValue = [
      "schema": 1, "size": .integer(content.size),
      "sha256": content.digest.map { .string($0.hex) } ?? .null,
      "boot": .string(ProcessIdentity.current.boot), "origin": content.origin.json,
    ]
    let records = content.ranges.ranges.map(Journal.record).joined()
    try FileSystem.write(header.serialized() + "\n" + records, to: path)
    file = try OpenFile(path, flags: O_WRONLY | O_APPEND, action: "open")
    recordCount = Atomic(content.ranges.ranges.count)
  }

  /// How many ranges are recorded.
  var count: Int { recordCount.load(ordering: .relaxed) }

  /// Records that bytes are written.
  func append(_ range: Range<Int>) throws(FetchError) {
    try file.append(Array(Journal.record(range).utf8).span.bytes)
    recordCount.add(1, ordering: .relaxed)
  }

  /// Records that the first ranges are on the disk.
  func appendSynchronized(_ count: Int) throws(FetchError) {
    try file.append(Array("= \(count)\n".utf8).span.bytes)
  }

  private static func record(_ range: Range<Int>) -> String {
    "+ \(range.lowerBound) \(range.upperBound)\n"
  }

  /// What can be relied on of a journal; `nil` where there is none that can be read.
  static func read(_ path: String, boot: String = ProcessIdentity.current.boot) -> Content? {
    guard let bytes = try? FileSystem.read(path, atMost: 1 << 28) else { return nil }
    // What follows the last end of a line was cut off while it was written.
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    guard let first = lines.first, let header = try? JSONValue(parsing: Array(first.utf8)),
      header["schema"]?.integer == 1, let size = header["size"]?.integer, size >= 0,
      let origin = header["origin"].flatMap(Origin.init(json:))
    else { return nil }
    let (ranges, synchronized) = records(lines.dropFirst(), size: size)
    let isSameBoot = !boot.isEmpty && header["boot"]?.string == boot
    var content = Content(
      size: size, digest: header["sha256"]?.string.flatMap(SHA256Digest.init(hex:)),
      origin: origin)
    for range in isSameBoot ? ranges[...] : ranges.prefix(synchronized) {
      content.ranges.insert(range)
    }
    return content
  }

  /// The ranges up to the first malformed line, and how many of them are on the disk.
  private static func records(
    _ lines: ArraySlice<Substring>, size: Int
  ) -> (ranges: [Range<Int>], synchronized: Int) {
    var ranges: [Range<Int>] = []
    var synchronized = 0
    for line in lines {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { Int($0) }
      switch (words.first, numbers.count) {
      case ("+", 2) where 0 <= numbers[0] && numbers[0] <= numbers[1] && numbers[1] <= size:
        ranges.append(numbers[0]..<numbers[1])
      case ("=", 1) where (0...ranges.count).contains(numbers[0]):
        synchronized = max(synchronized, numbers[0])
      default: return (ranges, synchronized)
      }
    }
    return (ranges, synchronized)
  }
}
