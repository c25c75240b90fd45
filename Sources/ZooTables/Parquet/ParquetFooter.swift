/// What the footer of a Parquet file says, as far as it is used.
struct ParquetFooter {
  var elements: [SchemaElement] = []
  var rowCount = 0
  var groups: [RowGroup] = []
  var metadata: [(key: String, value: ArraySlice<UInt8>)] = []

  struct RowGroup {
    var rows: Int
    var chunks: [ColumnChunk]
  }

  /// Where a row group's part of a column lies.
  struct ColumnChunk {
    var type: Int
    var path: [String]
    var codec: Int
    var valueCount: Int
    /// The bytes of its pages in the file.
    var range: Range<Int>
  }

  /// Reads the end of a file.
  init(_ source: ParquetSource) throws(ParquetFault) {
    let magic = ParquetFormat.magic
    let tailSize = magic.count + 4
    guard source.size >= magic.count + tailSize else {
      throw .corrupt("it has \(source.size) bytes, too few for a Parquet file")
    }
    let tail = try source.bytes(source.size - tailSize..<source.size)
    if tail.suffix(4) == ParquetFormat.encryptedMagic[...] {
      throw .unsupported("its footer is encrypted, which is not read; write it without encryption")
    }
    guard try source.bytes(0..<magic.count) == magic, tail.suffix(4) == magic[...] else {
      throw .corrupt("it does not begin and end as a Parquet file, with PAR1")
    }
    let length = tail.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let end = source.size - tailSize
    guard length <= end - magic.count else {
      throw .corrupt("its footer of \(length) bytes does not fit before the end", at: end)
    }
    guard length <= ParquetFormat.footerLimit else {
      throw .unsupported(
        "its footer has \(length) bytes, and \(ParquetFormat.footerLimit) are read at most")
    }
    let start = end - length
    var reader = ThriftReader(try source.bytes(start..<end), origin: start)
    do throws(ParquetFault) {
      try read(&reader, dataEnd: start)
    } catch {
      throw error.inside("footer")
    }
  }

  private mutating func read(_ reader: inout ThriftReader, dataEnd: Int) throws(ParquetFault) {
    var last = 0
    var found: Set<Int> = []
    while let (id, kind) = try reader.field(after: &last) {
      found.insert(id)
      switch id {
      case 2:
        for _ in 0..<(try reader.list(kind, of: .structure)) {
          elements.append(try ParquetFooter.element(&reader))
        }
      case 3: rowCount = try reader.count(kind)
      case 4:
        for _ in 0..<(try reader.list(kind, of: .structure)) {
          groups.append(try ParquetFooter.group(&reader, dataEnd: dataEnd))
        }
      case 5:
        for _ in 0..<(try reader.list(kind, of: .structure)) {
          metadata.append(try ParquetFooter.keyValue(&reader))
        }
      default: try reader.skip(kind)
      }
    }
    guard found.isSuperset(of: [2, 3, 4]) else {
      throw .corrupt("schema, number of rows or row groups are missing")
    }
    var sum = 0
    for group in groups {
      let (total, overflow) = sum.addingReportingOverflow(group.rows)
      guard !overflow else { throw .corrupt("the row groups have too many rows") }
      sum = total
    }
    guard sum == rowCount else {
      throw .corrupt("the file should have \(rowCount) rows, and its row groups have \(sum)")
    }
  }

  private static func element(_ reader: inout ThriftReader) throws(ParquetFault) -> SchemaElement {
    var element = SchemaElement(name: "")
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      let position = reader.filePosition(reader.position)
      switch id {
      case 1:
        element.type = try known(try reader.integer(kind), "type", position)
      case 3:
        element.repetition = try known(try reader.integer(kind), "repetition", position)
      case 4: element.name = try reader.text(kind)
      case 5: element.children = try reader.count(kind)
      case 6: element.converted = try reader.integer(kind)
      case 10: try readLogicalType(&reader, kind, into: &element)
      default: try reader.skip(kind)
      }
    }
    return element
  }

  /// Reads a union, of which one field is there.
  private static func readLogicalType(
    _ reader: inout ThriftReader, _ kind: ThriftKind, into element: inout SchemaElement
  ) throws(ParquetFault) {
    try reader.expectStructure(kind)
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      element.logical = id
      guard id == ParquetFormat.LogicalType.integer else {
        try reader.skip(kind)
        continue
      }
      try reader.expectStructure(kind)
      var last = 0
      while let (id, kind) = try reader.field(after: &last) {
        // The second field says whether the integers have a sign.
        if id == 2, kind == .no { element.isUnsigned = true }
        try reader.skip(kind)
      }
    }
  }

  private static func group(
    _ reader: inout ThriftReader, dataEnd: Int
  ) throws(ParquetFault) -> RowGroup {
    var group = RowGroup(rows: 0, chunks: [])
    var hasRows = false
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      switch id {
      case 1:
        for _ in 0..<(try reader.list(kind, of: .structure)) {
          group.chunks.append(try chunk(&reader, dataEnd: dataEnd))
        }
      case 3:
        group.rows = try reader.count(kind)
        hasRows = true
      default: try reader.skip(kind)
      }
    }
    guard hasRows else {
      throw .corrupt(
        "a row group does not say how many rows it has", at: reader.filePosition(reader.position))
    }
    return group
  }

  private static func chunk(
    _ reader: inout ThriftReader, dataEnd: Int
  ) throws(ParquetFault) -> ColumnChunk {
    var result: ColumnChunk?
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      switch id {
      case 1: throw .unsupported("it keeps columns in other files, which is not read")
      case 3:
        try reader.expectStructure(kind)
        result = try chunkMetadata(&reader, dataEnd: dataEnd)
      default: try reader.skip(kind)
      }
    }
    guard let result else {
      throw .corrupt(
        "it does not say where a part of a column lies", at: reader.filePosition(reader.position))
    }
    return result
  }

  private static func chunkMetadata(
    _ reader: inout ThriftReader, dataEnd: Int
  ) throws(ParquetFault) -> ColumnChunk {
    var (type, codec, valueCount, size, dataOffset): (Int?, Int?, Int?, Int?, Int?)
    var dictionaryOffset: Int?
    var path: [String] = []
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      switch id {
      case 1: type = try reader.integer(kind)
      case 3:
        for _ in 0..<(try reader.list(kind, of: .binary)) { path.append(try reader.text(.binary)) }
      case 4: codec = try reader.integer(kind)
      case 5: valueCount = try reader.count(kind)
      case 7: size = try reader.count(kind)
      case 9: dataOffset = try reader.count(kind)
      case 11: dictionaryOffset = try reader.count(kind)
      default: try reader.skip(kind)
      }
    }
    guard let type, let codec, let valueCount, let size, let dataOffset else {
      throw .corrupt(
        "the description of a part of a column is not complete",
        at: reader.filePosition(reader.position))
    }
    // Without values there need not be pages, and their place may be any.
    if valueCount == 0 {
      return ColumnChunk(type: type, path: path, codec: codec, valueCount: 0, range: 0..<0)
    }
    // Some writers state a dictionary at byte 0 when there is none.
    let start = dictionaryOffset.map { $0 > 0 ? min($0, dataOffset) : dataOffset } ?? dataOffset
    guard start >= ParquetFormat.magic.count, start <= dataEnd, size <= dataEnd - start else {
      throw .corrupt(
        "column '\(path.joined(separator: "."))' should have \(size) bytes from byte \(start), and"
          + " the data end at byte \(dataEnd)")
    }
    return ColumnChunk(
      type: type, path: path, codec: codec, valueCount: valueCount, range: start..<start + size)
  }

  private static func keyValue(
    _ reader: inout ThriftReader
  ) throws(ParquetFault) -> (key: String, value: ArraySlice<UInt8>) {
    var key = ""
    var value: ArraySlice<UInt8> = []
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      switch id {
      case 1: key = try reader.text(kind)
      case 2: value = try reader.binary(kind)
      default: try reader.skip(kind)
      }
    }
    return (key, value)
  }

  private static func known<T: RawRepresentable<Int>>(
    _ code: Int, _ name: String, _ position: Int
  ) throws(ParquetFault) -> T {
    guard let value = T(rawValue: code) else {
      throw .corrupt("the schema has the unknown \(name) \(code)", at: position)
    }
    return value
  }
}
