/// The rows of a Parquet file.
struct ParquetShard: TableSource {
  private let file: ParquetFile

  init(_ path: String) throws(TableError) { file = try ParquetFile(path: path) }

  var schema: TableSchema { file.schema }
  var rowCount: Int { file.rowCount }

  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    var rows = file.rows()
    while let batch = try rows.next() { try body(TableBatch(columns.map { batch.columns[$0] })) }
  }
}
