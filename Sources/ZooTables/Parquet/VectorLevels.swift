/// The levels by which Parquet says where lists begin, for rows that all have one shape.
///
/// The repetition level of an element is how many lists, from the outermost, go on from the element
/// before; the definition level is how much of the way down to the element is there, which for these
/// rows is always all of it.
struct VectorLevels {
  /// The extents of a row, outermost first; each at least 1.
  let shape: [Int]
  /// The levels of the last number of rows that was asked for: most pages have as many.
  private var last: (rows: Int, bytes: [UInt8]) = (0, [])

  init(shape: [Int]) {
    self.shape = shape
  }

  /// The greatest repetition level.
  var maximumRepetition: Int { shape.count }
  /// The greatest definition level: the row, and for each extent a list and its element are there.
  var maximumDefinition: Int { 1 + 2 * shape.count }
  /// How many elements a row has.
  var elements: Int { shape.reduce(1, *) }

  /// Repetition and then definition levels of so many rows, each with their length before them.
  mutating func bytes(rows: Int) -> [UInt8] {
    if last.rows == rows { return last.bytes }
    var repetition = RunLengthWriter(bitWidth: RunLengthWriter.bitWidth(upTo: maximumRepetition))
    for _ in 0..<rows {
      forEachRun { repetition.append(UInt8($0), count: $1) }
    }
    var definition = RunLengthWriter(bitWidth: RunLengthWriter.bitWidth(upTo: maximumDefinition))
    definition.append(UInt8(maximumDefinition), count: rows * elements)
    let bytes = prefixed(repetition.finish()) + prefixed(definition.finish())
    last = (rows, bytes)
    return bytes
  }

  /// The repetition levels of one row, as runs of equal ones.
  func forEachRun(_ body: (_ level: Int, _ count: Int) -> Void) {
    guard let inner = shape.last else { return }
    let lists = shape.dropLast().reduce(1, *)
    for list in 0..<lists {
      body(level(ofList: list), 1)
      if inner > 1 { body(maximumRepetition, inner - 1) }
    }
  }

  /// The level of the first element of an innermost list.
  private func level(ofList list: Int) -> Int {
    if list == 0 { return 0 }
    var level = maximumRepetition - 1
    var index = list
    for extent in shape.dropLast().reversed() {
      if index % extent != 0 { return level }
      index /= extent
      level -= 1
    }
    return level
  }
}

/// Levels with their length before them, as a page has them.
func prefixed(_ levels: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(littleEndian: UInt32(levels.count))
  return bytes + levels
}
