/// A table whose rows are written as they come, for what takes no file: a pipe, a device or standard
/// output.
///
/// Nothing is written before the first row.
package struct TableStream {
  /// How many rows were written.
  package private(set) var rowCount = 0
  private let file: TableOutput
  private var rows: any RowRenderer

  /// Opens the output; if it is a pipe, waits until somebody reads it.
  ///
  /// - Throws: ``TableError``; `unsupported` if the format does not have such columns, `usage` if it
  ///   has to know all rows before the first.
  package init(
    to path: String, format: TableFormat, _ schema: TableSchema,
    compression: ParquetCompression = .none
  ) throws(TableError) {
    try format.check(schema, for: path)
    file = try TableOutput(path)
    switch format {
    case .csv: rows = try CSVRenderer(schema, to: file)
    case .jsonl: rows = JSONLinesRenderer(schema, to: file)
    case .parquet: rows = try ParquetRenderer(schema, compression, to: file)
    case .npy, .npz, .safetensors:
      throw TableError(
        .usage, path, "a .\(format.rawValue) begins with the number of its rows; name a file for it"
      )
    }
  }

  /// Writes rows.
  ///
  /// - Throws: ``TableError``; `disk` if they cannot be written.
  package mutating func append(_ batch: TableBatch) throws(TableError) {
    try rows.append(batch)
    try rows.flush()
    try file.flush()
    rowCount += batch.rowCount
  }

  /// Writes what comes after the last row.
  ///
  /// - Throws: ``TableError``; `disk` if it cannot be written.
  package mutating func finish() throws(TableError) {
    try rows.finish()
    try file.finish()
  }
}
