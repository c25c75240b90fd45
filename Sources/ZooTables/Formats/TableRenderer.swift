import ZooCore

/// Writes a table to a file of any format.
enum TableRenderer {
  /// Writes all rows of a source.
  ///
  /// - Parameters:
  ///   - compression: that of a Parquet file.
  ///   - scratch: a directory for temporary files that is this output's alone; without it, they are
  ///     beside the output.
  static func write(
    _ source: some TableSource, to path: String, format: TableFormat,
    compression: ParquetCompression = .none, scratch: String? = nil
  ) throws(TableError) {
    try format.check(source.schema, for: path)
    var files = OutputFiles(scratch: scratch)
    let file = try files.begin(path)
    switch format {
    case .csv: try CSVRenderer(source.schema, to: file).write(source)
    case .jsonl: try JSONLinesRenderer(source.schema, to: file).write(source)
    case .parquet: try ParquetRenderer(source.schema, compression, to: file).write(source)
    case .safetensors: try SafetensorsRenderer.write(source, to: file)
    case .npy: try NumpyRenderer.writeNPY(source, to: file, &files)
    case .npz: try NumpyRenderer.writeNPZ(source, to: file, &files)
    }
    try files.finish()
  }
}

extension TableFormat {
  /// Checks, before the rows are there, that a table of these columns can be written.
  ///
  /// - Throws: ``TableError``; `unsupported` if the format has no place for one of the columns,
  ///   `usage` if no format has.
  package func check(_ schema: TableSchema, for path: String) throws(TableError) {
    if let fault = schema.fault { throw TableError(.usage, path, fault) }
    if self == .csv, let twin = CSVRenderer.header(schema).firstTwin {
      throw TableError(.usage, path, "two columns would be called '\(twin)'; choose .parquet")
    }
    if self == .parquet { _ = try ParquetWriter(schema, path: path) }
    if let reason = refusal(of: schema) {
      throw TableError(
        .unsupported, path, "\(reason); choose .parquet, which has a place for everything")
    }
  }

  private func refusal(of schema: TableSchema) -> String? {
    let kinds = schema.columns.map(\.kind)
    let texts = kinds.count { $0 == .text }
    switch self {
    case .csv, .jsonl, .parquet: return nil
    case .npy:
      guard kinds.count(where: \.isVector) == 1, texts <= 1,
        schema.columns.allSatisfy({
          $0.kind == .text || $0.kind.isVector || $0 == .label
        })
      else { return "a file .npy holds one array, with a name and a label for each row" }
    case .npz, .safetensors:
      guard texts <= 1, texts < kinds.count else {
        return "a file .\(rawValue) holds numbers, with one name for each row"
      }
    }
    return nil
  }
}

extension [String] {
  /// The first text that stands twice.
  fileprivate var firstTwin: String? {
    var known: Set<String> = []
    return first { !known.insert($0).inserted }
  }
}

extension TableColumn.Kind {
  var isVector: Bool { if case .vector = self { true } else { false } }
}

extension TableSource {
  /// The position of the first column of texts.
  var namesColumn: Int? { schema.columns.firstIndex { $0.kind == .text } }

  /// The positions of the columns that are numbers.
  var arrayColumns: [Int] { schema.columns.indices.filter { schema.columns[$0].kind != .text } }

  /// Goes through the values of one column.
  func forEachValues(
    of column: Int, _ body: (TableBatch.Values) throws(TableError) -> Void
  ) throws(TableError) {
    try forEachBatch(of: [column]) { (batch) throws(TableError) in
      for values in batch.columns { try body(values) }
    }
  }

  /// Goes through the texts of one column.
  func forEachText(
    of column: Int, _ body: (String?) throws(TableError) -> Void
  ) throws(TableError) {
    try forEachValues(of: column) { (values) throws(TableError) in
      guard case .texts(let texts) = values else { return }
      for text in texts { try body(text) }
    }
  }

  /// The shape of a column's array: the rows, and what each of them has.
  func arrayShape(of column: Int) -> [Int] {
    guard case .vector(let shape) = schema.columns[column].kind else { return [rowCount] }
    return [rowCount] + shape
  }
}

extension TableOutput {
  /// Appends numbers as they lie in memory: float32, or int64 where no number is -1.
  func append(_ values: TableBatch.Values) throws(TableError) {
    switch values {
    case .texts: break
    case .integers(let integers):
      let dense = integers.map { $0 ?? -1 }
      try append(dense.span.bytes)
    case .numbers(let numbers):
      let dense = numbers.map { $0 ?? .nan }
      try append(dense.span.bytes)
    case .vectors(let tensor): try append(tensor.scalars.span.bytes)
    }
  }
}
