import Foundation
import Testing
import ZooCheckpoint
import ZooCore
import ZooTensors

@testable import ZooTables

/// Files of every format, compared with those of the reference and read back.
struct FormatTests {
  private let directory: Directory

  init() throws { directory = try Directory() }

  @Test func namesTellTheFormat() {
    #expect(TableFormat(path: "a/b.c.PARQUET") == .parquet)
    #expect(TableFormat(path: "a.csv/b") == nil)
    #expect(TableFormat(path: ".npy") == .npy)
    #expect(TableFormat(path: "a.txt") == nil)
  }

  @Test(arguments: [
    "rows.npy", "rows.label.npy", "rows.names.txt", "rows.csv", "rows.jsonl", "rows.safetensors",
  ])
  func filesAreByteForByteThoseOfTheReference(_ name: String) throws {
    for format in TableFormat.allCases {
      try TableRenderer.write(
        Table.fixture, to: directory("rows.\(format.rawValue)"), format: format)
    }
    #expect(try content(directory(name)) == content(fixture(name)))
  }

  @Test func tensorsAreThoseOfTheirOwnWriters() throws {
    let table = Table.large(rows: 37, dimension: 5)
    guard case .vectors(let tensor) = table.batch.columns[1],
      case .texts(let names) = table.batch.columns[0]
    else { return }
    try TableRenderer.write(table, to: directory("x.npy"), format: .npy)
    try NumpyWriter.writeNPY(tensor, to: directory("y.npy"))
    #expect(try content(directory("x.npy")) == content(directory("y.npy")))

    try TableRenderer.write(table, to: directory("x.npz"), format: .npz)
    try NumpyWriter.writeNPZ([("embedding", tensor)], to: directory("y.npz"))
    #expect(try content(directory("x.npz")) == content(directory("y.npz")))

    let images = JSONValue.array(names.map { .string($0 ?? "") }).serialized()
    try TableRenderer.write(table, to: directory("x.safetensors"), format: .safetensors)
    try SafetensorsWriter.write(
      [("embedding", tensor)], metadata: [("model", "tiny"), ("images", images)],
      to: directory("y.safetensors"))
    #expect(try content(directory("x.safetensors")) == content(directory("y.safetensors")))
  }

  @Test func featureMapsAndWhatIsMissing() throws {
    let table = Table(
      schema: TableSchema(columns: [
        TableColumn("sample", .text), TableColumn("stage1", .vector([2, 1, 2])),
        TableColumn("count", .integer), TableColumn("score", .number),
        TableColumn("stage2", .vector([1, 0])), TableColumn("\"", .vector([])),
      ]),
      batch: TableBatch([
        .texts([nil, "b\u{1}"]),
        .vectors(Tensor(shape: [2, 2, 1, 2], scalars: [1, 2, 3, 4, .nan, .infinity, 7, 8])),
        .integers([nil, .min]), .numbers([-.infinity, nil]),
        .vectors(Tensor(shape: [2, 1, 0], scalars: [])),
        .vectors(Tensor(shape: [2], scalars: [5, 6])),
      ]))
    try TableRenderer.write(table, to: directory("x.jsonl"), format: .jsonl)
    #expect(
      String(decoding: try content(directory("x.jsonl")), as: UTF8.self) == #"""
        {"sample":null,"stage1":[[[1.0,2.0]],[[3.0,4.0]]],"count":null,"score":null,"stage2":[[]],"\"":5.0}
        {"sample":"b\u0001","stage1":[[[null,null]],[[7.0,8.0]]],"count":-9223372036854775808,"score":null,"stage2":[[]],"\"":6.0}

        """#)
    try TableRenderer.write(table, to: directory("x.csv"), format: .csv)
    #expect(
      String(decoding: try content(directory("x.csv")), as: UTF8.self) == """
        sample,stage1_0,stage1_1,stage1_2,stage1_3,count,score,"\""_0"
        ,1.0,2.0,3.0,4.0,,-inf,5.0
        b\u{1},nan,inf,7.0,8.0,-9223372036854775808,,6.0

        """)
    try TableRenderer.write(table, to: directory("x.npz"), format: .npz)
    let arrays = try NumpyFile.npz(directory("x.npz"))
    #expect(arrays.map(\.name) == ["stage1", "count", "score", "stage2", "\""])
    #expect(arrays.map(\.tensor.shape) == [[2, 2, 1, 2], [2], [2], [2, 1, 0], [2]])
    let archive = try TensorShard(npz: directory("x.npz"))
    // The one column without extents cannot be told from a column of numbers.
    var columns = Array(table.schema.columns.dropFirst())
    columns[4].kind = .number
    #expect(archive.schema.columns == [table.schema.columns[0]] + columns)
  }

  @Test func parquetIsReadBack() throws {
    try TableRenderer.write(Table.fixture, to: directory("x.parquet"), format: .parquet)
    let shard = try ParquetShard(directory("x.parquet"))
    #expect(shard.schema == Table.fixture.schema)
    var batches: [TableBatch] = []
    try shard.forEachBatch(of: [0, 1, 2]) { batches.append($0) }
    #expect(batches == [Table.fixture.batch])
  }

  @Test func labelsOfAnOlderArrayGo() throws {
    try TableRenderer.write(Table.fixture, to: directory("x.npy"), format: .npy)
    #expect(try directory.names == ["x.label.npy", "x.meta.json", "x.names.txt", "x.npy"])
    var table = Table.large(rows: 1, dimension: 1)
    table.schema.metadata = []
    try TableRenderer.write(table, to: directory("x.npy"), format: .npy)
    #expect(try directory.names == ["x.names.txt", "x.npy"])
  }

  @Test(arguments: [TableFormat.npy, .npz])
  func arraysHaveTheirMetadataBesideThem(_ format: TableFormat) throws {
    var table = Table.fixture
    table.schema.metadata.append(TableSchema.classes(["ant", "\"bee\"\n"]))
    let path = directory("x.\(format.rawValue)")
    try TableRenderer.write(table, to: path, format: format)
    let json = try JSONValue(parsing: try content(directory("x.meta.json")))
    #expect(json == ["model": "tiny", "classes": ["ant", "\"bee\"\n"]])
    let shard = try format == .npy ? TensorShard(npy: path) : TensorShard(npz: path)
    #expect(shard.schema == table.schema)
    try write(Array("[]".utf8), to: directory("x.meta.json"))
    let error = failure {
      try TableMerge.merge([path], into: directory("y.\(format.rawValue)"))
    }
    #expect(error?.file == directory("x.meta.json"))
    #expect(error?.kind == .integrity)
  }

  /// Names of a vector's numbers are the columns' names in text.
  @Test func numbersHaveTheirNamesInText() throws {
    func table(_ vectors: [(name: String, elements: [String])]) -> Table {
      Table(
        schema: TableSchema(
          columns: [TableColumn("sample", .text)]
            + vectors.map { TableColumn($0.name, .vector([2]), elements: $0.elements) }),
        batch: TableBatch(
          [.texts(["a"])] + vectors.map { _ in .vectors(Tensor(shape: [1, 2], scalars: [1, 2])) }))
    }
    func text(_ table: Table, _ format: TableFormat) throws -> String {
      let path = directory("x.\(format.rawValue)")
      try TableRenderer.write(table, to: path, format: format)
      return String(decoding: try content(path), as: UTF8.self)
    }
    let one = table([("digit", ["x, y", "\"z\""])])
    #expect(try text(one, .csv) == "sample,\"x, y\",\"\"\"z\"\"\"\na,1.0,2.0\n")
    #expect(try text(one, .jsonl) == #"{"sample":"a","digit":{"x, y":1.0,"\"z\"":2.0}}"# + "\n")
    let two = table([("digit", ["x", "y"]), ("parity", ["x", "y"])])
    #expect(try text(two, .csv).hasPrefix("sample,digit_x,digit_y,parity_x,parity_y\n"))
    let reserved = table([("digit", ["sample", "y"])])
    #expect(try text(reserved, .csv).hasPrefix("sample,digit_sample,digit_y\n"))
    let twins = table([("digit", ["x", "x"])])
    #expect(failure { try TableFormat.csv.check(twins.schema, for: "x.csv") }?.kind == .usage)
  }

  @Test func columnsWithoutAPlaceAreRefusedAtOnce() {
    let twoVectors = TableSchema(columns: [
      TableColumn("a", .vector([1])), TableColumn("b", .vector([1])),
    ])
    let error = failure { try TableFormat.npy.check(twoVectors, for: "x.npy") }
    #expect(error?.kind == .unsupported)
    #expect(
      error?.description
        == "x.npy: a file .npy holds one array, with a name and a label for each row; choose "
        + ".parquet, which has a place for everything")
    let texts = TableSchema(columns: [TableColumn("a", .text), TableColumn("b", .text)])
    #expect(failure { try TableFormat.npz.check(texts, for: "x") }?.kind == .unsupported)
    let twins = TableSchema(columns: [TableColumn("a", .text), TableColumn("a", .number)])
    #expect(failure { try TableFormat.csv.check(twins, for: "x") }?.kind == .usage)
    let huge = TableSchema(columns: [TableColumn("a", .vector([.max, 2]))])
    #expect(failure { try TableFormat.csv.check(huge, for: "x") }?.kind == .usage)
  }

  @Test func failuresLeaveNothingBehind() throws {
    let error = failure {
      try TableRenderer.write(Table.fixture, to: directory("no/x.csv"), format: .csv)
    }
    #expect(error?.kind == .disk)
    #expect(
      error?.description
        == "\(directory("no/x.csv")): it cannot be written: No such file or directory; name a file in"
        + " a directory that you may write to")
    #expect(try directory.names == [])
  }

  /// Writes the table of the fixtures in every format to a directory that other readers look at;
  /// see `scripts/check-readers`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ZOO_TABLES_OUTPUT"] != nil))
  func filesForOtherReaders() throws {
    let place = try #require(ProcessInfo.processInfo.environment["ZOO_TABLES_OUTPUT"])
    for format in TableFormat.allCases {
      let path = "\(place)/rows.\(format.rawValue)"
      try TableRenderer.write(Table.fixture, to: path, format: format)
    }
  }
}
