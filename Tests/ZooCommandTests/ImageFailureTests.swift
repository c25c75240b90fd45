import Foundation
import Testing

/// Images that cannot be used: the code, the file's name, and no row of theirs.
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
    let outcome = try await embed(zoo.sample("digit-7-08.png"), "half.jpg")
    #expect(outcome.status == 5)
    #expect(outcome.errors.hasPrefix("zoo: half.jpg is not an intact image"))
    #expect(outcome.lines.count == 2)
  }

  @Test func strict() async throws {
    try zoo.write("not an image", to: "notes.jpg")
    try await zoo.run(
      ["embed", ZooCommand.model, "notes.jpg", zoo.sample("digit-7-08.png"), "--strict"]
        + ZooCommand.digitsRegistry
    ).expectFailure(5, "notes.jpg")
  }

  @Test func truncatedInALaterBatch() async throws {
    let whole = try Data(contentsOf: URL(filePath: zoo.sample("digit-2-03.jpg")))
    try whole.prefix(whole.count / 2).write(to: URL(filePath: zoo.path("half.jpg")))
    let good = Array(repeating: zoo.sample("digit-7-08.png"), count: 9)
    let outcome = try await zoo.run(
      ["embed", ZooCommand.model] + good + ["half.jpg"] + ZooCommand.digitsRegistry)
    #expect(outcome.status == 5)
    #expect(outcome.errors.contains("half.jpg"))
    #expect(outcome.lines.count == 10)
  }

  @Test func text() async throws {
    try zoo.write("not an image", to: "notes.jpg")
    let outcome = try await embed("notes.jpg")
    #expect([5, 6].contains(outcome.status))
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("notes.jpg"))
    // It shows before the model is fetched.
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func directoryWithoutImages() async throws {
    try FileManager.default.createDirectory(
      atPath: zoo.path("empty"), withIntermediateDirectories: false)
    try await embed("empty").expectFailure(1, "empty")
  }
}
