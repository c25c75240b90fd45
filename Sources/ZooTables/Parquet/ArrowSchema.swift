/// The schema as Arrow's libraries keep it in a Parquet file, which says what Parquet's own schema
/// cannot: that lists have a fixed size.
///
/// Source: `Schema.fbs` and `Message.fbs` of Apache Arrow, format version 5.
enum ArrowSchema {
  /// Numbers of the union `Type`.
  private enum TypeCode: UInt8 {
    case int = 2
    case floatingPoint = 3
    case utf8 = 5
    case fixedSizeList = 16
  }
  private static let schemaMessage: UInt8 = 1
  private static let version5: Int16 = 4
  private static let singlePrecision: Int16 = 1

  // MARK: Writing

  /// The text for the key `ARROW:schema`: an encapsulated message, in base64.
  static func encoded(_ schema: TableSchema) -> [UInt8] {
    let metadata = schema.metadata.map {
      FlatValue.table([.text($0.key), .text($0.value)])
    }
    let body = FlatValue.table([
      nil, .list(schema.columns.map { field($0.name, $0.kind) }),
      metadata.isEmpty ? nil : .list(metadata),
    ])
    let message = FlatValue.table([
      .int16(version5), .uint8(schemaMessage), body, .int64(0),
    ]).serialized()
    var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    bytes.append(littleEndian: UInt32(message.count))
    return Base64.encoded(bytes + message)
  }

  private static func field(_ name: String, _ kind: TableColumn.Kind) -> FlatValue {
    switch kind {
    case .text: field(name, .utf8, [])
    case .integer: field(name, .int, [.int32(64), .bool(true)])
    case .number: field(name, .floatingPoint, [.int16(singlePrecision)])
    case .vector(let shape):
      list(name, shape[...])
    }
  }

  /// A list of lists as deep as the shape has extents.
  private static func list(_ name: String, _ shape: ArraySlice<Int>) -> FlatValue {
    guard let extent = shape.first else { return field(name, .number) }
    // The extent was checked when the writer was made.
    return field(
      name, .fixedSizeList, [.int32(Int32(truncatingIfNeeded: extent))],
      child: list("element", shape.dropFirst()))
  }

  private static func field(
    _ name: String, _ code: TypeCode, _ type: [FlatValue?], child: FlatValue? = nil
  ) -> FlatValue {
    .table([
      .text(name), .bool(true), .uint8(code.rawValue), .table(type), nil,
      .list(child.map { [$0] } ?? []),
    ])
  }

  // MARK: Reading

  /// For each column the extents of its lists of fixed size, or `nil` if it has others or none.
  ///
  /// Nothing is returned for a text that cannot be read: it only helps.
  static func listExtents(_ text: some Collection<UInt8>, columns: Int) -> [[Int]?]? {
    guard var bytes = Base64.decoded(text) else { return nil }
    // Older messages begin with their length.
    let start = bytes.starts(with: [0xFF, 0xFF, 0xFF, 0xFF]) ? 8 : 4
    guard bytes.count > start else { return nil }
    bytes.removeFirst(start)
    return FlatTable(root: bytes)?.table(2)?.tables(1, limit: columns)?.map { extents($0) }
  }

  private static func extents(_ field: FlatTable) -> [Int]? {
    var result: [Int] = []
    var field = field
    while field.integer(2) == TypeCode.fixedSizeList.rawValue {
      guard let extent = field.table(3)?.integer(0, Int32.self), extent > 0,
        let child = field.tables(5, limit: 1)?.first, result.count < ParquetFormat.depthLimit
      else { return nil }
      result.append(Int(extent))
      field = child
    }
    return result.isEmpty ? nil : result
  }
}
