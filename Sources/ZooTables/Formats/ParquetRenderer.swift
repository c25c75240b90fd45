/// Writes Apache Parquet.
enum ParquetRenderer {
  static func write(
    _ source: some TableSource, _ compression: ParquetCompression, to file: TableOutput
  ) throws(TableError) {
    var writer = try ParquetWriter(source.schema, compression: compression, path: file.path)
    let columns = Array(source.schema.columns.indices)
    try source.forEachBatch(of: columns) { (batch) throws(TableError) in
      for piece in try writer.append(batch) { try file.append(piece) }
    }
    for piece in try writer.finish() { try file.append(piece) }
  }
}
