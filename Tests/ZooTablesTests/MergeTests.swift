import Foundation
import Testing
import ZooTensors

@testable import ZooTables

/// Files of shards, made into that of the whole run.
struct MergeTests {
  private let directory: Directory

  init() throws { directory = try Directory() }

  /// Runs shards that end before the given rows.
  private func shards(
    of table: Table, _ format: TableFormat, ends: [Int]
  ) throws -> [String] {
    var start = 0
    return try ends.enumerated().map { index, end in
      let path = directory("shard\(index).\(format.rawValue)")
      try Table.run(table, by: 3, to: path, inputs: start..<end)
      start = end
      return path
    }
  }

  @Test(arguments: TableFormat.allCases)
  func shardsAreOneRun(_ format: TableFormat) throws {
    for (name, table, ends) in [
      ("small", Table.fixture, [2, 3, 5]), ("empty", Table.fixture, [0, 5, 5]),
      ("nothing", Table.fixture, [0, 0, 0]),
      ("large", Table.large(rows: 3000, dimension: 5), [1000, 1001, 3000]),
    ] {
      let whole = directory("\(name)-whole.\(format.rawValue)")
      try Table.run(table, by: 7, to: whole, inputs: 0..<(ends.last ?? 0))
      let shards = try shards(of: table, format, ends: ends)
      let merged = directory("\(name)-merged.\(format.rawValue)")
      #expect(try TableMerge.merge(shards, into: merged) == ends.last)
      #expect(try outputs(merged) == outputs(whole), "\(name)")
    }
  }

  @Test(arguments: [TableFormat.npz, .csv, .jsonl, .safetensors, .parquet])
  func featureMaps(_ format: TableFormat) throws {
    let table = Table(
      schema: TableSchema(
        columns: [
          TableColumn("sample", .text), TableColumn("stage1", .vector([2, 1, 2])),
          TableColumn("score", .number), TableColumn("stage2", .vector([1, 1, 1])),
        ], metadata: [("model", "tiny"), ("transform", "{}")]),
      batch: TableBatch([
        .texts(["a", "b\nc", "d"]),
        .vectors(Tensor(shape: [3, 2, 1, 2], scalars: (0..<12).map { Float($0) })),
        .numbers([1, nil, 3]), .vectors(Tensor(shape: [3, 1, 1, 1], scalars: [7, 8, 9])),
      ]))
    let whole = directory("whole.\(format.rawValue)")
    try Table.run(table, by: 3, to: whole)
    let merged = directory("merged.\(format.rawValue)")
    try TableMerge.merge(shards(of: table, format, ends: [1, 2, 3]), into: merged)
    #expect(try outputs(merged) == outputs(whole))
  }

  @Test(arguments: [TableFormat.npy, .npz, .csv, .jsonl, .safetensors, .parquet])
  func otherColumnsAreRefused(_ format: TableFormat) throws {
    let paths = [3, 4].map { directory("\($0).\(format.rawValue)") }
    for (path, dimension) in zip(paths, [3, 4]) {
      try Table.run(Table.large(rows: 2, dimension: dimension), by: 2, to: path)
    }
    let merged = directory("merged.\(format.rawValue)")
    let error = failure { try TableMerge.merge(paths, into: merged) }
    #expect(error?.kind == .usage)
    #expect(error?.file == paths[1])
    #expect(
      error?.reason.hasSuffix("in \(paths[0]); give files of one model and one kind") == true)
    #expect(try outputs(merged).isEmpty)
  }

  @Test(arguments: [TableFormat.npy, .npz, .safetensors, .parquet])
  func otherModelsAreRefused(_ format: TableFormat) throws {
    let paths = ["tiny", "other"].map { directory("\($0).\(format.rawValue)") }
    for (path, model) in zip(paths, ["tiny", "other"]) {
      var table = Table.fixture
      table.schema.metadata = [("model", model)]
      try Table.run(table, by: 2, to: path)
    }
    let error = failure {
      try TableMerge.merge(paths, into: directory("merged.\(format.rawValue)"))
    }
    #expect(
      error?.description
        == "\(paths[1]): its 'model' is other where it is tiny in \(paths[0]); give files of one"
        + " model and one kind")
  }

  @Test func whatCannotBeMergedIsNamed() throws {
    let shards = try shards(of: Table.fixture, .csv, ends: [3, 5])
    func reason(_ shards: [String], _ output: String) -> String? {
      let error = failure { try TableMerge.merge(shards, into: output) }
      #expect(error?.kind == .usage)
      return error?.description
    }
    #expect(
      reason(shards, directory("x.npy"))
        == "\(shards[0]): it is not of the same format as \(directory("x.npy")), which is to be"
        + " made of it")
    #expect(reason(shards, "x.txt")?.contains("known are .npy, ") == true)
    #expect(reason([], "x.npy")?.contains("no files were given") == true)
    #expect(reason([shards[0], shards[0]], "x.csv")?.contains("given twice") == true)
    #expect(reason(shards, shards[1])?.contains("made of itself") == true)
    let missing = failure { try TableMerge.merge([directory("y.csv")], into: directory("x.csv")) }
    #expect(missing?.kind == .other)
  }

  @Test(arguments: TableFormat.allCases)
  func whatWasCutOffIsNoticed(_ format: TableFormat) throws {
    let path = try #require(try shards(of: Table.fixture, format, ends: [5]).first)
    let bytes = try content(path)
    for length in 0..<bytes.count {
      // Lines of text that end are sound.
      if length > 0, bytes[length - 1] == UInt8(ascii: "\n"), format == .csv { continue }
      if length == 0 || bytes[length - 1] == UInt8(ascii: "\n"), format == .jsonl { continue }
      try write(Array(bytes[..<length]), to: path)
      let error = failure { try TableMerge.merge([path], into: directory("x.\(format.rawValue)")) }
      #expect(error?.file == path)
      #expect([.integrity, .unsupported].contains(error?.kind), "\(length)")
    }
  }

  /// Whatever a file says, reading it ends in rows or an error.
  @Test(arguments: [TableFormat.npy, .npz, .safetensors, .csv, .jsonl])
  func changedFilesAreReadOrRefused(_ format: TableFormat) throws {
    let path = try #require(try shards(of: Table.fixture, format, ends: [5]).first)
    let bytes = try content(path)
    var refused = 0
    for offset in bytes.indices {
      for change in [1, 2, 0x10, 0x80] as [UInt8] {
        var changed = bytes
        changed[offset] ^= change
        try write(changed, to: path)
        do {
          switch format {
          case .csv: _ = try CSVShard(path)
          case .jsonl: _ = try JSONLinesShard(path)
          case .npy: try read(TensorShard(npy: path))
          case .npz: try read(TensorShard(npz: path))
          default: try read(TensorShard(safetensors: path))
          }
        } catch {
          refused += 1
          #expect(error is TableError)
        }
      }
    }
    #expect(refused > 0)
  }

  private func read(_ shard: TensorShard) throws {
    var rows = 0
    try shard.forEachBatch(of: Array(shard.schema.columns.indices)) { rows += $0.rowCount }
    #expect(rows == shard.rowCount)
  }

  @Test func namesThatAreMissingAreNoticed() throws {
    let path = try #require(try shards(of: Table.fixture, .npy, ends: [5]).first)
    try write(Array("a\nb\n".utf8), to: NumpyRenderer.namesPath(for: path))
    let error = failure { try TableMerge.merge([path], into: directory("x.npy")) }
    #expect(
      error?.description == "\(path): there are 2 names for its 5 rows; make it again")
  }
}
