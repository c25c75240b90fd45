import ZooTensors

/// Reads the values of a column in one row group, some rows at a time.
struct ParquetColumnReader {
  private let column: ParquetColumn
  private var pages: ParquetPages
  /// How many values are in pages that are not yet read.
  private var left: Int
  private var dictionary: ParquetValues.Dictionary?

  // The page being read.
  private var pageLeft = 0
  private var repetition: RunLengthReader?
  private var definition: RunLengthReader?
  private var values: ParquetValues?

  /// The repetition levels of a row, as runs with the number of elements up to their end.
  private var pattern: [(level: Int, end: Int)] = []

  init(
    _ column: ParquetColumn, _ chunk: ParquetFooter.ColumnChunk, _ source: ParquetSource
  ) throws(ParquetFault) {
    guard chunk.path == column.path, chunk.type == column.type.rawValue else {
      throw .corrupt("a row group has another column in its place")
    }
    self.column = column
    pages = try ParquetPages(column, chunk, source)
    left = chunk.valueCount
    position = chunk.range.lowerBound
  }

  /// Where the page being read lies in the file.
  private(set) var position: Int
  /// Whether all values of the row group were read.
  var isAtEnd: Bool { left == 0 && pageLeft == 0 }

  // MARK: Columns of single values

  /// The next rows of a column that holds no lists.
  ///
  /// - Parameter textRoom: how many bytes texts may have in all.
  mutating func values(rows: Int, textRoom: Int) throws(ParquetFault) -> TableBatch.Values {
    var room = textRoom
    switch column.contents {
    case .text:
      var texts: [String?] = []
      try read(rows) { (values, count) throws(ParquetFault) in
        guard values != nil else {
          texts.append(contentsOf: repeatElement(nil, count: count))
          return
        }
        try values?.texts(count, into: &texts, room: &room)
      }
      return .texts(texts)
    case .integer:
      var integers: [Int64?] = []
      try read(rows) { (values, count) throws(ParquetFault) in
        var run: [Int64] = []
        try values?.integers(count, into: &run)
        integers += run.isEmpty ? Array(repeating: nil, count: count) : run
      }
      return .integers(integers)
    default:
      var numbers: [Float?] = []
      try read(rows) { (values, count) throws(ParquetFault) in
        var run: [Float] = []
        try values?.numbers(count, into: &run)
        numbers += run.isEmpty ? Array(repeating: nil, count: count) : run
      }
      return .numbers(numbers)
    }
  }

  /// Calls a function for runs of values that are there, and without values for runs of null.
  private mutating func read(
    _ rows: Int, _ body: (inout ParquetValues?, Int) throws(ParquetFault) -> Void
  ) throws(ParquetFault) {
    var rest = rows
    while rest > 0 {
      try preparePage()
      let limit = min(rest, pageLeft)
      let run = try definition?.run(upTo: limit) ?? (value: column.maximumDefinition, count: limit)
      var nothing: ParquetValues?
      if run.value == column.maximumDefinition {
        try body(&values, run.count)
      } else {
        guard run.value < column.maximumDefinition else { throw badLevel(run.value) }
        try body(&nothing, run.count)
      }
      rest -= run.count
      try pass(run.count)
    }
  }

  // MARK: Columns of lists

  /// The next rows of a column whose lists all have one shape, as `[N, …]`.
  ///
  /// - Throws: ``ParquetFault`` (`unsupported`) if a list is null or of another shape.
  mutating func vectors(rows: Int, shape: [Int]) throws(ParquetFault) -> Tensor {
    let elements = shape.reduce(1, *)
    if pattern.isEmpty {
      // A shape that is not the file's may be very large.
      guard elements <= left + pageLeft else { throw otherShape(than: shape) }
      VectorLevels(shape: shape).forEachRun { level, count in
        pattern.append((level, count + (pattern.last?.end ?? 0)))
      }
    }
    var scalars: [Float] = []
    var place = (run: 0, element: 0)
    var rest = rows * elements
    while rest > 0 {
      try preparePage()
      let count = min(rest, pageLeft)
      try checkAllDefined(count)
      try checkPattern(count, at: &place, shape)
      try values?.numbers(count, into: &scalars)
      rest -= count
      try pass(count)
    }
    return Tensor(shape: [rows] + shape, scalars: scalars)
  }

  private mutating func checkAllDefined(_ count: Int) throws(ParquetFault) {
    var rest = count
    while rest > 0, let run = try definition?.run(upTo: rest) {
      guard run.value == column.maximumDefinition else {
        if run.value > column.maximumDefinition { throw badLevel(run.value) }
        throw .unsupported(
          "a row has no list, or one with an element that is null, which is not read")
      }
      rest -= run.count
    }
  }

  /// Compares levels with those of rows of the shape.
  ///
  /// - Parameter place: the run of the pattern, and the element of the row, at which to go on.
  private mutating func checkPattern(
    _ count: Int, at place: inout (run: Int, element: Int), _ shape: [Int]
  ) throws(ParquetFault) {
    var rest = count
    while rest > 0, var run = try repetition?.run(upTo: rest) {
      rest -= run.count
      while run.count > 0 {
        let (level, end) = pattern[place.run]
        guard run.value == level else {
          throw otherShape(than: shape)
        }
        let taken = min(run.count, end - place.element)
        run.count -= taken
        place.element += taken
        if place.element == end { place.run += 1 }
        if place.run == pattern.count { place = (0, 0) }
      }
    }
  }

  /// The shape of the first row.
  ///
  /// - Precondition: nothing was read yet, and there is a row.
  mutating func shapeOfFirstRow() throws(ParquetFault) -> [Int] {
    // For each level, how many elements begin a list there or further out.
    var counts = Array(repeating: 0, count: column.maximumRepetition + 1)
    var isFirst = true
    row: while left > 0 || pageLeft > 0 {
      try preparePage()
      while pageLeft > 0, let run = try repetition?.run(upTo: isFirst ? 1 : pageLeft) {
        guard run.value < counts.count else { throw badLevel(run.value) }
        if run.value == 0, !isFirst { break row }
        isFirst = false
        for level in run.value..<counts.count { counts[level] += run.count }
        try checkAllDefined(run.count)
        pageLeft -= run.count
      }
    }
    var shape: [Int] = []
    for level in 1..<counts.count {
      let outer = level == 1 ? 1 : counts[level - 1]
      guard outer > 0, counts[level] > 0, counts[level] % outer == 0 else {
        throw .unsupported("its first row has lists of different lengths, which is not read")
      }
      shape.append(counts[level] / outer)
    }
    return shape
  }

  // MARK: Pages

  /// Goes on to the next page that has values, if this one has no more.
  private mutating func preparePage() throws(ParquetFault) {
    while pageLeft == 0 {
      guard left > 0 else { throw .corrupt("it has fewer values than its rows need") }
      position = pages.position
      switch try pages.next() {
      case .dictionary(let count, let bytes):
        guard dictionary == nil else { throw .corrupt("it has two dictionaries") }
        dictionary = try ParquetValues.dictionary(bytes, count: count, type: column.type)
      case .data(let page):
        guard page.entries <= left else {
          throw .corrupt("its pages have more values than stated", at: page.position)
        }
        left -= page.entries
        pageLeft = page.entries
        repetition = page.repetition.map {
          RunLengthReader(
            page.bytes, in: $0, bitWidth: RunLengthWriter.bitWidth(upTo: column.maximumRepetition))
        }
        definition = page.definition.map {
          RunLengthReader(
            page.bytes, in: $0, bitWidth: RunLengthWriter.bitWidth(upTo: column.maximumDefinition))
        }
        values = try ParquetValues(page, type: column.type, dictionary: dictionary)
      }
    }
  }

  /// Says that values were read.
  ///
  /// A page without levels has nothing but its values; only behind texts, and behind values with
  /// levels, some writers leave a few bytes.
  private mutating func pass(_ count: Int) throws(ParquetFault) {
    pageLeft -= count
    guard pageLeft == 0, column.maximumDefinition == 0, column.contents != .text else { return }
    if let rest = values?.bytesLeft, rest > 0 {
      throw .corrupt("a page has \(rest) bytes after its last value")
    }
  }

  private func otherShape(than shape: [Int]) -> ParquetFault {
    .unsupported("a row has another shape than \(shape), which is not read")
  }

  private func badLevel(_ level: Int) -> ParquetFault {
    .corrupt("a value has the level \(level), which does not exist")
  }
}
