/// What stands before a page.
struct ParquetPageHeader {
  var type = ParquetFormat.PageType.index
  /// The bytes of the page in the file, and when it is decompressed.
  var size = 0
  var fullSize = 0
  var checksum: UInt32?
  var entries = 0
  var encoding = ParquetFormat.Encoding.plain
  var definitionEncoding = ParquetFormat.Encoding.runLength
  var repetitionEncoding = ParquetFormat.Encoding.runLength

  // Of pages of version 2.
  var definitionSize = 0
  var repetitionSize = 0
  var isCompressed = true

  init(_ reader: inout ThriftReader) throws(ParquetFault) {
    let start = reader.position
    var (typeCode, size, fullSize): (Int?, Int?, Int?)
    /// Which of the three structures for pages with values is there.
    var described: Set<Int> = []
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      switch id {
      case 1: typeCode = try reader.integer(kind)
      case 2: fullSize = try reader.count(kind)
      case 3: size = try reader.count(kind)
      case 4: checksum = UInt32(truncatingIfNeeded: try reader.integer(kind))
      case 5, 7, 8:
        try reader.expectStructure(kind)
        try read(&reader, description: id)
        described.insert(id)
      default: try reader.skip(kind)
      }
    }
    guard let typeCode, let type = ParquetFormat.PageType(rawValue: typeCode), let size,
      let fullSize
    else { throw .corrupt("a page has no valid header", at: reader.filePosition(start)) }
    let needed: Int? =
      switch type {
      case .index: nil
      case .data: 5
      case .dictionary: 7
      case .dataV2: 8
      }
    guard needed.map({ described == [$0] }) ?? true else {
      throw .corrupt("the header of a page describes another page", at: reader.filePosition(start))
    }
    (self.type, self.size, self.fullSize) = (type, size, fullSize)
  }

  private mutating func read(
    _ reader: inout ThriftReader, description: Int
  ) throws(ParquetFault) {
    var last = 0
    while let (id, kind) = try reader.field(after: &last) {
      switch (description, id) {
      case (_, 1): entries = try reader.count(kind)
      case (5, 2), (7, 2), (8, 4): encoding = try ParquetPageHeader.encoding(&reader, kind)
      case (5, 3): definitionEncoding = try ParquetPageHeader.encoding(&reader, kind)
      case (5, 4): repetitionEncoding = try ParquetPageHeader.encoding(&reader, kind)
      case (8, 5): definitionSize = try reader.count(kind)
      case (8, 6): repetitionSize = try reader.count(kind)
      case (8, 7): isCompressed = kind != .no
      default: try reader.skip(kind)
      }
    }
    guard entries <= Int(Int32.max) else {
      throw .corrupt("a page has \(entries) values", at: reader.filePosition(reader.position))
    }
  }

  private static func encoding(
    _ reader: inout ThriftReader, _ kind: ThriftKind
  ) throws(ParquetFault) -> ParquetFormat.Encoding {
    let code = try reader.integer(kind)
    guard let encoding = ParquetFormat.Encoding(rawValue: code) else {
      throw .corrupt(
        "a page has the unknown encoding \(code)", at: reader.filePosition(reader.position))
    }
    return encoding
  }
}
