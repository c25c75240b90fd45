/// A Parquet file whose columns are texts, integers, numbers, and lists of numbers that all have
/// one shape.
///
/// Pages may be plain or have a dictionary, and be compressed by snappy or gzip, which is what
/// pyarrow writes unless asked otherwise. Nothing in the file is trusted: damage and forgery give an
/// error, and what is held in memory is bounded by some pages and one batch.
package struct ParquetFile: Sendable {
  /// The path, for messages.
  package let path: String
  /// The columns and the metadata, without Arrow's own.
  package let schema: TableSchema
  /// How many rows there are in all.
  package var rowCount: Int { footer.rowCount }
  /// How many rows each row group has.
  package var rowGroups: [Int] { footer.groups.map(\.rows) }

  fileprivate let source: ParquetSource
  fileprivate let footer: ParquetFooter
  fileprivate let columns: [ParquetColumn]

  /// Opens a file and reads its footer.
  ///
  /// - Throws: ``TableError`` if it cannot be opened, is damaged, or holds what is not read.
  package init(path: String) throws(TableError) {
    do throws(ParquetFault) {
      try self.init(ParquetSource(opening: path), path: path)
    } catch {
      throw TableError(error, file: path)
    }
  }

  /// Opens bytes as those of a file.
  init(_ bytes: [UInt8], path: String) throws(TableError) {
    do throws(ParquetFault) {
      try self.init(ParquetSource(bytes), path: path)
    } catch {
      throw TableError(error, file: path)
    }
  }

  private init(_ source: ParquetSource, path: String) throws(ParquetFault) {
    self.source = source
    self.path = path
    footer = try ParquetFooter(source)
    let columns = try ParquetColumn.columns(footer.elements)
    self.columns = columns
    let arrow = footer.metadata.first { $0.key == ParquetFormat.arrowSchemaKey }
    let extents = arrow.flatMap { ArrowSchema.listExtents($0.value, columns: columns.count) } ?? []
    var tableColumns: [TableColumn] = []
    for (index, column) in columns.enumerated() {
      let kind: TableColumn.Kind
      switch column.contents {
      case .text: kind = .text
      case .integer: kind = .integer
      case .number: kind = .number
      case .lists(let depth):
        let stated = extents.indices.contains(index) ? extents[index] : nil
        do throws(ParquetFault) {
          kind = .vector(
            try ParquetFile.shape(
              of: index, column, depth, stated: stated, footer: footer, source: source))
        } catch {
          throw error.inside("column '\(column.name)'")
        }
      }
      tableColumns.append(TableColumn(column.name, kind))
    }
    schema = TableSchema(columns: tableColumns, metadata: ParquetFile.texts(footer.metadata))
  }

  /// The shape of a column's rows: what Arrow's schema states, or else that of the first row.
  private static func shape(
    of index: Int, _ column: ParquetColumn, _ depth: Int, stated: [Int]?, footer: ParquetFooter,
    source: ParquetSource
  ) throws(ParquetFault) -> [Int] {
    var shape = Array(repeating: 0, count: depth)
    if let stated, stated.count == depth {
      shape = stated
    } else if let group = footer.groups.first(where: { $0.rows > 0 }) {
      guard group.chunks.indices.contains(index) else {
        throw .corrupt("a row group has no part of it")
      }
      var reader = try ParquetColumnReader(column, group.chunks[index], source)
      shape = try reader.shapeOfFirstRow()
    }
    var elements = 1
    for extent in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= ParquetFormat.pageLimit / 4 else {
        throw .unsupported("its rows have the shape \(shape), which is too large to be read")
      }
      elements = product
    }
    return shape
  }

  /// The metadata without Arrow's own; the first of those with one key.
  private static func texts(
    _ metadata: [(key: String, value: ArraySlice<UInt8>)]
  ) -> [(key: String, value: String)] {
    var keys: Set = [ParquetFormat.arrowSchemaKey]
    return metadata.filter { keys.insert($0.key).inserted }
      .map { ($0.key, String(decoding: $0.value, as: UTF8.self)) }
  }

  /// All rows, in batches.
  ///
  /// - Parameter batchBytes: about how many bytes a batch takes; one row at least is in it.
  package func rows(batchBytes: Int = 16 << 20) -> ParquetRows {
    ParquetRows(self, batchBytes: batchBytes)
  }
}

/// The rows of a Parquet file, batch by batch; no batch has rows of two row groups.
package struct ParquetRows {
  private static let textLimit = 1 << 30
  private let file: ParquetFile
  private let batchRows: Int
  /// The row group that comes next.
  private var group = 0
  private var rowsLeft = 0
  /// The number of the next row in the file.
  private var row = 0
  private var readers: [ParquetColumnReader] = []

  fileprivate init(_ file: ParquetFile, batchBytes: Int) {
    self.file = file
    let rowBytes = file.schema.columns.reduce(0) { sum, column in
      guard case .vector(let shape) = column.kind else { return sum + 64 }
      return sum + 4 * shape.reduce(1, *)
    }
    batchRows = min(max(batchBytes / max(rowBytes, 1), 1), 1 << 16)
  }

  /// The next batch; `nil` after the last row.
  ///
  /// - Throws: ``TableError`` with the column and the rows at which the file is at fault. After
  ///   that nothing more can be read.
  package mutating func next() throws(TableError) -> TableBatch? {
    do throws(ParquetFault) {
      while rowsLeft == 0 {
        guard group < file.footer.groups.count else { return nil }
        try beginGroup()
      }
      let count = min(batchRows, rowsLeft)
      var columns: [TableBatch.Values] = []
      for (index, column) in file.schema.columns.enumerated() {
        do throws(ParquetFault) {
          columns.append(try values(of: column, index, rows: count))
        } catch {
          throw error.inside(
            "column '\(column.name)', from row \(row), page at byte \(readers[index].position)")
        }
      }
      row += count
      rowsLeft -= count
      return TableBatch(columns)
    } catch {
      (group, rowsLeft) = (file.footer.groups.count, 0)
      throw TableError(error, file: file.path)
    }
  }

  private mutating func values(
    of column: TableColumn, _ index: Int, rows: Int
  ) throws(ParquetFault) -> TableBatch.Values {
    let values: TableBatch.Values
    if case .vector(let shape) = column.kind {
      values = .vectors(try readers[index].vectors(rows: rows, shape: shape))
    } else {
      values = try readers[index].values(rows: rows, textRoom: ParquetRows.textLimit)
    }
    if rows < rowsLeft || readers[index].isAtEnd { return values }
    if case .vector(let shape) = column.kind {
      throw .unsupported("a row has another shape than \(shape), which is not read")
    }
    throw .corrupt("it has more values than the row group has rows")
  }

  private mutating func beginGroup() throws(ParquetFault) {
    let next = file.footer.groups[group]
    guard next.chunks.count == file.columns.count else {
      throw .corrupt(
        "row group \(group) has \(next.chunks.count) columns where \(file.columns.count) should be")
    }
    readers = []
    for (column, chunk) in zip(file.columns, next.chunks) {
      do throws(ParquetFault) {
        readers.append(try ParquetColumnReader(column, chunk, file.source))
      } catch {
        throw error.inside("column '\(column.name)', row group \(group)")
      }
    }
    group += 1
    rowsLeft = next.rows
  }
}
