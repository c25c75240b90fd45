/// Reads the pages of a part of a column, one after the other.
struct ParquetPages {
  let column: ParquetColumn
  private let source: ParquetSource
  private let codec: ParquetFormat.Codec
  /// The bytes of the file that are not yet read.
  private var range: Range<Int>

  /// A page of values, decompressed.
  struct Page {
    /// How many values there are, with those that are null.
    var entries: Int
    var encoding: ParquetFormat.Encoding
    var bytes: [UInt8]
    /// Where the levels lie in the bytes; `nil` if the column has none of the kind.
    var repetition: Range<Int>?
    var definition: Range<Int>?
    var values: Range<Int>
    /// Where the page lies in the file, for messages.
    var position: Int
  }

  enum Contents {
    case dictionary(count: Int, bytes: [UInt8])
    case data(Page)
  }

  init(
    _ column: ParquetColumn, _ chunk: ParquetFooter.ColumnChunk, _ source: ParquetSource
  ) throws(ParquetFault) {
    self.column = column
    self.source = source
    range = chunk.range
    guard let codec = ParquetFormat.Codec(rawValue: chunk.codec),
      [.none, .snappy, .gzip].contains(codec)
    else {
      let name = ParquetFormat.Codec(rawValue: chunk.codec).map { "\($0)" } ?? "\(chunk.codec)"
      throw .unsupported(
        "it is compressed by \(name), which is not read; write it with snappy, gzip or none")
    }
    self.codec = codec
  }

  /// Where the next page lies in the file.
  var position: Int { range.lowerBound }

  /// The next page; pages of other kinds are passed over.
  mutating func next() throws(ParquetFault) -> Contents {
    while true {
      let position = range.lowerBound
      let header = try header()
      guard header.size <= range.count else {
        throw .corrupt("a page of \(header.size) bytes does not fit in its column", at: position)
      }
      guard header.fullSize <= ParquetFormat.pageLimit, header.size <= ParquetFormat.pageLimit
      else {
        throw .unsupported(
          "the page at byte \(position) has \(max(header.fullSize, header.size)) bytes, and"
            + " \(ParquetFormat.pageLimit) are read at most")
      }
      let start = range.lowerBound
      range = start + header.size..<range.upperBound
      switch header.type {
      case .index: continue
      case .dictionary:
        guard header.encoding == .plain || header.encoding == .plainDictionary else {
          throw unsupported(header.encoding)
        }
        let bytes = try body(header, at: start)
        return .dictionary(
          count: header.entries, bytes: try decompressed(bytes[...], size: header.fullSize))
      case .data: return .data(try dataPage(header, at: start))
      case .dataV2: return .data(try secondVersionPage(header, at: start))
      }
    }
  }

  // MARK: Pages of values

  private func dataPage(_ header: ParquetPageHeader, at start: Int) throws(ParquetFault) -> Page {
    let body = try body(header, at: start)
    let bytes = try decompressed(body[...], size: header.fullSize)
    var position = 0
    let repetition =
      column.maximumRepetition > 0
      ? try levels(bytes, &position, header.repetitionEncoding, at: start) : nil
    let definition =
      column.maximumDefinition > 0
      ? try levels(bytes, &position, header.definitionEncoding, at: start) : nil
    return Page(
      entries: header.entries, encoding: header.encoding, bytes: bytes, repetition: repetition,
      definition: definition, values: position..<bytes.count, position: start)
  }

  /// Where levels lie that have their length before them.
  private func levels(
    _ bytes: [UInt8], _ position: inout Int, _ encoding: ParquetFormat.Encoding, at start: Int
  ) throws(ParquetFault) -> Range<Int> {
    guard encoding == .runLength else { throw unsupported(encoding) }
    guard bytes.count - position >= 4 else {
      throw .corrupt("the levels of a page end too early", at: start)
    }
    let length = bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    position += 4
    guard length <= bytes.count - position else {
      throw .corrupt("the levels of a page are longer than the page", at: start)
    }
    defer { position += length }
    return position..<position + length
  }

  /// A page of version 2 has its levels, which are not compressed, before its values.
  private func secondVersionPage(
    _ header: ParquetPageHeader, at start: Int
  ) throws(ParquetFault) -> Page {
    let body = try body(header, at: start)
    let (repetition, definition) = (header.repetitionSize, header.definitionSize)
    guard repetition <= body.count, definition <= body.count - repetition,
      repetition + definition <= header.fullSize
    else { throw .corrupt("the levels of a page are longer than the page", at: start) }
    let levels = repetition + definition
    var bytes = Array(body[..<levels])
    if header.isCompressed, header.fullSize > levels {
      bytes += try decompressed(body[levels...], size: header.fullSize - levels)
    } else {
      bytes += body[levels...]
    }
    return Page(
      entries: header.entries, encoding: header.encoding, bytes: bytes,
      repetition: column.maximumRepetition > 0 ? 0..<repetition : nil,
      definition: column.maximumDefinition > 0 ? repetition..<levels : nil,
      values: levels..<bytes.count, position: start)
  }

  // MARK: Bytes

  private mutating func header() throws(ParquetFault) -> ParquetPageHeader {
    var size = 1 << 10
    while true {
      let part = range.prefix(min(size, range.count))
      let bytes = try source.bytes(part)
      var reader = ThriftReader(bytes, origin: part.lowerBound)
      do throws(ParquetFault) {
        let header = try ParquetPageHeader(&reader)
        range = range.lowerBound + reader.position..<range.upperBound
        return header
      } catch {
        // Perhaps the header is longer: its statistics may hold texts.
        guard part.count < range.count, size < ParquetFormat.headerLimit else { throw error }
        size *= 8
      }
    }
  }

  private func body(_ header: ParquetPageHeader, at start: Int) throws(ParquetFault) -> [UInt8] {
    let bytes = try source.bytes(start..<start + header.size)
    if let checksum = header.checksum, checksum != Gzip.checksum(bytes[...]) {
      throw .corrupt("the checksum of the page is not that of its bytes", at: start)
    }
    return bytes
  }

  private func decompressed(
    _ bytes: ArraySlice<UInt8>, size: Int
  ) throws(ParquetFault) -> [UInt8] {
    switch codec {
    case .snappy: return try Snappy.decompressed(bytes, size: size)
    case .gzip: return try Gzip.decompressed(bytes, size: size)
    default:
      guard bytes.count == size else {
        throw .corrupt("a page has \(bytes.count) bytes where \(size) are stated")
      }
      return Array(bytes)
    }
  }

  private func unsupported(_ encoding: ParquetFormat.Encoding) -> ParquetFault {
    .unsupported(
      "its pages have the encoding \(encoding), which is not read; write it with plain or"
        + " dictionary encoding")
  }
}
