import Foundation
import Testing
import ZooTensors

@testable import ZooTables

/// The path of a file in the Fixtures directory.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

/// A directory that is removed with this value.
final class Directory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "zoo-tables-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// The names of everything in it.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

func content(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

/// All files of an output: itself, and what is beside it.
func outputs(_ path: String) throws -> [String: [UInt8]] {
  let url = URL(filePath: path)
  let stem = url.deletingPathExtension().lastPathComponent + "."
  let directory = url.deletingLastPathComponent().path
  var result: [String: [UInt8]] = [:]
  for name in try FileManager.default.contentsOfDirectory(atPath: directory)
  where name.hasPrefix(stem) && !name.hasSuffix(".partial") {
    result[String(name.dropFirst(stem.count))] = try content(directory + "/" + name)
  }
  return result
}

/// A table in memory.
struct Table: TableSource {
  var schema: TableSchema
  var batch: TableBatch
  var rowCount: Int { batch.rowCount }

  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    try body(TableBatch(columns.map { batch.columns[$0] }))
  }

  /// Some of the rows.
  func rows(_ range: Range<Int>) -> TableBatch { TableBatch(batch.columns.map { $0[range] }) }

  /// The rows of the fixtures.
  static let fixture = Table(
    schema: TableSchema(
      columns: [
        TableColumn("sample", .text), TableColumn("label", .integer),
        TableColumn("embedding", .vector([3])),
      ], metadata: [("model", "tiny")]),
    batch: TableBatch([
      .texts(["a/1.jpg", "b, c/\"2\".jpg", "größe/3\n.jpg", "d/4.jpg", "e/5\\.jpg"]),
      .integers([0, 3, -1, 7, 1 << 40]),
      .vectors(
        Tensor(
          shape: [5, 3],
          scalars: [
            0.5, -1, 2, 0.1, 1e-5, 3e38, -0.0, Float(bitPattern: 1), 123456.79, 7, 8, 9, 0.25,
            1 / 3, -2.5,
          ])),
    ]))

  /// Many rows, with numbers of all sizes.
  static func large(rows: Int, dimension: Int) -> Table {
    var state: UInt64 = 1
    let scalars = (0..<rows * dimension).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 1e9
    }
    return Table(
      schema: TableSchema(
        columns: [TableColumn("sample", .text), TableColumn("embedding", .vector([dimension]))],
        metadata: [("model", "tiny")]),
      batch: TableBatch([
        .texts((0..<rows).map { "images/\($0).jpg" }),
        .vectors(Tensor(shape: [rows, dimension], scalars: scalars)),
      ]))
  }
}

extension TableSpool {
  /// Begins or resumes a run over as many inputs as a table has rows.
  convenience init(
    _ output: String, _ table: Table, inputs: Range<Int>? = nil, mode: Mode = .create
  ) throws {
    try self.init(
      for: output, plan: ["model": "tiny", "precision": "f32"], schema: table.schema,
      inputs: inputs ?? 0..<table.rowCount, mode: mode)
  }

  /// Appends the rows that are missing, in batches of a size.
  func fill(_ table: Table, by size: Int, upTo end: Int? = nil) throws {
    let end = end ?? inputs.upperBound
    while nextInput < end {
      let range = nextInput..<min(nextInput + size, end)
      try append(table.rows(range), inputs: range)
    }
  }
}

/// The error that something gives, which must be one.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> TableError? {
  #expect(throws: TableError.self, sourceLocation: sourceLocation) { try body() }
}
