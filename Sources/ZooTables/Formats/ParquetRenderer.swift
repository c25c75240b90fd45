/// Writes Apache Parquet.
enum ParquetRenderer {
  static func write(_ source: some TableSource, to file: TableOutput) throws(TableError) {
    throw TableError(.unsupported, file.path, "Parquet is not written yet")
  }
}
