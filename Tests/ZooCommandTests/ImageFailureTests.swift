import Foundation
import Testing

/// Images that cannot be used: the code, the file's name, and nothing printed.
struct ImageFailureTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  private func embed(_ images: String...) async throws -> Outcome {
    try await zoo.run(["embed", ZooCommand.model] + images + ZooCommand.digitsRegistry)
  }

  @Test func missing() async throws {
    let outcome = try await embed(zoo.sample("digit-7-08.png"), "missing.png")
    outcome.expectFailure(1, "missing.png", "No such file")
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func truncated() async throws {
    let whole = try Data(contentsOf: URL(filePath: zoo.sample("digit-2-03.jpg")))
    try whole.prefix(whole.count / 2).write(to: URL(filePath: zoo.path("half.jpg")))
    try await embed(zoo.sample("digit-7-08.png"), "half.jpg").expectFailure(5, "half.jpg")
  }

  @Test func truncatedInALaterBatch() async throws {
    let whole = try Data(contentsOf: URL(filePath: zoo.sample("digit-2-03.jpg")))
    try whole.prefix(whole.count / 2).write(to: URL(filePath: zoo.path("half.jpg")))
    let good = Array(repeating: zoo.sample("digit-7-08.png"), count: 9)
    try await zoo.run(
      ["embed", ZooCommand.model] + good + ["half.jpg"] + ZooCommand.digitsRegistry
    ).expectFailure(5, "half.jpg")
  }

  @Test func text() async throws {
    try zoo.write("not an image", to: "notes.jpg")
    let outcome = try await embed("notes.jpg")
    #expect([5, 6].contains(outcome.status))
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("notes.jpg"))
  }

  @Test func directory() async throws {
    try await embed(ZooCommand.samples.path).expectFailure(1, ZooCommand.samples.path)
  }
}
