import Testing
import ZooTensors

@testable import ZooTables

/// Files whose numbers of classes are compared, or made common, when they are merged.
struct NumberingTests {
  private let directory: Directory

  init() throws { directory = try Directory() }

  /// Labels by name; their numbers are the places in the list of classes, -1 for those not in it.
  private func table(_ labels: [String], classes: [String], _ format: TableFormat) -> Table {
    let numbers = labels.map { classes.firstIndex(of: $0).map { Int64($0) } ?? -1 }
    let names = TableBatch.Values.texts(labels)
    return Table(
      schema: TableSchema(
        columns: [TableColumn("sample", .text), .label] + (format.holdsTexts ? [.labelName] : [])
          + [TableColumn("embedding", .vector([1]))],
        metadata: [("model", "tiny"), TableSchema.classes(classes)]),
      batch: TableBatch(
        [.texts(labels.map { "\($0)/1.jpg" }), .integers(numbers)]
          + (format.holdsTexts ? [names] : [])
          + [
            .vectors(Tensor(shape: [labels.count, 1], scalars: labels.map { Float($0.count) }))
          ]))
  }

  private func write(
    _ labels: [String], classes: [String], _ format: TableFormat, to name: String
  ) throws -> String {
    let path = directory("\(name).\(format.rawValue)")
    try TableRenderer.write(
      table(labels, classes: classes, format), to: path, format: format)
    return path
  }

  @Test(arguments: TableFormat.allCases)
  func otherNumberingsAreRefusedOrMadeOne(_ format: TableFormat) throws {
    let (odd, comma) = ("b\"e\"e", "c, at")
    let parts = [
      try write(["ant", odd, "ant"], classes: ["ant", odd], format, to: "a"),
      try write([comma, odd], classes: [odd, comma], format, to: "b"),
      try write(["dog", "ant"], classes: ["ant", "dog"], format, to: "c"),
    ]
    let whole = try write(
      ["ant", odd, "ant", comma, odd, "dog", "ant"], classes: ["ant", odd, comma, "dog"], format,
      to: "whole")
    let merged = directory("merged.\(format.rawValue)")
    let error = failure { try TableMerge.merge(parts, into: merged) }
    #expect(error?.kind == .usage)
    #expect(error?.file == parts[1])
    #expect(error?.reason.contains("0 is '\(odd)' where it is 'ant'") == true, "\(error as Any)")
    #expect(error?.reason.contains("--renumber") == true)
    #expect(try outputs(merged).isEmpty)

    #expect(try TableMerge.merge(parts, into: merged, renumbering: true) == 7)
    #expect(try outputs(merged) == outputs(whole))
  }

  @Test(arguments: TableFormat.allCases)
  func numberingsThatAgreeAreMerged(_ format: TableFormat) throws {
    let parts = [
      try write(["ant"], classes: ["ant", "bee"], format, to: "a"),
      try write(["bee", "cat"], classes: ["ant", "bee", "cat"], format, to: "b"),
    ]
    let whole = try write(
      ["ant", "bee", "cat"], classes: ["ant", "bee", "cat"], format, to: "whole")
    for renumbering in [false, true] {
      let merged = directory("merged.\(format.rawValue)")
      var notes: [String] = []
      try TableMerge.merge(parts, into: merged, renumbering: renumbering) { notes.append($0) }
      #expect(try outputs(merged) == outputs(whole))
      #expect(notes.isEmpty)
    }
  }

  @Test(arguments: [TableFormat.csv, .jsonl])
  func aNameThatIsNoClassElsewhereIsRefused(_ format: TableFormat) throws {
    let parts = [
      try write(["ant", "stone"], classes: ["ant"], format, to: "a"),
      try write(["stone"], classes: ["ant", "stone"], format, to: "b"),
    ]
    for renumbering in [false, true] {
      let error = failure {
        try TableMerge.merge(
          parts, into: directory("merged.\(format.rawValue)"), renumbering: renumbering)
      }
      #expect(error?.kind == .usage)
      #expect(error?.reason.contains("'stone' is 1 where it is no class") == true)
    }
  }

  @Test(arguments: TableFormat.allCases)
  func labelsWithoutNamesAreTold(_ format: TableFormat) throws {
    let parts = try ["a", "b"].map { name in
      let path = directory("\(name).\(format.rawValue)")
      try TableRenderer.write(Table.fixture, to: path, format: format)
      return path
    }
    var notes: [String] = []
    try TableMerge.merge(parts, into: directory("m.\(format.rawValue)")) { notes.append($0) }
    #expect(notes.count == 1)
    #expect(notes.first?.contains("numbers without names") == true)
  }

  /// The classes of heads are compared too, and have no common numbers.
  @Test(arguments: [TableFormat.csv, .jsonl, .parquet])
  func classesOfOtherHeadsAreRefused(_ format: TableFormat) throws {
    let parts = try [["even", "odd"], ["odd", "even"]].enumerated().map { index, classes in
      let path = directory("\(index).\(format.rawValue)")
      let table = Table(
        schema: TableSchema(
          columns: [
            TableColumn("sample", .text), TableColumn("parity", .text),
            TableColumn("parity_index", .integer), TableColumn("parity_2", .text),
            TableColumn("parity_index_2", .integer),
          ], metadata: [TableSchema.classes(classes, level: "parity")]),
        batch: TableBatch([
          .texts(["a"]), .texts([nil]), .integers([nil]), .texts([classes[1]]), .integers([1]),
        ]))
      try TableRenderer.write(table, to: path, format: format)
      return path
    }
    for renumbering in [false, true] {
      let error = failure {
        try TableMerge.merge(
          parts, into: directory("m.\(format.rawValue)"), renumbering: renumbering)
      }
      #expect(error?.kind == .usage)
      #expect(error?.reason.contains("parity") == true)
      #expect(error?.reason.contains("is 'even' where it is 'odd'") == true || format == .parquet)
    }
  }

  @Test func aFileThatContradictsItselfIsDamaged() throws {
    let path = directory("x.csv")
    try ZooTablesTests.write(
      Array("sample,label,label_name,0\na,0,ant,1\nb,0,bee,2\n".utf8), to: path)
    let error = failure { try TableMerge.merge([path], into: directory("y.csv")) }
    #expect(error?.kind == .integrity)
    #expect(error?.reason.contains("'label' 0 is 'bee' where it is 'ant'") == true)
  }

  // MARK: Shards

  @Test(arguments: [TableFormat.npy, .npz, .safetensors, .parquet])
  func shardsOutOfOrderOrMissingAreRefused(_ format: TableFormat) throws {
    func shard(_ number: Int?, of count: Int = 3, _ collection: String = "c") throws -> String {
      var table = Table.fixture
      if let number {
        table.schema = table.schema.saying(
          ShardPosition(number: number, count: count, collection: collection))
      }
      let name = "\(number ?? 0)-\(count)-\(collection)"
      let path = directory("\(name).\(format.rawValue)")
      try TableRenderer.write(table, to: path, format: format)
      return path
    }
    let merged = directory("merged.\(format.rawValue)")
    func reason(_ paths: [String]) -> String {
      let error = failure { try TableMerge.merge(paths, into: merged) }
      #expect(error?.kind == .usage)
      return error?.description ?? ""
    }
    let shards = try (1...3).map { try shard($0) }
    #expect(
      reason([shards[0], shards[2], shards[1]])
        == "\(shards[2]): it is shard 3 of 3 and stands where shard 2 belongs; give the shards in"
        + " order")
    #expect(
      reason([shards[0], shards[2]])
        == "\(shards[0]): it is shard 1 of 3, but shard 2 is missing; give the files of all shards")
    #expect(reason([shards[1]]).contains("shard 1 and 1 more are missing"))
    #expect(reason(shards + [try shard(nil)]).contains("it is no shard"))
    #expect(reason([shards[0], try shard(2, of: 4)]).contains("it is shard 2 of 4 while"))
    #expect(reason([shards[0], try shard(2, "d"), shards[2]]).contains("of other images"))
    // The same content under two names.
    try ZooTablesTests.write(try content(shards[1]), to: directory("copy.\(format.rawValue)"))
    if format != .npy, format != .npz {
      #expect(
        reason([shards[0], shards[1], directory("copy.\(format.rawValue)")])
          .contains("it is shard 2 of 3, as"))
    }
    #expect(try outputs(merged).isEmpty)
    #expect(try TableMerge.merge(shards, into: merged) == 15)
    let whole = try #require(try outputs(merged)[format == .npy ? "meta.json" : format.rawValue])
    #expect(String(decoding: whole, as: UTF8.self).contains("shard") == false)
  }
}
