import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooTables

/// What the tests of Parquet share.
enum ParquetFixture {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
  }

  static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

  static func rows(
    of bytes: [UInt8], batchBytes: Int = 16 << 20
  ) throws -> (schema: TableSchema, batch: TableBatch) {
    let file = try ParquetFile(bytes, path: "table.parquet")
    return (file.schema, try rows(of: file, batchBytes: batchBytes))
  }

  /// All rows as one batch.
  static func rows(of file: ParquetFile, batchBytes: Int = 16 << 20) throws -> TableBatch {
    var rows = file.rows(batchBytes: batchBytes)
    var columns = file.schema.columns.map { column -> TableBatch.Values in
      switch column.kind {
      case .text: .texts([])
      case .integer: .integers([])
      case .number: .numbers([])
      case .vector(let shape): .vectors(Tensor(shape: [0] + shape, scalars: []))
      }
    }
    while let batch = try rows.next() {
      for (index, values) in batch.columns.enumerated() {
        columns[index] = joined(columns[index], values)
      }
    }
    return TableBatch(columns)
  }

  private static func joined(
    _ first: TableBatch.Values, _ second: TableBatch.Values
  ) -> TableBatch.Values {
    switch (first, second) {
    case (.texts(let a), .texts(let b)): .texts(a + b)
    case (.integers(let a), .integers(let b)): .integers(a + b)
    case (.numbers(let a), .numbers(let b)): .numbers(a + b)
    case (.vectors(let a), .vectors(let b)):
      .vectors(
        Tensor(
          shape: [a.shape[0] + b.shape[0]] + a.shape.dropFirst(), scalars: a.scalars + b.scalars))
    default: first
    }
  }

  /// The table of Fixtures/written.parquet, which scripts/check-parquet knows too.
  static let schema = TableSchema(
    columns: [
      TableColumn("sample", .text), TableColumn("label", .integer), TableColumn("score", .number),
      TableColumn("embedding", .vector([5])), TableColumn("map", .vector([2, 3, 4])),
    ],
    metadata: [("model", "a model"), ("note", "grün")])

  /// Rows of that table.
  static func batch(_ rows: Range<Int>) -> TableBatch {
    TableBatch([
      .texts(rows.map { $0 % 6 == 5 ? nil : String(repeating: "é", count: $0 % 4) + "/\($0).jpg" }),
      .integers(rows.map { $0 / 8 == 1 ? nil : Int64($0) * 1_000_000_000_000 - 7 }),
      .numbers(rows.map { $0 % 5 == 1 ? nil : Float($0) / 3 }),
      .vectors(
        Tensor(
          shape: [rows.count, 5],
          scalars: rows.flatMap { row in (0..<5).map { Float(row) + Float($0) / 8 } })),
      .vectors(
        Tensor(
          shape: [rows.count, 2, 3, 4],
          scalars: rows.flatMap { row in (0..<24).map { -Float(row * 24 + $0) / 4 } })),
    ])
  }

  /// A file of that table, with small pages and row groups.
  static func written(
    rows count: Int = 25, batchSize: Int = 25, compression: ParquetCompression = .none
  ) throws -> [UInt8] {
    var writer = try ParquetWriter(
      schema, compression: compression, path: "table.parquet", groupBytes: 1500, pageBytes: 200,
      version: "0.1.0")
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: count, by: batchSize) {
      let batch = batch(start..<min(start + batchSize, count))
      for piece in try writer.append(batch) { bytes += piece }
    }
    for piece in try writer.finish() { bytes += piece }
    return bytes
  }
}
