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
  /// Which names the numbers of labels, and of each level's classes, stand for.
  var numberings: [String: Numbering] { get }

  /// Goes through the numbers of the rows' labels, with their places in the text.
  func forEachLabel(
    _ body: (Int64, Range<Int>) throws(TableError) -> Void
  ) throws(TableError)
}

/// Joins texts.
///
/// Only one of the files is open at any time.
enum TextMerge {
  private static let step = 1 << 20

  static func merge<Shard: TextShard>(
    _ paths: [String], into output: String, renumbering: Bool,
    open: (String) throws(TableError) -> Shard
  ) throws(TableError) -> (rows: Int, hasNamelessLabels: Bool) {
    let labels = renumbering ? try numbers(of: paths, open: open) : nil
    var files = OutputFiles(scratch: nil)
    let file = try files.begin(output)
    var rows = 0
    var first: (file: String, columns: [String])?
    var known: [String: Numbering] = [:]
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
      for (group, numbering) in shard.numberings.sorted(by: { $0.key < $1.key }) {
        if group == NumberedColumns.labels, labels != nil { continue }
        guard let contradiction = known[group, default: Numbering()].add(numbering) else {
          continue
        }
        if group == NumberedColumns.labels {
          throw .otherLabels(path, contradiction, first: paths[0])
        }
        throw TableError(
          .usage, path,
          "the classes of its '\(group)' are others: \(contradiction) in \(paths[0]) or a file"
            + " after it; give files of one model and its heads")
      }
      rows += shard.rowCount
      try append(shard, from: index == 0 ? 0 : shard.rowsStart, labels?[index], to: file)
    }
    try files.finish()
    let names = first?.columns ?? []
    let isNameless =
      names.contains(TableColumn.label.name) && !names.contains(TableColumn.labelName.name)
    return (rows, isNameless)
  }

  /// What the numbers of each file's labels become in a common numbering; `nil` if they can stay.
  private static func numbers<Shard: TextShard>(
    of paths: [String], open: (String) throws(TableError) -> Shard
  ) throws(TableError) -> [[Int64: Int64]]? {
    var joined = Numbering()
    var isJoined = true
    var numbering = Numbering()
    var numbers: [[Int64: Int64]] = []
    for path in paths {
      let own = try open(path).numberings[NumberedColumns.labels] ?? Numbering()
      if joined.add(own) != nil { isJoined = false }
      let (new, contradiction) = numbering.renumber(own)
      if let contradiction {
        throw TableError(
          .usage, path,
          "its labels have no common numbers with those of \(paths[0]): \(contradiction); give files"
            + " of one model")
      }
      numbers.append(new)
    }
    return isJoined ? nil : numbers
  }

  private static func append(
    _ shard: some TextShard, from start: Int, _ labels: [Int64: Int64]?, to file: TableOutput
  ) throws(TableError) {
    var done = start
    if let labels {
      try shard.forEachLabel { (number, place) throws(TableError) in
        guard let new = labels[number], new != number else { return }
        try append(shard.text, done..<place.lowerBound, to: file)
        try file.append(Array(String(new).utf8))
        done = place.upperBound
      }
    }
    try append(shard.text, done..<shard.text.bytes.count, to: file)
  }

  private static func append(
    _ text: ByteStorage, _ range: Range<Int>, to file: TableOutput
  ) throws(TableError) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      let part = start..<min(start + step, range.upperBound)
      try file.append(UnsafeRawBufferPointer(rebasing: text.bytes[part]).bytes)
      if part.count == step { text.discard(part) }
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

extension [String: Numbering] {
  /// Takes the number and name of a row's class.
  mutating func add(
    _ number: Int64, _ name: String, of group: String, file: String
  ) throws(TableError) {
    guard let contradiction = self[group, default: Numbering()].add(number, name) else { return }
    throw .corrupt(file, "a row's '\(group)' \(contradiction) in another row; make it again")
  }
}
