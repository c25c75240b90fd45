import ZooCheckpoint
import ZooCore
import ZooTensors

/// A file of text in which each row has lines of its own.
protocol TextShard {
  var text: ByteStorage { get }
  /// Where the rows begin, in bytes; what is before them is the same in all shards.
  var rowsStart: Int { get }
  /// What has to be equal to be joined, in words; `nil` if it is not known for want of rows.
  var columns: [String]? { get }
  var rowCount: Int { get }
}

/// Joins texts.
enum TextMerge {
  private static let step = 1 << 20

  /// Only one of the files is open at any time.
  static func merge<Shard: TextShard>(
    _ paths: [String], into output: String, open: (String) throws(TableError) -> Shard
  ) throws(TableError) -> Int {
    var files = OutputFiles(scratch: nil)
    let file = try files.begin(output)
    var rows = 0
    var first: (file: String, columns: [String])?
    for (index, path) in paths.enumerated() {
      let shard = try open(path)
      if let columns = shard.columns {
        if let first, columns != first.columns {
          throw TableError(
            .usage, path,
            "it has \(columns.count) columns (\(words(columns))) where there are"
              + " \(first.columns.count) (\(words(first.columns))) in \(first.file); give files of"
              + " one model and one kind")
        }
        first = first ?? (path, columns)
      }
      rows += shard.rowCount
      try append(shard.text, from: index == 0 ? 0 : shard.rowsStart, to: file)
    }
    try files.finish()
    return rows
  }

  private static func append(
    _ text: ByteStorage, from start: Int, to file: TableOutput
  ) throws(TableError) {
    try forEachPart(of: text, from: start) { (part) throws(TableError) in
      try file.append(UnsafeRawBufferPointer(rebasing: part).bytes)
    }
  }

  /// Goes through bytes in parts, whose memory is given back.
  fileprivate static func forEachPart<E: Error>(
    of text: ByteStorage, from start: Int, _ body: (Slice<UnsafeRawBufferPointer>) throws(E) -> Void
  ) throws(E) {
    for start in stride(from: start, to: text.bytes.count, by: step) {
      let range = start..<min(start + step, text.bytes.count)
      try body(text.bytes[range])
      text.discard(range)
    }
  }

  private static func words(_ columns: [String]) -> String {
    columns.count <= 6
      ? columns.joined(separator: ", ")
      : columns.prefix(4).joined(separator: ", ") + ", …, " + columns[columns.count - 1]
  }

  /// The bytes of a file whose last line ends.
  static func text(of path: String) throws(TableError) -> ByteStorage {
    let text: ByteStorage
    do throws(CheckpointError) {
      text = try ByteStorage.mapping(file: path)
    } catch {
      throw TableError(error)
    }
    if let last = text.bytes.last, last != UInt8(ascii: "\n") {
      throw .corrupt(path, "its last line has no end: it was cut off, make it again")
    }
    return text
  }
}

/// Comma-separated values, of which the first line tells the columns.
struct CSVShard: TextShard {
  let text: ByteStorage
  let rowsStart: Int
  let columns: [String]?
  let rowCount: Int

  init(_ path: String) throws(TableError) {
    text = try TextMerge.text(of: path)
    guard let end = text.bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      throw .corrupt(path, "it has no line with the names of the columns")
    }
    rowsStart = end + 1
    columns = text.bytes[..<end].split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
    var isQuoted = false
    var rows = 0
    TextMerge.forEachPart(of: text, from: end + 1) { part in
      for byte in part {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if byte == UInt8(ascii: "\n"), !isQuoted { rows += 1 }
      }
    }
    if isQuoted { throw .corrupt(path, "a quoted field has no end: it was cut off, make it again") }
    rowCount = rows
  }
}

/// One JSON object on each line, of which the first tells the columns.
struct JSONLinesShard: TextShard {
  let text: ByteStorage
  let rowsStart = 0
  let columns: [String]?
  let rowCount: Int

  init(_ path: String) throws(TableError) {
    text = try TextMerge.text(of: path)
    var rows = 0
    TextMerge.forEachPart(of: text, from: 0) { part in
      for byte in part where byte == UInt8(ascii: "\n") { rows += 1 }
    }
    rowCount = rows
    let line = text.bytes.prefix { $0 != UInt8(ascii: "\n") }
    if rowCount == 0 {
      columns = nil
      return
    }
    let object: JSONObject?
    do throws(JSONError) {
      object = try JSONValue(parsing: line).object
    } catch {
      throw .corrupt(path, "its first line is \(error.description)")
    }
    guard let object else { throw .corrupt(path, "its first line is no JSON object") }
    columns = object.map { $0.0 + JSONLinesShard.shape(of: $0.1) }
  }

  /// The extents of arrays in one another, in words.
  private static func shape(of value: JSONValue) -> String {
    guard let array = value.array else { return "" }
    return " [\(array.count)]" + (array.first.map(shape) ?? "")
  }
}
