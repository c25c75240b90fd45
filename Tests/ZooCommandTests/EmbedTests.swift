import Foundation
import ModelZoo
import Testing

struct EmbedTests {
  let zoo: ZooCommand
  let expected: Expected

  init() throws {
    zoo = try ZooCommand()
    expected = try Expected()
  }

  private func embed(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      ["embed", ZooCommand.model] + expected.samples.map(\.path) + arguments
        + ZooCommand.digitsRegistry)
  }

  @Test func json() async throws {
    let rows = try #require(try await embed("--json").json().array)
    #expect(rows.map { $0["image"]?.string } == expected.samples.map(\.path))
    expectClose(rows.flatMap { $0["embedding"]?.floats ?? [] }, expected.embeddings.scalars)
  }

  @Test func fastJPEG() async throws {
    let photo = ZooCommand.examples.appending(
      path: "../../Tests/ZooVisionTests/Fixtures/large.jpg")
    let command = ["embed", ZooCommand.model, photo.path] + ZooCommand.digitsRegistry
    let exact = try await zoo.run(command + ["--json"]).json()
    let fast = try await zoo.run(command + ["--json", "--fast-jpeg"]).json()
    #expect(fast != exact)
    let (a, b) = (exact.array?.first?["embedding"]?.floats, fast.array?.first?["embedding"]?.floats)
    let differences = zip(try #require(a), try #require(b)).map { abs($0 - $1) }
    #expect(differences.max() ?? 1 < 0.2)
    // Nothing is left out of images that are not large.
    expectClose(
      try await embed("--json", "--fast-jpeg").json().array?
        .flatMap { $0["embedding"]?.floats ?? [] } ?? [], expected.embeddings.scalars)
  }

  @Test func maxPixels() async throws {
    let bomb = ZooCommand.examples.appending(
      path: "../../Tests/ZooVisionTests/Fixtures/bomb.png")
    let scan = ["embed", ZooCommand.model, bomb.path] + ZooCommand.digitsRegistry
    try await zoo.run(scan).expectFailure(5, "--max-pixels 178956971 ")
    // Its pixels are missing, which now is found out; a run that takes long sums up unless it is quiet.
    try await zoo.run(scan + ["--quiet", "--max-pixels", "178956971"]).expectFailure(5, "libpng")
    try await embed("--max-pixels", "10").expectFailure(5, "12 of 12 images", "--max-pixels")
    #expect(try await embed("--max-pixels", "0").status == 64)
  }

  @Test func csv() async throws {
    let printed = try await embed()
    #expect(printed.errors == "")
    let written = try await embed("-o", "rows.csv")
    #expect(written.output == "")
    #expect(written.errors.contains("rows.csv: embedding [12, 96]"))
    #expect(try String(contentsOfFile: zoo.path("rows.csv"), encoding: .utf8) == printed.output)
    let rows = printed.lines.map { $0.split(separator: ",") }
    #expect(rows[0] == ["sample"] + (0..<96).map { Substring(String($0)) })
    #expect(rows.dropFirst().map { String($0[0]) } == expected.samples.map(\.path))
    expectClose(
      rows.dropFirst().flatMap { $0.dropFirst().compactMap { Float($0) } },
      expected.embeddings.scalars)
  }

  @Test func npy() async throws {
    let outcome = try await embed("--output", "rows.npy", "--quiet")
    #expect(outcome.output == "")
    #expect(outcome.errors == "")
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: zoo.path("rows.npy"))))
    let header = String(decoding: bytes.prefix(128), as: UTF8.self)
    #expect(header.contains("'descr': '<f4', 'fortran_order': False, 'shape': (12, 96)"))
    let floats = bytes.suffix(12 * 96 * 4).withUnsafeBytes { buffer in
      (0..<12 * 96).map { buffer.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    expectClose(floats, expected.embeddings.scalars)
  }

  @Test func safetensors() async throws {
    let outcome = try await embed("-o", "rows.safetensors", "--json")
    #expect(
      try outcome.json() == [
        "output": "rows.safetensors", "tensors": [["name": "embedding", "shape": [12, 96]]],
      ])
    let file = try Checkpoint(path: zoo.path("rows.safetensors"))
    let tensor = try #require(file.stateDict["embedding"])
    #expect(tensor.shape == [12, 96])
    expectClose(try tensor.float32().scalars, expected.embeddings.scalars)
    #expect(file.metadata["model"]?.string == ZooCommand.model)
  }

  @Test func namesAreQuotedInCSV() async throws {
    let name = "a \"7\", odd.png"
    try FileManager.default.copyItem(atPath: zoo.sample("digit-7-08.png"), toPath: zoo.path(name))
    let outcome = try await zoo.digits("embed", ZooCommand.model, name)
    #expect(outcome.lines.last?.hasPrefix("\"a \"\"7\"\", odd.png\",") == true)
  }

  @Test func unknownExtension() async throws {
    let outcome = try await embed("-o", "rows.xlsx")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("rows.xlsx"))
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func outputThatCannotBeWritten() async throws {
    try await embed("-o", "missing/rows.npy").expectFailure(8, "missing/rows.npy")
    try FileManager.default.createDirectory(
      atPath: zoo.path("rows.npy"), withIntermediateDirectories: false)
    try await embed("-o", "rows.npy").expectFailure(8, "rows.npy", "directory")
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func anotherInputSize() async throws {
    let outcome = try await zoo.digits(
      "features", ZooCommand.model, zoo.sample("digit-7-08.png"), "--size", "64x32")
    #expect(outcome.output == "stage1 [1, 96, 8, 4]\n")
    #expect(
      try await zoo.digits("features", ZooCommand.model, "x.png", "--size", "0").status == 64)
  }
}

struct FeaturesTests {
  let zoo: ZooCommand
  let expected: Expected

  init() throws {
    zoo = try ZooCommand()
    expected = try Expected()
  }

  private func features(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(
      ["features", ZooCommand.model] + expected.samples.map(\.path) + arguments
        + ZooCommand.digitsRegistry)
  }

  @Test func shapes() async throws {
    #expect(try await features().output == "stage1 [12, 96, 4, 4]\n")
    #expect(
      try await features("--json").json()
        == ["tensors": [["name": "stage1", "shape": [12, 96, 4, 4]]]])
  }

  @Test func safetensors() async throws {
    #expect(try await features("-o", "maps.safetensors").status == 0)
    let tensor = try #require(
      try Checkpoint(path: zoo.path("maps.safetensors")).stateDict["stage1"])
    #expect(tensor.shape == [12, 96, 4, 4])
    expectClose(try tensor.float32().scalars, expected.stage1.scalars)
  }

  @Test func npz() async throws {
    #expect(try await features("-o", "maps.npz").status == 0)
    let bytes = try Data(contentsOf: URL(filePath: zoo.path("maps.npz")))
    #expect(bytes.prefix(2) == Data("PK".utf8))
    #expect(bytes.range(of: Data("stage1.npy".utf8)) != nil)
  }
}
