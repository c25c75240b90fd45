import Testing
import ZooCore
import ZooTensors

@testable import ZooTables

/// The writer against its file that pyarrow, polars and DuckDB were seen to read; see
/// scripts/check-parquet.
struct ParquetWriterTests {
  @Test(arguments: [25, 1, 7])
  func checkedFile(batchSize: Int) throws {
    let bytes = try ParquetFixture.written(batchSize: batchSize)
    #expect(bytes == (try ParquetFixture.bytes("written.parquet")))
  }

  @Test(arguments: ParquetCompression.allCases, [1, 1000, 16 << 20])
  func readsWhatItWrites(_ compression: ParquetCompression, batchBytes: Int) throws {
    let bytes = try ParquetFixture.written(compression: compression)
    let file = try ParquetFile(bytes, path: "table.parquet")
    #expect(file.schema == ParquetFixture.schema)
    #expect(file.rowCount == 25)
    #expect(file.rowGroups.count > 1)
    #expect(
      try ParquetFixture.rows(of: file, batchBytes: batchBytes) == ParquetFixture.batch(0..<25))
  }

  @Test func noRows() throws {
    let bytes = try ParquetFixture.written(rows: 0)
    let file = try ParquetFile(bytes, path: "table.parquet")
    #expect(file.schema == ParquetFixture.schema)
    #expect(file.rowGroups == [])
    #expect(try ParquetFixture.rows(of: file) == ParquetFixture.batch(0..<0))
  }

  /// Groups and pages of the usual size: one row group is handed out when it is full.
  @Test func handsOutRowGroups() throws {
    let schema = TableSchema(columns: [TableColumn("embedding", .vector([1024]))])
    var writer = try ParquetWriter(schema, path: "table.parquet")
    let tensor = Tensor(shape: [1024, 1024], scalars: (0..<1 << 20).map { Float($0) })
    var bytes: [UInt8] = []
    for batch in 1...9 {
      let pieces = try writer.append(TableBatch([.vectors(tensor)]))
      #expect(pieces.isEmpty == (batch % 8 != 0))
      for piece in pieces { bytes += piece }
    }
    for piece in try writer.finish() { bytes += piece }
    let file = try ParquetFile(bytes, path: "table.parquet")
    #expect(file.rowGroups == [8192, 1024])
    var rows = file.rows(batchBytes: 4 << 20)
    var count = 0
    while let batch = try rows.next() {
      #expect(batch == TableBatch([.vectors(tensor)]))
      count += 1
    }
    #expect(count == 9)
  }

  @Test func tablesThatTheFormatLacks() {
    for kind in [[], [0], [3, 0], [1 << 40], [1 << 32, 1 << 32], [1 << 28]] {
      let schema = TableSchema(columns: [TableColumn("v", .vector(kind))])
      let error = #expect(throws: TableError.self) { try ParquetWriter(schema, path: "a.parquet") }
      #expect(error?.kind == .unsupported)
      #expect(error?.reason.contains("'v'") == true)
    }
    #expect(throws: TableError.self) {
      try ParquetWriter(TableSchema(columns: []), path: "a.parquet")
    }
  }

  @Test func batchesOfAnotherTable() throws {
    var writer = try ParquetWriter(ParquetFixture.schema, path: "a.parquet")
    let error = #expect(throws: TableError.self) { try writer.append(TableBatch([.texts(["a"])])) }
    #expect(error?.kind == .usage)
  }

  @Test func specialNumbers() throws {
    let schema = TableSchema(columns: [
      TableColumn("n", .number), TableColumn("v", .vector([2])), TableColumn("i", .integer),
      TableColumn("t", .text),
    ])
    let numbers: [Float] = [.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude]
    let batch = TableBatch([
      .numbers(numbers), .vectors(Tensor(shape: [5, 2], scalars: numbers + numbers.reversed())),
      .integers([.min, .max, 0, nil, -1]), .texts(["", "\u{0}", "\u{10FFFF}", nil, "e\u{301}"]),
    ])
    var writer = try ParquetWriter(schema, path: "a.parquet")
    var bytes: [UInt8] = []
    for piece in try writer.append(batch) + writer.finish() { bytes += piece }
    let read = try ParquetFixture.rows(of: bytes).batch
    guard case .numbers(let readNumbers) = read.columns[0],
      case .vectors(let readVectors) = read.columns[1],
      case .texts(let readTexts) = read.columns[3]
    else {
      Issue.record("columns of other kinds")
      return
    }
    #expect(readNumbers.map { $0?.bitPattern } == numbers.map(\.bitPattern))
    #expect(
      readVectors.scalars.map(\.bitPattern) == (numbers + numbers.reversed()).map(\.bitPattern))
    #expect(read.columns[2] == batch.columns[2])
    // As bytes: equal texts may be written in different ways.
    #expect(
      readTexts.map { $0.map { Array($0.utf8) } }
        == ["", "\u{0}", "\u{10FFFF}", nil, "e\u{301}"].map { $0.map { Array($0.utf8) } })
  }
}
