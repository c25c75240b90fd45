import ZooCheckpoint
import ZooCore
import ZooTensors

/// A file of text in which each row has lines of its own.
protocol TextShard {
  var file: String { get }
  var text: ByteStorage { get }
  /// What stands before the rows, which all shards have in common.
  var header: Range<Int> { get }
  /// What has to be equal to be joined, in words.
  var columns: [String] { get }
  var rowCount: Int { get }
}

/// Joins texts.
enum TextMerge {
  private static let step = 1 << 20

  static func merge(_ shards: [some TextShard], into output: String) throws(TableError) -> Int {
    var files = OutputFiles(scratch: nil)
    let file = try files.begin(output)
    for (index, shard) in shards.enumerated() {
      if let other = shards.first(where: { $0.rowCount > 0 || !$0.columns.isEmpty }),
        !shard.columns.isEmpty, shard.columns != other.columns
      {
        throw TableError(
          .usage, shard.file,
          "it has \(shard.columns.count) columns (\(words(shard.columns))) where there are"
            + " \(other.columns.count) (\(words(other.columns))) in \(other.file); give files of one"
            + " model and one kind")
      }
      try append(shard.text, from: index == 0 ? 0 : shard.header.upperBound, to: file)
    }
    try files.finish()
    return shards.reduce(0) { $0 + $1.rowCount }
  }

  private static func append(
    _ text: ByteStorage, from start: Int, to file: TableOutput
  ) throws(TableError) {
    let size = text.bytes.count
    for start in stride(from: start, to: size, by: step) {
      let range = start..<min(start + step, size)
      try file.append(text.bytes.bytes.extracting(range))
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
  let file: String
  let text: ByteStorage
  let header: Range<Int>
  let columns: [String]
  let rowCount: Int

  init(_ path: String) throws(TableError) {
    file = path
    text = try TextMerge.text(of: path)
    guard let end = text.bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      throw .corrupt(path, "it has no line with the names of the columns")
    }
    header = 0..<end + 1
    columns = text.bytes[..<end].split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
    var isQuoted = false
    var rows = 0
    for byte in text.bytes[(end + 1)...] {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { rows += 1 }
    }
    if isQuoted { throw .corrupt(path, "a quoted field has no end: it was cut off, make it again") }
    rowCount = rows
  }
}

/// One JSON object on each line, of which the first tells the columns.
struct JSONLinesShard: TextShard {
  let file: String
  let text: ByteStorage
  let header = 0..<0
  let columns: [String]
  let rowCount: Int

  init(_ path: String) throws(TableError) {
    file = path
    text = try TextMerge.text(of: path)
    rowCount = text.bytes.count { $0 == UInt8(ascii: "\n") }
    let line = text.bytes.prefix { $0 != UInt8(ascii: "\n") }
    if line.isEmpty {
      columns = []
      return
    }
    do throws(JSONError) {
      guard let object = try JSONValue(parsing: line).object else {
        throw JSONError(offset: 0, reason: "it is no object")
      }
      columns = object.map { $0.0 + JSONLinesShard.shape(of: $0.1) }
    } catch {
      throw .corrupt(path, "its first line is \(error.description)")
    }
  }

  /// The extents of arrays in one another, in words.
  private static func shape(of value: JSONValue) -> String {
    guard let array = value.array else { return "" }
    return " [\(array.count)]" + (array.first.map(shape) ?? "")
  }
}
