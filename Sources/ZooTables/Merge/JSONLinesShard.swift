import ZooCheckpoint
import ZooCore
import ZooTensors

/// One JSON object on each line, of which the first tells the columns.
struct JSONLinesShard: TextShard {
  let text: ByteStorage
  let rowsStart = 0
  let columns: [String]?
  let rowCount: Int
  let numberings: [String: Numbering]
  private let file: String
  /// Whether the rows have labels.
  private let hasLabels: Bool

  init(_ path: String) throws(TableError) {
    let text = try TextMerge.text(of: path)
    (file, self.text) = (path, text)
    let line = text.bytes.prefix { $0 != UInt8(ascii: "\n") }
    if text.bytes.isEmpty {
      (columns, rowCount, numberings, hasLabels) = (nil, 0, [:], false)
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
    hasLabels = object[TableColumn.label.name] != nil

    let keys = object.keys
    let pairs = NumberedColumns(keys).pairs
    var rows = 0
    var numberings: [String: Numbering] = [:]
    try JSONLinesShard.forEachLine(of: text) { (range) throws(TableError) in
      rows += 1
      if pairs.isEmpty { return }
      let members = try JSONLinesShard.members(of: text, range, path)
      for pair in pairs {
        let (number, name) = (members[keys[pair.number]], members[keys[pair.name]])
        guard let number = number?.integer, let name = name?.string else { continue }
        try numberings.add(Int64(number), name, of: pair.group, file: path)
      }
    }
    rowCount = rows
    self.numberings = numberings
  }

  func forEachLabel(
    _ body: (Int64, Range<Int>) throws(TableError) -> Void
  ) throws(TableError) {
    guard hasLabels else { return }
    try JSONLinesShard.forEachLine(of: text) { (range) throws(TableError) in
      let members = try JSONLinesShard.members(of: text, range, file)
      guard let place = members.place(of: TableColumn.label.name),
        let number = members[TableColumn.label.name]?.integer
      else { return }
      try body(
        Int64(number), range.lowerBound + place.lowerBound..<range.lowerBound + place.upperBound)
    }
  }

  private static func members(
    of text: ByteStorage, _ range: Range<Int>, _ file: String
  ) throws(TableError) -> JSONMembers {
    do throws(JSONError) {
      return try JSONMembers(of: Array(text.bytes[range]))
    } catch {
      throw .corrupt(file, "a line is \(error.description)")
    }
  }

  /// Goes through the lines, without their ends; the memory of what was read is given back.
  private static func forEachLine(
    of text: ByteStorage, _ body: (Range<Int>) throws(TableError) -> Void
  ) throws(TableError) {
    let step = 1 << 20
    var (start, kept) = (0, 0)
    while let end = text.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      try body(start..<end)
      start = end + 1
      if start - kept >= step {
        text.discard(kept..<start)
        kept = start
      }
    }
  }

  /// The extents of arrays in one another, or the keys of an object, in words.
  private static func shape(of value: JSONValue) -> String {
    if let object = value.object { return " {\(object.keys.joined(separator: ", "))}" }
    guard let array = value.array else { return "" }
    return " [\(array.count)]" + (array.first.map(shape) ?? "")
  }
}

extension JSONMembers {
  /// The value of a key; `nil` where it is missing or no JSON.
  fileprivate subscript(key: String) -> JSONValue? { (try? value(of: key)) ?? nil }
}
