import Foundation
import ModelZoo
import Testing

/// Directories, lists, archives and shards of images; interrupted runs and faulty images.
struct CollectionTests {
  let zoo: ZooCommand

  init() throws {
    zoo = try ZooCommand()
    // Twenty-four images in two folders for each digit, and a damaged one.
    let samples = try FileManager.default.contentsOfDirectory(atPath: ZooCommand.samples.path)
    for sample in samples {
      let digit = sample.split(separator: "-")[1]
      for plate in ["a", "b"] {
        let folder = zoo.path("images/plate \(plate)/\(digit)")
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: zoo.sample(sample), toPath: "\(folder)/\(sample)")
      }
    }
    let whole = try Data(contentsOf: URL(filePath: zoo.sample("digit-2-03.jpg")))
    try whole.prefix(whole.count / 2).write(
      to: URL(filePath: zoo.path("images/plate a/2/damaged.jpg")))
  }

  private func run(_ command: String, _ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      [command, ZooCommand.model] + arguments + ZooCommand.digitsRegistry)
  }

  private func file(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: zoo.path(name)))
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: zoo.path(name))
  }

  @Test func rowsAreThoseOfSingleImages() async throws {
    let outcome = try await run("embed", "images")
    #expect(outcome.status == 5)
    #expect(outcome.errors.hasPrefix("zoo: images/plate a/2/damaged.jpg is not an intact image"))
    #expect(outcome.lines.count == 25)
    for line in [outcome.lines[1], outcome.lines[24]] {
      let sample = String(try #require(line.split(separator: ",").first))
      #expect(try await run("embed", sample).lines.last == line)
    }
    let names = outcome.lines.dropFirst().map { $0.prefix { $0 != "," } }
    #expect(names == names.sorted())
  }

  @Test func faultyImagesAreListed() async throws {
    try zoo.write("x", to: "images/plate b/notes.gif")
    let outcome = try await run(
      "embed", "images", "-o", "rows.csv", "--errors", "faults.csv", "--batch-size", "3")
    #expect(outcome.status == 5)
    #expect(outcome.errors.contains("2 of 26 images could not be read; faults.csv lists them"))
    let faults = try String(contentsOfFile: zoo.path("faults.csv"), encoding: .utf8)
      .split(separator: "\n")
    #expect(faults[0] == "sample,reason")
    #expect(faults[1].hasPrefix("images/plate a/2/damaged.jpg,"))
    #expect(faults[2].hasPrefix("images/plate b/notes.gif,"))
    #expect(
      try String(contentsOfFile: zoo.path("rows.csv"), encoding: .utf8)
        .split(separator: "\n").count == 25)
    #expect(!exists("rows.csv.partial"))
  }

  @Test(arguments: ["npy", "csv", "jsonl", "parquet", "safetensors"])
  func resumedFilesAndMergedShardsAreEqual(format: String) async throws {
    let options = ["--batch-size", "2", "--save-labels"]
    func embed(_ output: String, _ more: String...) async throws -> Outcome {
      try await zoo.run(
        ["embed", ZooCommand.model, "images", "-o", output] + options + more
          + ZooCommand.digitsRegistry)
    }
    #expect(try await embed("whole.\(format)").status == 5)

    // A run that stops in the middle leaves what it has, and says so to one that does not resume.
    try await embed("rows.\(format)", "--strict").expectFailure(5, "damaged.jpg")
    #expect(exists("rows.\(format).partial/rows"))
    #expect(!exists("rows.\(format)"))
    try await embed("rows.\(format)").expectFailure(64, "--resume")
    try await embed("rows.\(format)", "--resume", "--normalize")
      .expectFailure(64, "normalize is true here and was false there")
    #expect(try await embed("rows.\(format)", "--resume").status == 5)
    #expect(try file("rows.\(format)") == file("whole.\(format)"))

    for shard in 1...3 {
      let outcome = try await embed("\(shard).\(format)", "--shard", "\(shard)/3")
      #expect(outcome.status == (shard == 1 ? 5 : 0))
    }
    let merged = try await zoo(
      "merge", "1.\(format)", "2.\(format)", "3.\(format)", "-o", "merged.\(format)")
    #expect(merged.status == 0, "\(merged.errors)")
    #expect(try file("merged.\(format)") == file("whole.\(format)"))
  }

  @Test func moreShardsThanImages() async throws {
    let folder = "images/plate b/7"
    _ = try await run("embed", folder, "-o", "whole.csv")
    let parts = (1...5).map { "\($0).csv" }
    for (index, part) in parts.enumerated() {
      let outcome = try await run("embed", folder, "-o", part, "--shard", "\(index + 1)/5")
      #expect(outcome.status == 0)
    }
    #expect(try await zoo.run(["merge"] + parts + ["-o", "merged.csv"]).status == 0)
    #expect(try file("merged.csv") == file("whole.csv"))
  }

  @Test func nothingIsLeftOfARunWithoutAnyRow() async throws {
    let outcome = try await run("embed", "images/plate a/2/damaged.jpg", "-o", "rows.csv")
    #expect(outcome.status == 5)
    #expect(!exists("rows.csv"))
    #expect(!exists("rows.csv.partial"))
  }

  @Test(arguments: [
    ["-o", "rows.csv", "--errors", "absent/faults.csv"],
    ["-o", "absent/rows.csv"],
    ["--evaluate", "--save-metrics", "absent/metrics"],
  ])
  func whatCannotBeWrittenIsSaidAtOnce(arguments: [String]) async throws {
    let command = arguments.contains("--evaluate") ? "classify" : "embed"
    let outcome = try await zoo.run(
      [command, ZooCommand.model, "images"] + arguments + ZooCommand.digitsRegistry)
    outcome.expectFailure(8, "absent")
    #expect(!outcome.errors.contains("damaged.jpg"))
    #expect(!exists("rows.csv.partial"))
  }

  @Test func parquetIsReadBack() async throws {
    _ = try await run("embed", "images", "-o", "rows.parquet", "--save-labels")
    let table = try ParquetFile(path: zoo.path("rows.parquet"))
    #expect(
      table.schema.columns == [
        TableColumn("sample", .text), .label, .labelName, TableColumn("embedding", .vector([96])),
      ])
    #expect(table.rowCount == 24)
  }

  @Test func labels() async throws {
    let outcome = try await run("embed", "images", "--save-labels", "--json")
    let rows = try #require(try outcome.json().array)
    // Without classes of the model's own they are the folders' names in order.
    for row in rows {
      let folder = row["image"]?.string?.split(separator: "/").dropLast().last
      #expect(row["label"]?.integer.map { "\($0)" } == folder.map { "\($0)" })
    }
    let deep = try await run("embed", "images", "--save-labels", "--hierarchical", "--json")
    let labels = try #require(try deep.json().array).compactMap { $0["label"]?.integer }
    #expect(Set(labels).count == 20)
  }

  @Test func normalizedAndTruncated() async throws {
    let image = zoo.sample("digit-7-08.png")
    let row = try #require(
      try await run("embed", image, "--json").json().array?[0]["embedding"]?.floats)
    let short = try #require(
      try await run("embed", image, "--truncate", "8", "--normalize", "--json").json()
        .array?[0]["embedding"]?.floats)
    let length = row.prefix(8).map { $0 * $0 }.reduce(0, +).squareRoot()
    expectClose(short, row.prefix(8).map { $0 / length })
    #expect(try await run("embed", image, "--truncate", "97").status == 64)
  }

  @Test func listOnStandardInput() async throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: zoo.path("images/plate b/4"))
    let list = names.map { "images/plate b/4/\($0)" }
    for (separator, option) in [("\n", []), ("\r\n", []), ("\0", ["-0"]), ("\0", [])] {
      try zoo.write(list.joined(separator: separator) + separator, to: "list")
      let process = zoo.process(
        ["embed", ZooCommand.model, "-", "-o", "rows.npy"] + option + ZooCommand.digitsRegistry)
      process.standardInput = try FileHandle(forReadingFrom: URL(filePath: zoo.path("list")))
      #expect(try await ZooCommand.status(of: process) == 0)
      #expect(
        try String(contentsOfFile: zoo.path("rows.names.txt"), encoding: .utf8)
          .split(separator: "\n").map(String.init) == list)
    }
  }

  @Test func evaluation() async throws {
    let outcome = try await run(
      "classify", "images", "--evaluate", "--head", "digit", "--save-metrics", "metrics",
      "--json")
    #expect(outcome.status == 5)
    let digit = try outcome.json()["digit"]
    #expect(digit?["top1"]?.double == 1)
    for name in ["metrics.json", "metrics.md", "digit.classes.csv", "digit.confusion.csv"] {
      #expect(exists("metrics/\(name)"))
    }
    // A table of predictions leads to the same.
    let written = try await run(
      "classify", "images", "--evaluate", "--head", "digit", "--json", "-o", "classes.csv",
      "--top-k", "1")
    #expect(try written.json()["digit"]?["top1"]?.double == 1)
    let rows = try String(contentsOfFile: zoo.path("classes.csv"), encoding: .utf8)
      .split(separator: "\n")
    #expect(
      rows[0]
        == "sample,label,label_name,digit_label,digit_label_name,digit_rank,digit,digit_index,"
        + "digit_probability")
    #expect(rows[1].contains(",0,0,0,0,1,0,0,"))
  }

  @Test func labelMap() async throws {
    let rows = (0...9).map { "\($0.isMultiple(of: 2) ? "even" : "odd"),\($0)" }
    try zoo.write((["parity,digit"] + rows).joined(separator: "\n"), to: "map.csv")
    let outcome = try await run("classify", "images", "--evaluate", "--label-map", "map.csv")
    #expect(outcome.status == 5)
    #expect(outcome.output.contains("Parity"))
    #expect(outcome.output.contains("100.00"))
  }

  @Test func threshold() async throws {
    let image = zoo.sample("digit-3-04.png")
    let sure = try await run(
      "classify", image, "--head", "digit", "--json", "--threshold", "0.5")
    #expect(try sure.json().array?[0]["results"]?["digit"]?.array?.count == 1)
  }

  @Test func featureMaps() async throws {
    let outcome = try await run("features", "images", "-o", "maps.safetensors")
    #expect(outcome.errors.contains("maps.safetensors: stage1 [24, 96, 4, 4]"))
    let file = try Checkpoint(path: zoo.path("maps.safetensors"))
    #expect(file.stateDict["stage1"]?.shape == [24, 96, 4, 4])
  }

  @Test func summary() async throws {
    let outcome = try await run(
      "embed", "images", "-o", "rows.npy", "--progress", "json", "--batch-size", "4")
    let lines = outcome.errors.split(separator: "\n").compactMap {
      try? JSONValue(parsing: String($0))
    }
    let summary = try #require(lines.last?["summary"])
    #expect(summary["images"]?.integer == 25)
    #expect(summary["faulty"]?.integer == 1)
    #expect(summary["time"]?["network"]?.double ?? 0 > 0)
    #expect(summary["time"]?["decoding"]?.double ?? 0 > 0)
  }

  @Test(arguments: [
    ["--shard", "3/2"], ["--shard", "0/2"], ["--shard", "1"], ["--batch-size", "0"],
    ["--resume"], ["--truncate", "0"], ["--hierarchical"],
  ])
  func usage(arguments: [String]) async throws {
    #expect(try await zoo.run(["embed", "m", "i.png"] + arguments).status == 64)
  }
}
