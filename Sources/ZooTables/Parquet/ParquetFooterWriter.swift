/// Writes the footer of a Parquet file: schema, row groups and metadata.
struct ParquetFooterWriter {
  let schema: TableSchema
  let compression: ParquetCompression
  /// The program that writes the file, as `NAME version VERSION`.
  let creator: String

  struct RowGroup {
    var rows: Int
    var chunks: [WrittenChunk]
  }

  /// The footer with its length and the file's last bytes.
  func bytes(_ groups: [RowGroup]) throws(ParquetFault) -> [UInt8] {
    var bytes = ThriftWriter.encoded { footer in
      footer.field(1, int32: 2)
      footer.field(2, list: elements()) { $1.write(&$0) }
      footer.field(3, int64: groups.reduce(0) { $0 + $1.rows })
      footer.field(4, list: groups) { write($1, to: &$0) }
      let metadata = schema.metadata.map { ($0.key, Array($0.value.utf8)) }
      let arrow = (ParquetFormat.arrowSchemaKey, ArrowSchema.encoded(schema))
      footer.field(5, list: metadata + [arrow]) { writer, entry in
        writer.field(1, entry.0)
        writer.field(2, entry.1)
      }
      footer.field(6, creator)
      // Least and greatest values are in the order that the types define.
      footer.field(7, list: schema.columns) { order, _ in order.field(1) }
    }
    guard bytes.count <= ParquetFormat.footerLimit else {
      throw .unsupported(
        "its footer needs \(bytes.count) bytes, and \(ParquetFormat.footerLimit) are written at"
          + " most; write fewer rows or columns into one file")
    }
    bytes.append(littleEndian: UInt32(bytes.count))
    return bytes + ParquetFormat.magic
  }

  private func write(_ group: RowGroup, to writer: inout ThriftWriter) {
    let columns = Array(zip(schema.columns, group.chunks))
    writer.field(1, list: columns) { chunk, column in
      chunk.field(2, int64: 0)
      chunk.field(3) { write(column.0, column.1, to: &$0) }
    }
    writer.field(2, int64: group.chunks.reduce(0) { $0 + $1.uncompressedSize })
    writer.field(3, int64: group.rows)
    writer.field(5, int64: group.chunks.first?.offset ?? 0)
    writer.field(6, int64: group.chunks.reduce(0) { $0 + $1.compressedSize })
  }

  private func write(
    _ column: TableColumn, _ chunk: WrittenChunk, to writer: inout ThriftWriter
  ) {
    let codec = compression == .gzip ? ParquetFormat.Codec.gzip : .none
    writer.field(1, int32: column.physicalType.rawValue)
    writer.field(
      2,
      int32s: [
        ParquetFormat.Encoding.runLength.rawValue, ParquetFormat.Encoding.plain.rawValue,
      ])
    writer.field(3, texts: column.path)
    writer.field(4, int32: codec.rawValue)
    writer.field(5, int64: chunk.valueCount)
    writer.field(6, int64: chunk.uncompressedSize)
    writer.field(7, int64: chunk.compressedSize)
    writer.field(9, int64: chunk.offset)
    writer.field(12) { statistics in
      statistics.field(3, int64: chunk.nullCount)
      if let bounds = chunk.bounds {
        statistics.field(5, bounds.greatest)
        statistics.field(6, bounds.least)
        statistics.field(7, bool: true)
        statistics.field(8, bool: true)
      }
    }
  }

  /// The tree of the columns, each group before its parts.
  private func elements() -> [SchemaElement] {
    var result = [SchemaElement(name: "schema", children: schema.columns.count)]
    for column in schema.columns {
      var name = column.name
      if case .vector(let shape) = column.kind {
        for _ in shape {
          result.append(
            SchemaElement(
              name: name, repetition: .optional, children: 1,
              converted: ParquetFormat.ConvertedType.list, logical: ParquetFormat.LogicalType.list))
          result.append(SchemaElement(name: "list", repetition: .repeated, children: 1))
          name = "element"
        }
      }
      let isText = column.kind == .text
      result.append(
        SchemaElement(
          name: name, type: column.physicalType, repetition: .optional,
          converted: isText ? ParquetFormat.ConvertedType.utf8 : nil,
          logical: isText ? ParquetFormat.LogicalType.string : nil))
    }
    return result
  }
}

/// One entry of the footer's schema.
struct SchemaElement {
  var name: String
  /// `nil` for a group.
  var type: ParquetFormat.PhysicalType?
  /// `nil` for the root.
  var repetition: ParquetFormat.Repetition?
  var children: Int?
  var converted: Int?
  /// Which of the logical types it has, and whether its integers have no sign.
  var logical: Int?
  var isUnsigned = false

  fileprivate func write(_ writer: inout ThriftWriter) {
    if let type { writer.field(1, int32: type.rawValue) }
    if let repetition { writer.field(3, int32: repetition.rawValue) }
    writer.field(4, name)
    if let children { writer.field(5, int32: children) }
    if let converted { writer.field(6, int32: converted) }
    if let logical { writer.field(10) { $0.field(logical) } }
  }
}

extension TableColumn {
  /// The type of its values, or of the elements of its lists.
  fileprivate var physicalType: ParquetFormat.PhysicalType {
    switch kind {
    case .text: .byteArray
    case .integer: .int64
    case .number, .vector: .float
    }
  }

  /// The names on the way from the root to the values.
  fileprivate var path: [String] {
    guard case .vector(let shape) = kind else { return [name] }
    return [name] + shape.flatMap { _ in ["list", "element"] }
  }
}
