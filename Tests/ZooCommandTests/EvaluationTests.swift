import Foundation
import ModelZoo
import Testing

/// Which images `classify --evaluate` compares, and what is said of the others.
struct EvaluationTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  /// Puts a sample of a digit into a folder.
  private func add(_ sample: String, to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: zoo.path(folder), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: zoo.sample(sample), toPath: zoo.path("\(folder)/\(sample)"))
  }

  private func evaluate(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      ["classify", ZooCommand.model, "--evaluate"] + arguments + ZooCommand.digitsRegistry)
  }

  @Test func foldersThatAreNoClassAreTold() async throws {
    try add("digit-3-04.png", to: "images/3")
    try add("digit-7-08.png", to: "images/seven")
    try add("digit-0-01.png", to: "images/EVEN")
    try add("digit-1-02.png", to: "images/o_dd")
    let outcome = try await evaluate("images", "--head", "digit")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("digit: 1 of 4 images have a label that is a class"))
    #expect(outcome.errors.contains("'seven' (1 image)"))
    #expect(outcome.lines.last?.contains("1 of 4") == true, "\(outcome.output)")

    // Case and what separates words are only suggested.
    let parity = try await evaluate("images", "--json", "--save-metrics", "metrics")
    #expect(parity.errors.contains("digit: 1 of 4 images"))
    #expect(parity.errors.contains("parity: 0 of 4 images"))
    #expect(parity.errors.contains("'EVEN' (1 image, near 'even')"))
    let results = try parity.json()
    #expect(results["parity"]?["samples"]?.integer == 4)
    #expect(results["parity"]?["labelled_samples"]?.integer == 0)
    let strangers = try #require(results["parity"]?["labels_of_no_class"]?.array)
    #expect(
      strangers == [
        ["label": "3", "images": 1, "mapped_to": nil, "nearest": []],
        ["label": "EVEN", "images": 1, "mapped_to": nil, "nearest": ["even"]],
        ["label": "o_dd", "images": 1, "mapped_to": nil, "nearest": ["odd"]],
        ["label": "seven", "images": 1, "mapped_to": nil, "nearest": ["even"]],
      ])
    let saved = try Data(contentsOf: URL(filePath: zoo.path("metrics/metrics.json")))
    #expect(try JSONValue(parsing: saved) == results)
  }

  @Test func noClassAtAllIsAnError() async throws {
    try add("digit-3-04.png", to: "images/three")
    for more in [[], ["-o", "rows.csv"], ["--json", "--save-metrics", "metrics"]] {
      let outcome = try await zoo.run(
        ["classify", ZooCommand.model, "--evaluate", "images"] + more + ZooCommand.digitsRegistry)
      outcome.expectFailure(64, "'three' (1 image)", "--label-map", "'0', '1' and '2'")
    }
    // Nothing was computed.
    #expect(!FileManager.default.fileExists(atPath: zoo.path("rows.csv.partial")))
    #expect(!FileManager.default.fileExists(atPath: zoo.path("metrics")))

    try add("digit-3-04.png", to: "images/a/3")
    try await evaluate("images/three", "--hierarchical")
      .expectFailure(64, "1 image has a label", "1 image without a label")
    #expect(try await evaluate("images/a", "--hierarchical", "--head", "digit").status == 0)
    try await evaluate("images", "--hierarchical")
      .expectFailure(64, "'a_3'", "leave out --hierarchical")
  }

  @Test func labelMapsThatLeadToNoClassAreTold() async throws {
    for digit in ["0-01.png", "1-02.png", "3-04.png"] {
      try add("digit-\(digit)", to: "images/\(digit.prefix(1))")
    }
    try zoo.write("parity,digit\nevven,0\nodd,1\n,3\n", to: "map.csv")
    let outcome = try await evaluate("images", "--head", "parity", "--label-map", "map.csv")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("parity: 1 of 3 images"))
    #expect(outcome.errors.contains("'0' (1 image, mapped to 'evven', near 'even'"))
    #expect(outcome.errors.contains("'3' (1 image, for which the label map is empty)"))

    try zoo.write("parity,digit\neven,zero\nodd,one\n", to: "map.csv")
    let unused = try await evaluate("images", "--label-map", "map.csv")
    #expect(unused.errors.contains("map.csv has a row for none of the labels, such as '0'"))
    try await evaluate("images", "--head", "parity", "--label-map", "map.csv")
      .expectFailure(64, "'0' (1 image)", "map.csv")
  }

  @Test func aShardOfOtherFoldersIsNoError() async throws {
    try add("digit-3-04.png", to: "images/3")
    try add("digit-7-08.png", to: "images/seven")
    let outcome = try await evaluate("images", "--head", "digit", "--shard", "2/2")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("digit: 0 of 1 image"))
  }
}
