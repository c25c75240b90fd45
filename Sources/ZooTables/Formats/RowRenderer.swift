/// Writes rows as they come, without knowing how many there will be.
protocol RowRenderer {
  /// Takes rows, which may be written later.
  mutating func append(_ batch: TableBatch) throws(TableError)
  /// Hands on what was taken, as far as the format allows.
  mutating func flush() throws(TableError)
  /// Writes what comes after the last row.
  mutating func finish() throws(TableError)
}

extension RowRenderer {
  mutating func finish() throws(TableError) { try flush() }

  /// Writes all rows of a source.
  consuming func write(_ source: some TableSource) throws(TableError) {
    var rows = self
    try source.forEachBatch(of: Array(source.schema.columns.indices)) {
      (batch) throws(TableError) in try rows.append(batch)
    }
    try rows.finish()
  }
}
