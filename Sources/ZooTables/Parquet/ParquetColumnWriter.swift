import ZooTensors

/// How the pages of a Parquet file are compressed.
public enum ParquetCompression: String, Sendable, CaseIterable {
  /// Not at all.
  case none
  /// By gzip: names and labels become much smaller, embeddings hardly.
  case gzip
}

/// Where a column chunk lies in the file, and what is in it.
struct WrittenChunk {
  /// Where the first page begins.
  var offset: Int
  /// How many values there are, with those that are null; elements of lists count as values.
  var valueCount: Int
  var nullCount: Int
  var compressedSize: Int
  var uncompressedSize: Int
  /// The least and the greatest value, as a page would hold them without length.
  var bounds: (least: [UInt8], greatest: [UInt8])?
}

/// Makes the pages of one column, row group by row group.
///
/// Where pages end depends only on the rows, not on how they come in batches.
struct ParquetColumnWriter {
  private let kind: TableColumn.Kind
  private let compression: ParquetCompression
  private let pageBytes: Int
  private var vector: VectorLevels

  /// The pages of the row group that are complete.
  private var pages: [UInt8] = []
  private var uncompressedSize = 0
  private var valueCount = 0
  private var nullCount = 0
  private var bounds = ColumnBounds()

  /// The values of the page being filled, and its rows.
  private var values: [UInt8] = []
  private var rows = 0
  private var definition = RunLengthWriter(bitWidth: 1)

  init(_ kind: TableColumn.Kind, compression: ParquetCompression, pageBytes: Int) {
    self.kind = kind
    self.compression = compression
    self.pageBytes = pageBytes
    if case .vector(let shape) = kind {
      vector = VectorLevels(shape: shape)
    } else {
      vector = VectorLevels(shape: [])
    }
  }

  /// Takes some of a batch's rows.
  ///
  /// - Precondition: the values are of the column's kind, and the rows are among them.
  mutating func append(
    _ batch: TableBatch.Values, rows range: Range<Int>
  ) throws(ParquetFault) {
    switch batch {
    case .texts(let texts):
      for text in texts[range] {
        try append(isNull: text == nil) { values, bounds in
          guard let text else { return }
          let bytes = Array(text.utf8)
          values.append(littleEndian: UInt32(bytes.count))
          values += bytes
          bounds.include(text: bytes)
        }
      }
    case .integers(let integers):
      for integer in integers[range] {
        try append(isNull: integer == nil) { values, bounds in
          guard let integer else { return }
          values.append(littleEndian: integer)
          bounds.include(integer)
        }
      }
    case .numbers(let numbers):
      for number in numbers[range] {
        try append(isNull: number == nil) { values, _ in
          if let number { values.append(littleEndian: number.bitPattern) }
        }
      }
    case .vectors(let tensor): try append(tensor, rows: range)
    }
  }

  private mutating func append(
    isNull: Bool, _ body: (inout [UInt8], inout ColumnBounds) -> Void
  ) throws(ParquetFault) {
    definition.append(isNull ? 0 : 1, count: 1)
    if isNull { nullCount += 1 }
    body(&values, &bounds)
    rows += 1
    if values.count >= pageBytes || rows >= max(pageBytes / 8, 1) { try flushPage() }
  }

  private mutating func append(_ tensor: Tensor, rows range: Range<Int>) throws(ParquetFault) {
    let size = vector.elements
    let pageRows = max(pageBytes / (4 * size), 1)
    var row = range.lowerBound
    while row < range.upperBound {
      let end = min(row + pageRows - rows, range.upperBound)
      tensor.scalars[row * size..<end * size].withUnsafeBytes { values.append(contentsOf: $0) }
      rows += end - row
      row = end
      if rows == pageRows { try flushPage() }
    }
  }

  /// Ends the row group's part of this column, which begins at a place in the file.
  mutating func finishChunk(
    at offset: Int
  ) throws(ParquetFault) -> (bytes: [UInt8], chunk: WrittenChunk) {
    if rows > 0 { try flushPage() }
    let chunk = WrittenChunk(
      offset: offset, valueCount: valueCount, nullCount: nullCount, compressedSize: pages.count,
      uncompressedSize: uncompressedSize, bounds: bounds.bytes)
    defer {
      (pages, uncompressedSize, valueCount, nullCount) = ([], 0, 0, 0)
      bounds = ColumnBounds()
    }
    return (pages, chunk)
  }

  private mutating func flushPage() throws(ParquetFault) {
    let entries = rows * vector.elements
    let levels: [UInt8]
    if vector.shape.isEmpty {
      levels = prefixed(definition.finish())
      definition = RunLengthWriter(bitWidth: 1)
    } else {
      levels = vector.bytes(rows: rows)
    }
    let size = levels.count + values.count
    guard size <= ParquetFormat.pageLimit else {
      throw .unsupported(
        "a row needs \(size) bytes in one column, and \(ParquetFormat.pageLimit) are written at"
          + " most; choose another format")
    }
    let body = try compressed(levels + values)
    let checksum = Int(Int32(bitPattern: Gzip.checksum(body[...])))
    let header = ThriftWriter.encoded { page in
      page.field(1, int32: ParquetFormat.PageType.data.rawValue)
      page.field(2, int32: size)
      page.field(3, int32: body.count)
      page.field(4, int32: checksum)
      page.field(5) { data in
        data.field(1, int32: entries)
        data.field(2, int32: ParquetFormat.Encoding.plain.rawValue)
        data.field(3, int32: ParquetFormat.Encoding.runLength.rawValue)
        data.field(4, int32: ParquetFormat.Encoding.runLength.rawValue)
      }
    }
    pages += header
    pages += body
    uncompressedSize += header.count + size
    valueCount += entries
    values.removeAll(keepingCapacity: true)
    rows = 0
  }

  private func compressed(_ page: [UInt8]) throws(ParquetFault) -> [UInt8] {
    guard compression == .gzip else { return page }
    // The digits of measured numbers hardly repeat, and more effort does not find more.
    let level: Int32 =
      switch kind {
      case .text, .integer: 6
      case .number, .vector: 1
      }
    guard let body = Gzip.compressed(page, level: level) else {
      throw ParquetFault(kind: .other, reason: "there is no memory to compress a page")
    }
    return body
  }
}

/// The least and the greatest value of a column, for those who look for one.
private struct ColumnBounds {
  /// Longer texts have no bounds, which are copied into the footer.
  private static let textLimit = 256
  private var integers: (least: Int64, greatest: Int64)?
  private var texts: (least: [UInt8], greatest: [UInt8])?
  private var hasLongText = false

  mutating func include(_ integer: Int64) {
    let old = integers ?? (integer, integer)
    integers = (min(old.least, integer), max(old.greatest, integer))
  }

  mutating func include(text: [UInt8]) {
    if text.count > ColumnBounds.textLimit { hasLongText = true }
    if hasLongText { return }
    guard let old = texts else {
      texts = (text, text)
      return
    }
    if text.lexicographicallyPrecedes(old.least) { texts?.least = text }
    if old.greatest.lexicographicallyPrecedes(text) { texts?.greatest = text }
  }

  var bytes: (least: [UInt8], greatest: [UInt8])? {
    if let integers {
      var (least, greatest): ([UInt8], [UInt8]) = ([], [])
      least.append(littleEndian: integers.least)
      greatest.append(littleEndian: integers.greatest)
      return (least, greatest)
    }
    return hasLongText ? nil : texts
  }
}
