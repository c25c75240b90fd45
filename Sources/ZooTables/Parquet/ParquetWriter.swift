import ZooCore

/// Makes a Parquet file of a table that comes in batches.
///
/// What is ready to be written is handed out as it comes up, and one row group is held at most. The
/// file is a function of the rows alone: how they were divided into batches makes no difference.
/// Vectors are lists of a fixed size, as pyarrow writes them, one list in another for each extent,
/// and every column may hold null.
///
/// ```swift
/// var writer = try ParquetWriter(schema, path: path)
/// for batch in batches { for piece in try writer.append(batch) { try output.append(piece) } }
/// for piece in try writer.finish() { try output.append(piece) }
/// ```
package struct ParquetWriter {
  private let schema: TableSchema
  private let path: String
  private let footer: ParquetFooterWriter
  private let groupBytes: Int
  /// How many bytes a row takes without its texts.
  private let rowBytes: Int

  private var columns: [ParquetColumnWriter]
  private var groups: [ParquetFooterWriter.RowGroup] = []
  private var rows = 0
  private var size = 0
  /// How many bytes were handed out.
  private var position = 0

  /// Begins a file.
  ///
  /// - Parameter path: what errors call the file.
  /// - Throws: ``TableError`` (`unsupported`) if the schema has no column, or vectors that have no
  ///   element or too many.
  package init(
    _ schema: TableSchema, compression: ParquetCompression = .none, path: String
  ) throws(TableError) {
    // A table of many columns gets more rows in a group, since each column's part has an entry in
    // the footer.
    try self.init(
      schema, compression: compression, path: path,
      groupBytes: max(32 << 20, schema.columns.count << 15), pageBytes: 1 << 20,
      version: zooVersion)
  }

  init(
    _ schema: TableSchema, compression: ParquetCompression, path: String, groupBytes: Int,
    pageBytes: Int, version: String
  ) throws(TableError) {
    self.schema = schema
    self.groupBytes = groupBytes
    self.path = path
    do throws(ParquetFault) {
      rowBytes = try ParquetWriter.rowBytes(of: schema)
    } catch {
      throw TableError(error, file: path)
    }
    footer = ParquetFooterWriter(
      schema: schema, compression: compression, creator: "swift-model-zoo version \(version)")
    columns = schema.columns.map {
      ParquetColumnWriter($0.kind, compression: compression, pageBytes: pageBytes)
    }
  }

  /// Takes a batch, and gives the bytes that became ready, in order.
  ///
  /// - Throws: ``TableError`` if the batch has not the schema's columns, or a row is too large for
  ///   the format.
  package mutating func append(_ batch: TableBatch) throws(TableError) -> [[UInt8]] {
    if let fault = schema.fault(of: batch) { throw TableError(.usage, path, fault) }
    do throws(ParquetFault) {
      return try appendRows(of: batch)
    } catch {
      throw TableError(error, file: path)
    }
  }

  /// Ends the file, and gives its last bytes, in order.
  ///
  /// - Throws: ``TableError`` if a row or the footer is too large for the format.
  package mutating func finish() throws(TableError) -> [[UInt8]] {
    do throws(ParquetFault) {
      let rest = rows > 0 ? try finishGroup() : []
      return rest + takingMagic([try footer.bytes(groups)])
    } catch {
      throw TableError(error, file: path)
    }
  }

  private mutating func appendRows(of batch: TableBatch) throws(ParquetFault) -> [[UInt8]] {
    let texts = batch.columns.compactMap { values -> [String?]? in
      if case .texts(let texts) = values { texts } else { nil }
    }
    var output: [[UInt8]] = []
    var row = 0
    while row < batch.rowCount {
      let start = row
      while row < batch.rowCount, size < groupBytes {
        size += rowBytes
        for column in texts { size += column[row]?.utf8.count ?? 0 }
        row += 1
      }
      for (index, values) in batch.columns.enumerated() {
        do throws(ParquetFault) {
          try columns[index].append(values, rows: start..<row)
        } catch {
          throw error.inside("column '\(schema.columns[index].name)'")
        }
      }
      rows += row - start
      if size >= groupBytes { output += try finishGroup() }
    }
    return output
  }

  private mutating func finishGroup() throws(ParquetFault) -> [[UInt8]] {
    var output = takingMagic([])
    var chunks: [WrittenChunk] = []
    for index in columns.indices {
      let (bytes, chunk) = try columns[index].finishChunk(at: position)
      chunks.append(chunk)
      position += bytes.count
      output.append(bytes)
    }
    groups.append(ParquetFooterWriter.RowGroup(rows: rows, chunks: chunks))
    (rows, size) = (0, 0)
    return output
  }

  /// Puts the file's first bytes before others if they were not yet handed out.
  private mutating func takingMagic(_ pieces: [[UInt8]]) -> [[UInt8]] {
    if position > 0 { return pieces }
    position = ParquetFormat.magic.count
    return [ParquetFormat.magic] + pieces
  }

  /// How many bytes a row takes without its texts.
  private static func rowBytes(of schema: TableSchema) throws(ParquetFault) -> Int {
    guard !schema.columns.isEmpty else {
      throw .unsupported("a Parquet file has at least one column")
    }
    var sum = 0
    for column in schema.columns { sum += try rowBytes(of: column) }
    return sum
  }

  /// How many bytes a column takes for each row, without its texts.
  private static func rowBytes(of column: TableColumn) throws(ParquetFault) -> Int {
    guard case .vector(let shape) = column.kind else { return 8 }
    guard !shape.isEmpty, shape.count <= ParquetFormat.depthLimit / 4,
      shape.allSatisfy({ $0 > 0 })
    else {
      throw .unsupported(
        "column '\(column.name)' has rows of shape \(shape), of which Parquet has no lists")
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= ParquetFormat.pageLimit / 5 else {
        throw .unsupported(
          "column '\(column.name)' has rows of shape \(shape), which are too large for a page of"
            + " \(ParquetFormat.pageLimit) bytes; choose another format")
      }
      count = product
    }
    return 4 * count
  }
}
