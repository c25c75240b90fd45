import ZooCheckpoint
import ZooCore
import ZooTensors

/// Comma-separated values, of which the first line tells the columns.
struct CSVShard: TextShard {
  let text: ByteStorage
  let rowsStart: Int
  let columns: [String]?
  let rowCount: Int
  let numberings: [String: Numbering]
  private let file: String
  /// Which column the labels' numbers are.
  private let label: Int?

  init(_ path: String) throws(TableError) {
    let text = try TextMerge.text(of: path)
    (file, self.text) = (path, text)
    guard let end = CSVShard.endOfRow(text, from: 0) else {
      throw .corrupt(path, "it has no line with the names of the columns")
    }
    rowsStart = end + 1
    let columns = CSVShard.header(withoutByteOrderMark(text.bytes[..<end]))
    self.columns = columns
    label = columns.firstIndex(of: TableColumn.label.name)
    let pairs = NumberedColumns(columns).pairs
    var rows = 0
    var numberings: [String: Numbering] = [:]
    let wanted = Set(pairs.flatMap { [$0.number, $0.name] }).sorted()
    try CSVShard.forEachRow(text, path, from: end + 1, fields: wanted) {
      (places) throws(TableError) in
      rows += 1
      for pair in pairs {
        guard let place = places[pair.number], let namePlace = places[pair.name],
          let number = Int64(CSVShard.field(text.bytes[place]))
        else { continue }
        let name = CSVShard.field(text.bytes[namePlace])
        if !name.isEmpty { try numberings.add(number, name, of: pair.group, file: path) }
      }
    }
    rowCount = rows
    self.numberings = numberings
  }

  func forEachLabel(
    _ body: (Int64, Range<Int>) throws(TableError) -> Void
  ) throws(TableError) {
    guard let label else { return }
    try CSVShard.forEachRow(text, file, from: rowsStart, fields: [label]) {
      (places) throws(TableError) in
      guard let place = places[label], let number = Int64(CSVShard.field(text.bytes[place])) else {
        return
      }
      try body(number, place)
    }
  }

  private static func header(_ line: Slice<UnsafeRawBufferPointer>) -> [String] {
    var isQuoted = false
    return line.split(omittingEmptySubsequences: false) { byte in
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      return byte == UInt8(ascii: ",") && !isQuoted
    }.map(field)
  }

  /// A field without its quotes.
  private static func field(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    let quote = UInt8(ascii: "\"")
    guard bytes.first == quote else { return String(decoding: bytes, as: UTF8.self) }
    var content: [UInt8] = []
    var isSecond = false
    for byte in bytes.dropFirst().dropLast(bytes.count > 1 && bytes.last == quote ? 1 : 0) {
      isSecond = byte == quote && !isSecond
      if !isSecond { content.append(byte) }
    }
    return String(decoding: content, as: UTF8.self)
  }

  private static func endOfRow(_ text: ByteStorage, from start: Int) -> Int? {
    var isQuoted = false
    return text.bytes[start...].firstIndex { byte in
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      return byte == UInt8(ascii: "\n") && !isQuoted
    }
  }

  /// Goes through the rows, with the places of the fields that are wanted and there.
  ///
  /// The memory of what was read is given back.
  private static func forEachRow(
    _ text: ByteStorage, _ file: String, from start: Int, fields wanted: [Int],
    _ body: ([Int: Range<Int>]) throws(TableError) -> Void
  ) throws(TableError) {
    let step = 1 << 20
    var isQuoted = false
    var (field, fieldStart, next) = (0, start, 0)
    var places: [Int: Range<Int>] = [:]
    var kept = start
    for position in start..<text.bytes.count {
      let byte = text.bytes[position]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      let isEnd = byte == UInt8(ascii: "\n")
      guard isEnd || byte == UInt8(ascii: ","), !isQuoted else { continue }
      if next < wanted.count, wanted[next] == field {
        places[field] = fieldStart..<position
        next += 1
      }
      field += 1
      fieldStart = position + 1
      guard isEnd else { continue }
      try body(places)
      places.removeAll(keepingCapacity: true)
      (field, next) = (0, 0)
      if position - kept >= step {
        text.discard(kept..<position)
        kept = position
      }
    }
    if isQuoted { throw .corrupt(file, "a quoted field has no end: it was cut off, make it again") }
  }
}
