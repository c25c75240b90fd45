import Foundation
import ModelZoo
import Testing

/// Images that keep their aspect ratios, and patches of other sizes.
struct NaFlexTests {
  let zoo: ZooCommand
  /// What birder computes; `ModelZooTests/Fixtures/make_naflex.py` says how.
  let runs: [JSONValue]

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let folder = tests.appending(path: "ModelZooTests/Fixtures/naflex")

  init() throws {
    zoo = try ZooCommand()
    let text = try Data(contentsOf: Self.folder.appending(path: "expected.json"))
    runs = try #require(try JSONValue(parsing: text).array)
  }

  private func paths(_ run: JSONValue) throws -> [String] {
    try #require(run["images"]?.strings).map {
      Self.tests.appending(path: "ZooVisionTests/Fixtures/\($0)").path
    }
  }

  private func run(_ command: String, _ arguments: [String]) async throws -> Outcome {
    let weights = Self.folder.appending(path: "naflex_small_shapes.safetensors").path
    let registry = Self.folder.appending(path: "registry.json").path
    return try await zoo.run([command, weights] + arguments + ["--registry", registry])
  }

  private func rows(_ run: JSONValue, _ key: String) throws -> [[Float]] {
    try #require(run[key]?.array).map { try #require($0.floats) }
  }

  /// The options of the command for those of birder's run.
  private func options(_ run: JSONValue) throws -> [String] {
    let options = try #require(run["options"])
    var arguments = ["--naflex"]
    if let size = options["size"]?.integers { arguments += ["--size", "\(size[0])x\(size[1])"] }
    for (key, option) in [
      ("max_seq_len", "--max-seq-len"), ("patch_size", "--patch-size"),
      ("center_crop", "--center-crop"),
    ] {
      if let value = options[key] { arguments += [option, value.serialized()] }
    }
    return arguments
  }

  @Test(arguments: 0..<4)
  func embedKeepsTheOrder(index: Int) async throws {
    let expected = runs[index]
    let paths = try paths(expected)
    for size in ["1", "8"] {
      let outcome = try await run(
        "embed", paths + ["--json", "--batch-size", size] + options(expected))
      let rows = try #require(outcome.json().array)
      #expect(rows.map { $0["image"]?.string } == paths)
      expectClose(
        rows.flatMap { $0["embedding"]?.floats ?? [] },
        try self.rows(expected, "embedding").flatMap(\.self))
    }
  }

  @Test func classify() async throws {
    let paths = try paths(runs[0])
    let outcome = try await run("classify", paths + ["--json", "--naflex", "--top-k", "1"])
    let found = try #require(outcome.json().array)
    #expect(found.map { $0["image"]?.string } == paths)
    for (image, row) in zip(found, try rows(runs[0], "probabilities")) {
      let best = try #require(image["results"]?["classifier"]?.array?.first)
      let largest = try #require(row.max())
      #expect(best["index"]?.integer == row.firstIndex(of: largest))
      #expect(abs(try #require(best["probability"]?.double) - Double(largest)) < 1e-4)
    }
    let augmented = try await run("classify", paths + ["--json", "--naflex", "--tta"])
    #expect(augmented.status == 0 && augmented.output != outcome.output)
  }

  @Test func faultyImagesLeaveTheOthers() async throws {
    let fault = try zoo.write("no image", to: "no-image.png")
    var paths = try paths(runs[0])
    paths.insert(fault, at: 2)
    let outcome = try await run("embed", paths + ["--naflex", "--json"])
    #expect(outcome.status == 5)
    paths.remove(at: 2)
    #expect(try outcome.json().array?.map { $0["image"]?.string } == paths)
  }

  /// A run with another budget is another run.
  @Test func resumingNeedsTheSameSizes() async throws {
    let paths = try paths(runs[0])
    let fault = try zoo.write("no image", to: "no-image.png")
    let arguments = paths + [fault, "-o", "rows.npy", "--strict"]
    let stopped = try await run("embed", arguments + ["--naflex", "--batch-size", "1"])
    #expect(stopped.status == 5)
    let other = try await run("embed", arguments + ["--naflex", "--max-seq-len", "9", "--resume"])
    #expect(other.status == 64 && other.errors.contains("most patches"), "\(other.errors)")
  }

  @Test(arguments: [
    (["--max-seq-len", "9"], "--naflex"), (["--naflex", "--max-seq-len", "0"], "--max-seq-len"),
    (["--naflex", "--simple-crop"], "--simple-crop"),
    (["--naflex", "--fast-jpeg"], "--fast-jpeg"), (["--patch-size", "0"], "--patch-size"),
    (["--naflex", "--max-seq-len", "99999999999"], "sequence length"),
  ])
  func wrongUse(arguments: [String], text: String) async throws {
    let outcome = try await run("embed", try paths(runs[0]) + arguments)
    #expect(outcome.status == 64 && outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test func mapsHaveOneShape() async throws {
    let outcome = try await run("features", try paths(runs[0]) + ["--naflex"])
    #expect(outcome.status == 64 && outcome.errors.contains("--naflex"))
    let patches = try await run("features", try paths(runs[0]) + ["--patch-size", "8"])
    #expect(patches.output == "stage1 [8, 16, 4, 6]\n")
  }

  /// It is told before anything is fetched.
  @Test func otherFamiliesCannot() async throws {
    let image = zoo.sample("digit-7-08.png")
    try await zoo.digits("embed", ZooCommand.model, image, "--naflex")
      .expectFailure(6, ZooCommand.model, "aspect ratio", "naflex_vit")
    try await zoo.digits("classify", ZooCommand.model, image, "--patch-size", "4")
      .expectFailure(6, ZooCommand.model, "flexivit, naflex_vit")
    try await run("embed", [image, "--naflex", "--patch-size", "5"]).expectFailure(64, "multiples")
    #expect(!FileManager.default.fileExists(atPath: zoo.path("cache/blobs")))
  }
}
