/// Writes Apache Parquet.
struct ParquetRenderer: RowRenderer {
  private var writer: ParquetWriter
  private let file: TableOutput

  init(
    _ schema: TableSchema, _ compression: ParquetCompression, to file: TableOutput
  ) throws(TableError) {
    writer = try ParquetWriter(schema, compression: compression, path: file.path)
    self.file = file
  }

  mutating func append(_ batch: TableBatch) throws(TableError) {
    for piece in try writer.append(batch) { try file.append(piece) }
  }

  /// A row group is written when it is full.
  func flush() {}

  mutating func finish() throws(TableError) {
    for piece in try writer.finish() { try file.append(piece) }
  }
}
