import ZooCore

/// Writes comma-separated values (RFC 4180), in the columns that birder's `predict` script writes.
///
/// The numbers of a vector are columns with their names, or `0`, `1` and so on; of several vectors,
/// `NAME_0` and so on. Nothing is an empty field.
struct CSVRenderer: RowRenderer {
  private var text: TextBuffer
  /// Those that have fields: vectors without elements have none.
  private let columns: [Int]

  init(_ schema: TableSchema, to file: TableOutput) throws(TableError) {
    text = TextBuffer(file)
    columns = schema.columns.indices.filter { index in
      guard case .vector(let shape) = schema.columns[index].kind else { return true }
      return !shape.contains(0)
    }
    text.append(CSVRenderer.header(schema).map(csvField).joined(separator: ","))
    try text.endLine()
  }

  mutating func append(_ batch: TableBatch) throws(TableError) {
    for row in 0..<batch.rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { text.append(",") }
        CSVRenderer.append(batch.columns[column], row, to: &text)
      }
      try text.endLine()
    }
  }

  mutating func flush() throws(TableError) { try text.flush() }

  static func header(_ schema: TableSchema) -> [String] {
    let others = Set(schema.columns.lazy.filter { !$0.kind.isVector }.map(\.name))
    let isOne = schema.columns.count { $0.kind.isVector } == 1
    return schema.columns.flatMap { column -> [String] in
      guard case .vector(let shape) = column.kind else { return [column.name] }
      let count = shape.reduce(1, *)
      let names = column.elements.count == count ? column.elements : (0..<count).map { "\($0)" }
      return isOne && others.isDisjoint(with: names) ? names : names.map { "\(column.name)_\($0)" }
    }
  }

  private static func append(
    _ values: TableBatch.Values, _ row: Int, to text: inout TextBuffer
  ) {
    switch values {
    case .texts(let texts): if let value = texts[row] { text.append(csvField(value)) }
    case .integers(let integers): if let value = integers[row] { text.append(value) }
    case .numbers(let numbers): if let value = numbers[row] { text.append(value) }
    case .vectors(let tensor):
      let size = tensor.shape.dropFirst().reduce(1, *)
      for index in row * size..<(row + 1) * size {
        if index > row * size { text.append(",") }
        text.append(tensor.scalars[index])
      }
    }
  }
}
