import Foundation
import ModelZoo
import Testing

/// Models whose files lie on this machine and have no checksum: one that is written anew is used, and
/// the command says so.
struct ChangedSourceTests {
  let zoo: ZooCommand
  static let registry = ["--registry", "registry.json"]

  init() throws {
    zoo = try ZooCommand()
    try zoo.write(
      """
      {"schema": 1, "models": {"mine": {"network": "vit_digits_ls",
       "files": {"pt": {"url": "mine.pt"}}, "heads": {"digit": {"url": "head.pt"}}}},
       "networks": \(try Self.networks())}
      """, to: "registry.json")
    try copy(".pt", to: "mine.pt")
    try copy("-digit.head.pt", to: "head.pt")
  }

  private static func networks() throws -> String {
    let text = try Data(contentsOf: ZooCommand.examples.appending(path: "registry.json"))
    return try #require(try JSONValue(parsing: text)["networks"]).serialized()
  }

  /// Writes a file of the digits model over one of the model here.
  private func copy(_ suffix: String, to name: String) throws {
    let bytes = try Data(
      contentsOf: ZooCommand.examples.appending(path: ZooCommand.model + suffix))
    try bytes.write(to: zoo.directory.appending(path: name))
  }

  private func run(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(arguments + Self.registry)
  }

  private func classify(_ more: [String] = []) async throws -> Outcome {
    try await zoo.run(
      ["classify", "mine", zoo.sample("digit-3-04.png"), "--head", "digit", "--top-k", "1"] + more
        + Self.registry)
  }

  @Test(arguments: [[], ["--offline"]])
  func aNewHeadIsUsed(_ options: [String]) async throws {
    #expect(try await run("fetch", "mine").status == 0)
    let first = try await classify(options)
    #expect(first.output.contains("3"), "\(first.output)")
    #expect(first.errors == "")
    try copy("-parity.head.pt", to: "head.pt")
    let second = try await classify(options)
    #expect(second.status == 0, "\(second.errors)")
    #expect(second.output.contains("odd"), "\(second.output)")
    #expect(second.errors.contains("head.pt has changed since it was cached"), "\(second.errors)")
    let third = try await classify(["--offline"])
    #expect(third.output == second.output)
    #expect(third.errors == "")
  }

  @Test func newWeightsAreUsed() async throws {
    let image = zoo.sample("digit-3-04.png")
    let first = try await run("embed", "mine", image)
    #expect(first.status == 0, "\(first.errors)")
    // Weights of less precision are other ones.
    #expect(try await zoo("convert", "mine.pt", "new.pt", "--dtype", "bf16").status == 0)
    try Data(contentsOf: zoo.directory.appending(path: "new.pt"))
      .write(to: zoo.directory.appending(path: "mine.pt"))
    let second = try await run("embed", "mine", image, "--offline")
    #expect(second.status == 0, "\(second.errors)")
    #expect(second.output != first.output)
    #expect(second.errors.contains("mine.pt has changed since it was cached"), "\(second.errors)")
    #expect(try await run("embed", "mine", image).output == second.output)
  }

  @Test func commandsThatLookTellIt() async throws {
    #expect(try await run("fetch", "mine").status == 0)
    #expect(try await run("check", "mine").status == 0)
    try copy("-parity.head.pt", to: "head.pt")
    #expect(try await run("info", "mine").output.contains("changed since it was cached"))
    #expect(try await run("info", "mine", "--json").json()["heads"]?["digit"]?["cached"] == false)
    #expect(
      try await run("fetch", "mine", "--dry-run").lines.map { $0.hasPrefix("to fetch") } == [
        false, true,
      ])
    let check = try await run("check", "mine")
    #expect(check.status == 7)
    #expect(check.errors.contains("head.pt has changed since it was cached"), "\(check.errors)")
    let fetch = try await run("fetch", "mine")
    #expect(fetch.status == 0)
    #expect(fetch.errors.contains("head.pt has changed since it was cached"), "\(fetch.errors)")
    #expect(try await run("check", "mine").status == 0)
  }

  @Test func withoutItsSourceTheCachedFileIsUsed() async throws {
    let first = try await classify()
    for name in ["head.pt", "mine.pt"] {
      try FileManager.default.removeItem(at: zoo.directory.appending(path: name))
    }
    for options in [[], ["--offline"]] {
      let second = try await classify(options)
      #expect(second.output == first.output)
      #expect(second.errors == "")
    }
  }

  @Test func aNewFileThatIsNoHeadIsRefused() async throws {
    #expect(try await run("fetch", "mine").status == 0)
    try zoo.write("<html>", to: "head.pt")
    let fetch = try await run("fetch", "mine", "--heads", "digit")
    #expect(fetch.status == 5)
    #expect(fetch.errors.contains("a web page"), "\(fetch.errors)")
    try copy("-digit.head.pt", to: "head.pt")
    #expect(try await classify(["--offline"]).errors == "", "the old one is still there")
  }
}
