import Foundation
import ModelZoo
import Testing

/// Labels of the tables that commands write: one type everywhere, and names beside the numbers.
struct LabelTests {
  let zoo: ZooCommand

  init() throws {
    zoo = try ZooCommand()
    for (folder, sample) in [
      ("a/ant", "digit-0-01.png"), ("a/bee", "digit-1-02.png"), ("b/bee", "digit-2-03.jpg"),
      ("b/cat", "digit-3-04.png"), ("digits/3", "digit-3-04.png"), ("digits/x", "digit-0-01.png"),
    ] {
      try FileManager.default.createDirectory(
        atPath: zoo.path(folder), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: zoo.sample(sample), toPath: zoo.path("\(folder)/\(sample)"))
    }
  }

  private func run(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      [arguments[0], ZooCommand.model] + arguments.dropFirst() + ZooCommand.digitsRegistry)
  }

  private func file(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: zoo.path(name)))
  }

  private func lines(_ name: String) throws -> [Substring] {
    String(decoding: try file(name), as: UTF8.self).split(separator: "\n")
  }

  @Test(arguments: ["csv", "jsonl", "npy", "safetensors", "parquet"])
  func partsOfOtherFoldersGetCommonNumbersIfAsked(_ format: String) async throws {
    for (inputs, output) in [(["a"], "a"), (["b"], "b"), (["a", "b"], "ab")] {
      let outcome = try await zoo.run(
        ["embed", ZooCommand.model] + inputs + ["--save-labels", "-o", "\(output).\(format)"]
          + ZooCommand.digitsRegistry)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let merge = ["merge", "a.\(format)", "b.\(format)", "-o", "merged.\(format)"]
    try await zoo.run(merge).expectFailure(64, "0 is 'bee' where it is 'ant'", "--renumber")
    #expect(try await zoo.run(merge + ["--renumber"]).status == 0)
    #expect(try file("merged.\(format)") == file("ab.\(format)"))
    if format == "npy" {
      #expect(try file("merged.label.npy") == file("ab.label.npy"))
      #expect(
        try JSONValue(parsing: file("merged.meta.json"))["classes"]?.strings
          == ["ant", "bee", "cat"])
    }
  }

  @Test func namesStandBesideNumbers() async throws {
    _ = try await run("embed", "a", "--save-labels", "-o", "a.csv")
    #expect(try lines("a.csv")[0].hasPrefix("sample,label,label_name,0,1,"))
    #expect(try lines("a.csv")[2].hasPrefix("a/bee/digit-1-02.png,1,bee,"))
    _ = try await run("embed", "a", "--save-labels", "-o", "a.jsonl")
    #expect(try lines("a.jsonl")[1].contains(#""label":1,"label_name":"bee","#))
    let printed = try await run("embed", "a", "--save-labels")
    #expect(printed.output.split(separator: "\n") == (try lines("a.csv")))
    let json = try await run("embed", "a", "--save-labels", "--json").json()
    #expect(json.array?[1]["label"] == 1)
    #expect(json.array?[1]["label_name"] == "bee")
  }

  @Test func labelsHaveOneTypeInAllTables() async throws {
    _ = try await run("embed", "digits", "--save-labels", "-o", "embed.parquet")
    _ = try await run("classify", "digits", "--evaluate", "-o", "classify.parquet")
    _ = try await run("classify", "digits", "--evaluate", "--all", "-o", "all.parquet")
    for name in ["embed", "classify", "all"] {
      let file = try ParquetFile(path: zoo.path("\(name).parquet"))
      #expect(Array(file.schema.columns[1...2]) == [.label, .labelName], "\(name)")
      var rows = file.rows()
      let batch = try #require(try rows.next())
      #expect(batch.columns[1] == .integers([0, 1]))
      #expect(batch.columns[2] == .texts(["3", "x"]))
      for column in file.schema.columns where column.name.hasSuffix("_label") {
        #expect(column.kind == .integer)
      }
      #expect(file.schema.metadata.contains { $0.key == "classes" && $0.value == #"["3","x"]"# })
    }
    // What is no class of a level keeps its name.
    _ = try await run("classify", "digits", "--evaluate", "--head", "digit", "-o", "rows.csv")
    #expect(try lines("rows.csv")[1].contains(",0,3,3,3,1,3,3,"))
    #expect(try lines("rows.csv")[2].contains(",1,x,-1,x,,0,0,"))
  }

  @Test(arguments: ["npy", "safetensors", "parquet"])
  func shardsOutOfOrderAreRefused(_ format: String) async throws {
    let shards = (1...3).map { "\($0).\(format)" }
    for (index, shard) in shards.enumerated() {
      _ = try await run("embed", "a", "b", "-o", shard, "--shard", "\(index + 1)/3")
    }
    try await zoo.run(["merge"] + shards.reversed() + ["-o", "m.\(format)"])
      .expectFailure(64, shards[2], "shard 3 of 3 and stands where shard 1 belongs")
    try await zoo.run(["merge", shards[0], shards[2], "-o", "m.\(format)"])
      .expectFailure(64, "shard 2 is missing")
    _ = try await run("embed", "b", "a", "-o", "other.\(format)", "--shard", "2/3")
    try await zoo.run(["merge", shards[0], "other.\(format)", shards[2], "-o", "m.\(format)"])
      .expectFailure(64, "other.\(format)", "of other images")
  }
}

/// `classify --all`, the whole matrix of probabilities or logits.
struct MatrixTests {
  let zoo: ZooCommand
  let expected: Expected

  init() throws {
    zoo = try ZooCommand()
    expected = try Expected()
  }

  private func all(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      ["classify", ZooCommand.model] + expected.samples.map(\.path) + ["--all"] + arguments
        + ZooCommand.digitsRegistry)
  }

  private func probabilities(_ level: String) -> [Float] {
    expected.samples.flatMap { ($0.probabilities[level] ?? []).map { Float($0) } }
  }

  @Test func safetensorsHaveATensorForEachHead() async throws {
    #expect(try await all("-o", "m.safetensors").status == 0)
    let file = try Checkpoint(path: zoo.path("m.safetensors"))
    for (level, classes) in [("digit", 10), ("parity", 2)] {
      let tensor = try #require(file.stateDict[level])
      #expect(tensor.shape == [12, classes])
      expectClose(try tensor.float32().scalars, probabilities(level))
    }
    #expect(file.metadata["values"] == "probability")
    #expect(file.metadata["parity_classes"]?.string == #"["even","odd"]"#)
    #expect(try await all("-o", "m.safetensors", "--logits").status == 0)
    let logits = try Checkpoint(path: zoo.path("m.safetensors"))
    #expect(logits.metadata["values"] == "logit")
    let tensor = try #require(logits.stateDict["parity"]).float32()
    expectClose(tensor.softmax().scalars, probabilities("parity"))
  }

  @Test func parquetAndTextHaveAllClasses() async throws {
    #expect(try await all("-o", "m.parquet").status == 0)
    let file = try ParquetFile(path: zoo.path("m.parquet"))
    #expect(
      file.schema.columns == [
        TableColumn("sample", .text), TableColumn("digit", .vector([10])),
        TableColumn("parity", .vector([2])),
      ])
    var rows = file.rows()
    let batch = try #require(try rows.next())
    guard case .vectors(let tensor) = batch.columns[2] else { return #expect(Bool(false)) }
    expectClose(tensor.scalars, probabilities("parity"))

    #expect(try await all("-o", "m.csv", "--head", "parity").status == 0)
    let csv = try String(contentsOfFile: zoo.path("m.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",") }
    #expect(csv[0] == ["sample", "even", "odd"])
    expectClose(
      csv.dropFirst().flatMap { $0.dropFirst().compactMap { Float($0) } }, probabilities("parity"))

    #expect(try await all("-o", "m.jsonl").status == 0)
    let line = try String(contentsOfFile: zoo.path("m.jsonl"), encoding: .utf8)
      .prefix { $0 != "\n" }
    let object = try JSONValue(parsing: String(line))
    #expect(object["parity"]?.object?.keys == ["even", "odd"])
  }

  @Test func anArrayHasOneHeadAndItsClassesBesideIt() async throws {
    try await all("-o", "m.npy").expectFailure(64, "digit, parity", "--head")
    #expect(try await all("-o", "m.npy", "--head", "digit").status == 0)
    let array = try NumpyFile.npy(zoo.path("m.npy"))
    #expect(array.shape == [12, 10])
    let json = try JSONValue(
      parsing: try Data(contentsOf: URL(filePath: zoo.path("m.meta.json"))))
    #expect(json["digit_classes"]?.strings == (0...9).map { "\($0)" })
    #expect(json["values"] == "probability")
    #expect(try await all("-o", "m.npz").status == 0)
    #expect(try NumpyFile.npz(zoo.path("m.npz")).map(\.name) == ["digit", "parity"])
  }

  @Test func onAScreenAllClassesAreTold() async throws {
    let results = try #require(try await all("--json").json().array)
    #expect(results.allSatisfy { $0["results"]?["digit"]?.array?.count == 10 })
  }

  @Test func evaluationGoesWithIt() async throws {
    for sample in expected.samples {
      let folder = zoo.path("images/\(try #require(sample.labels["digit"]))")
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: sample.path,
        toPath: "\(folder)/\(URL(filePath: sample.path).lastPathComponent)")
    }
    func evaluate(_ arguments: String...) async throws -> Outcome {
      try await zoo.run(
        ["classify", ZooCommand.model, "images", "--head", "digit", "--evaluate"] + arguments
          + ZooCommand.digitsRegistry)
    }
    let table = try await evaluate().output
    for format in ["csv", "parquet", "safetensors"] {
      #expect(try await evaluate("--all", "-o", "m.\(format)").output == table, "\(format)")
    }
    try await evaluate("--all", "-o", "m.npy").expectFailure(64, "true classes")
  }

  @Test(arguments: [
    ["--all", "--top-k", "3"], ["--all", "--threshold", "0.5"], ["-o", "x.npy"],
    ["-o", "x.safetensors"],
  ])
  func usage(arguments: [String]) async throws {
    #expect(try await zoo.run(["classify", "m", "i.png"] + arguments).status == 64)
  }
}
