import Foundation
import ModelZoo
import Testing

struct ClassifyTests {
  let zoo: ZooCommand
  let expected: Expected

  init() throws {
    zoo = try ZooCommand()
    expected = try Expected()
  }

  private func classify(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      ["classify", ZooCommand.model] + expected.samples.map(\.path) + arguments
        + ZooCommand.digitsRegistry)
  }

  @Test func allHeadsWithoutAChoice() async throws {
    let results = try #require(try await classify("--json").json().array)
    #expect(results.map { $0["image"]?.string } == expected.samples.map(\.path))
    for (result, sample) in zip(results, expected.samples) {
      #expect(result["results"]?.object?.keys == ["digit", "parity"])
      for (level, probabilities) in sample.probabilities {
        let classes = try #require(result["results"]?[level]?.array)
        #expect(classes.count == min(5, probabilities.count))
        #expect(classes[0]["label"]?.string == sample.labels[level])
        let values = classes.compactMap { $0["probability"]?.double }
        #expect(values == values.sorted(by: >))
        for entry in classes {
          let index = try #require(entry["index"]?.integer)
          let value = try #require(entry["probability"]?.double)
          #expect(abs(value - probabilities[index]) < 1e-4)
        }
      }
    }
  }

  @Test func chosenHeadAndNumberOfClasses() async throws {
    let results = try await classify("--json", "--head", "digit", "--top-k", "10").json()
    let first = try #require(results.array?.first?["results"])
    #expect(first.object?.keys == ["digit"])
    #expect(first["digit"]?.array?.count == 10)
    let total = first["digit"]?.array?.compactMap { $0["probability"]?.double }.reduce(0, +) ?? 0
    #expect(abs(total - 1) < 1e-5)
    for option in [["--head", "parity,digit"], ["--head", "parity", "--head", "digit"]] {
      let outcome = try await zoo.run(
        ["classify", ZooCommand.model, expected.samples[0].path, "--json"] + option
          + ZooCommand.digitsRegistry)
      #expect(try outcome.json().array?.first?["results"]?.object?.keys == ["parity", "digit"])
    }
  }

  @Test func logits() async throws {
    let outcome = try await classify("--json", "--head", "parity", "--logits")
    let classes = try #require(
      try outcome.json().array?.first?["results"]?["parity"]?.array)
    let logits = classes.compactMap { $0["logit"]?.double }
    #expect(logits.count == 2)
    #expect(classes[0]["probability"] == nil)
    let probability = 1 / (1 + exp(logits[1] - logits[0]))
    #expect(abs(probability - 0.9991089701652527) < 1e-4)
  }

  @Test func testTimeAugmentation() async throws {
    let plain = try await classify("--json", "--head", "digit")
    let augmented = try await classify("--json", "--head", "digit", "--tta")
    #expect(plain.output != augmented.output)
    let first = try #require(try augmented.json().array?.first?["results"]?["digit"]?.array)
    let total = first.compactMap { $0["probability"]?.double }.reduce(0, +)
    #expect(total > 0.9 && total <= 1.00001)
  }

  @Test func textForPeople() async throws {
    let outcome = try await zoo.digits(
      "classify", ZooCommand.model, zoo.sample("digit-3-04.png"), "--top-k", "2")
    #expect(
      outcome.output == """
        \(zoo.sample("digit-3-04.png"))
          digit   3      92.78%
                  5       7.14%
          parity  odd   100.00%
                  even    0.00%

        """)
  }

  @Test func offlineAfterFetch() async throws {
    let arguments = ["classify", ZooCommand.model, expected.samples[0].path, "--offline"]
    try await zoo.run(arguments + ZooCommand.digitsRegistry)
      .expectFailure(7, "\(ZooCommand.model).pt")
    _ = try await zoo.digits("fetch", ZooCommand.model, "--heads", "digit")
    try await zoo.run(arguments + ZooCommand.digitsRegistry).expectFailure(7, "parity.head.pt")
    let outcome = try await zoo.run(arguments + ["--head", "digit"] + ZooCommand.digitsRegistry)
    #expect(outcome.status == 0)
  }

  @Test func unknownLevels() async throws {
    for level in ["order", "classifier"] {
      try await zoo.digits(
        "classify", ZooCommand.model, zoo.sample("digit-3-04.png"), "--head", level
      )
      .expectFailure(3, "'\(level)'", "'digit' and 'parity'")
    }
  }

  @Test func modelWithoutHeads() async throws {
    try zoo.writeDigitsRegistry(to: "registry.json") { $0["heads"] = nil }
    try await zoo(
      "classify", ZooCommand.model, zoo.sample("digit-3-04.png"), "--registry", "registry.json"
    ).expectFailure(3, ZooCommand.model, "zoo embed")
  }

  @Test func everyPrecisionSeesTheSameDigit() async throws {
    for precision in ["f32", "bf16", "int8"] {
      let run = try await zoo.digits(
        "classify", ZooCommand.model, zoo.sample("digit-3-04.png"), "--head", "digit",
        "--precision", precision, "--json")
      let result = try run.json().array?.first?["results"]?["digit"]?.array?.first
      #expect(result?["label"]?.string == "3", "\(precision)")
    }
  }

  @Test func modelThatCannotBeRun() async throws {
    let command = ["classify", "mystery", zoo.sample("digit-3-04.png")]
    try await zoo.run(command + zoo.unknownFamily()).expectFailure(6, "unheard_of")
  }

  @Test(arguments: [
    ["--top-k", "0"], ["--threads", "0"], ["--head", ""], ["--precision", "f16"],
  ])
  func usage(arguments: [String]) async throws {
    let outcome = try await zoo.run(["classify", "m", "i.png"] + arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("zoo classify"))
  }

  @Test(arguments: [
    (["classify", "--threshold", "90"], "90.0 percent are 0.9"),
    (["classify", "--threshold", "1.5"], "0.0 to 1.0"), (["classify", "--threshold=-0.1"], "0.0"),
    (["classify", "--threshold", "nan"], "nan"),
    (["classify", "--threshold", "inf", "--logits"], "inf"),
    (["embed", "--center-crop", "87.5"], "87.5 percent are 0.875"),
    (["embed", "--center-crop", "200"], "0.01 to 1.0 is expected."),
  ])
  func sharesAreNoPercentages(arguments: [String], text: String) async throws {
    let outcome = try await zoo.run(arguments + ["m", "i.png"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test func thresholdOfLogits() async throws {
    let rows = try await classify("--json", "--head", "digit", "--logits", "--threshold", "5.5")
      .json().array
    let logits = try #require(rows).flatMap { $0["results"]?["digit"]?.array ?? [] }
      .compactMap { $0["logit"]?.double }
    #expect(!logits.isEmpty && logits.allSatisfy { $0 >= 5.5 })
  }

  @Test func noImages() async throws {
    #expect(try await zoo("classify", ZooCommand.model).status == 64)
  }
}
