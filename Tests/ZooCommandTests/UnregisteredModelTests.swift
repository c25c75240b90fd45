import Foundation
import ModelZoo
import Testing

/// The path of a checkpoint where the name of a model stands.
struct UnregisteredModelTests {
  let zoo: ZooCommand
  let expected: Expected

  init() throws {
    zoo = try ZooCommand()
    expected = try Expected()
    for name in ["beetles.pt", "vit_digits_ls_beetles_120.pt", ZooCommand.model] {
      try FileManager.default.copyItem(
        atPath: ZooCommand.examples.appending(path: "\(ZooCommand.model).pt").path,
        toPath: zoo.path(name))
    }
  }

  private var image: String { expected.samples[0].path }

  private func head(_ level: String) -> String {
    ZooCommand.examples.appending(path: "\(ZooCommand.model)-\(level).head.pt").path
  }

  @Test(arguments: [
    ["./beetles.pt", "--network", "vit_digits_ls"], ["beetles.pt", "--network", "vit_digits_ls"],
    ["vit_digits_ls_beetles_120.pt"], ["./vit_digits_ls_beetles_120.pt"],
    ["./vit_digits_ls_sklearn-digits"],
  ])
  func everyCommandTakesTheFile(_ arguments: [String]) async throws {
    let rest = Array(arguments.dropFirst()) + ZooCommand.digitsRegistry
    let embedded = try await zoo.run(["embed", arguments[0], image, "--json"] + rest)
    let embedding = try #require(embedded.json().array?.first?["embedding"]?.floats)
    expectClose(embedding, expected.embeddings[0].scalars)
    let features = try await zoo.run(["features", arguments[0], image] + rest)
    #expect(features.output == "stage1 [1, 96, 4, 4]\n")
    let classified = try await zoo.run(
      ["classify", arguments[0], image, "--json", "--head", head("digit")] + rest)
    let results = try #require(classified.json().array?.first?["results"]?.object)
    let level = arguments[0].hasSuffix("sklearn-digits") ? "digit" : "\(ZooCommand.model)-digit"
    #expect(results.keys == [level])
    let best = try #require(results[level]?.array?.first)
    let index = try #require(best["index"]?.integer)
    #expect(best["label"]?.string == expected.samples[0].labels["digit"])
    let probabilities = try #require(expected.samples[0].probabilities["digit"])
    #expect(abs(try #require(best["probability"]?.double) - probabilities[index]) < 1e-4)
    // Nothing of this is in the cache.
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  /// Lightning puts `model.` before all names, and torch.compile its own parts within some.
  @Test func whatWrappersPutIntoTheFileIsToldAndLeftOut() async throws {
    let checkpoint = try Checkpoint(path: zoo.path("beetles.pt"))
    var state = StateDict()
    for (name, tensor) in checkpoint.stateDict {
      state["model." + name.replacing("encoder.", with: "encoder._orig_mod.")] = tensor
    }
    try TorchWriter.write(
      state, metadata: checkpoint.metadata, wrapper: "state_dict", to: zoo.path("wrapped.pt"))
    let outcome = try await zoo.digits(
      "embed", "wrapped.pt", image, "--json", "--network", "vit_digits_ls")
    let embedding = try #require(outcome.json().array?.first?["embedding"]?.floats)
    expectClose(embedding, expected.embeddings[0].scalars)
    #expect(outcome.errors.contains("wrapped.pt: the prefix 'model.' of all names is left out"))
    #expect(outcome.errors.contains("'_orig_mod.' (torch.compile) within"))
    let bench = try await zoo.digits(
      "bench", "wrapped.pt", "--network", "vit_digits_ls", "--batch", "1", "--precision", "f32")
    #expect(bench.errors.contains("wrapped.pt: the prefix 'model.' of all names is left out"))
    let report = try await zoo("inspect", "wrapped.pt")
    #expect(report.output.contains("left out"))
    #expect(try await zoo("convert", "wrapped.pt", "plain.pt").status == 0)
    #expect(try Checkpoint(path: zoo.path("plain.pt")).leftOut.isEmpty)
  }

  @Test(arguments: [["vit_digits_ls_beetles_120.pt"], ["vit_digits_ls", "--made-up-weights"]])
  func benchTakesOtherSizes(arguments: [String]) async throws {
    func run(_ more: [String] = []) async throws -> (size: [Int]?, operations: Double) {
      let options = ["--batch", "1", "--precision", "f32", "--json"]
      let report = try await zoo.run(
        ["bench"] + arguments + options + more + ZooCommand.digitsRegistry
      ).json()
      let row = report["results"]?.array?.first
      let (speed, time) = (row?["gflops"]?.double, row?["ms_per_image"]?.double)
      return (
        report["loads"]?.array?.first?["input_size"]?.integers,
        try #require(speed) * #require(time)
      )
    }
    let (usual, other) = (try await run(), try await run(["--size", "32x48"]))
    #expect(other.size == [32, 48])
    #expect(usual.size != other.size && usual.size?.count == 2)
    #expect(usual.operations != other.operations)
    let odd = ["bench"] + arguments + ["--size", "31"]
    try await zoo.run(odd + ZooCommand.digitsRegistry).expectFailure(64, "31")
  }

  @Test func benchTakesOtherKernels() async throws {
    func run(_ kernels: String) async throws -> Outcome {
      try await zoo.run(
        [
          "bench", "vit_digits_ls", "--made-up-weights", "--batch", "1", "--precision", "f32",
          "--json", "--kernels", kernels,
        ] + ZooCommand.digitsRegistry)
    }
    let report = try await run("portable").json()
    #expect(report["kernels"]?.string == "portable")
    let unknown = try await run("mmx")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("'mmx' is not one of"))
    #expect(unknown.errors.contains("portable"))
  }

  @Test func benchTakesTheFile() async throws {
    let outcome = try await zoo.digits(
      "bench", "vit_digits_ls_beetles_120.pt", "--batch", "1", "--precision", "f32", "--json")
    let result = try outcome.json()
    #expect(result["model"]?.string == "vit_digits_ls_beetles_120.pt")
    #expect(result["results"]?.array?.count == 1)
  }

  @Test func theNetworkHasToBeKnown() async throws {
    try await zoo.digits("embed", "beetles.pt", image)
      .expectFailure(64, "beetles.pt", "--network")
    try await zoo.digits("embed", "beetles.pt", image, "--network", "vit_digits")
      .expectFailure(3, "'vit_digits'", "'vit_digits_ls'")
    let strange = ["embed", "beetles.pt", image, "--network", "strange"]
    try await zoo.run(strange + zoo.unknownFamily())
      .expectFailure(6, "beetles.pt", "unheard_of")
    try await zoo.digits("embed", ZooCommand.model, image, "--network", "vit_b16")
      .expectFailure(64, ZooCommand.model, "'vit_digits_ls'")
    try FileManager.default.moveItem(
      atPath: zoo.path("beetles.pt"), toPath: zoo.path("vit_b16_ls.pt"))
    try await zoo.digits("embed", "vit_b16_ls.pt", image)
      .expectFailure(64, "vit_b16_ls.pt", "'vit_b16_ls' or 'vit_b16'", "--network")
  }

  /// A name of the registry goes before a file of that name, of which a slash says that it is one.
  @Test func namesAndPathsAreTold() async throws {
    try await zoo.digits("embed", ZooCommand.model, image, "--offline")
      .expectFailure(7, ZooCommand.model)
    try await zoo.digits("embed", "none.pt", image).expectFailure(1, "none.pt: ")
    try await zoo.digits("embed", "models/none", image).expectFailure(1, "models/none: ")
    try await zoo.digits("embed", "vit_digits", image).expectFailure(3, "'vit_digits'")
  }

  @Test func aFlippedBitIsTold() async throws {
    var content = try Data(contentsOf: URL(filePath: zoo.path("beetles.pt")))
    content[content.count / 2] ^= 1
    try content.write(to: URL(filePath: zoo.path("beetles.pt")))
    try await zoo.digits("embed", "beetles.pt", image, "--network", "vit_digits_ls")
      .expectFailure(5, "beetles.pt", "CRC")
  }

  @Test func filesOfHeadsStandBesideLevels() async throws {
    let path = zoo.path("a,b.head.pt")
    try FileManager.default.copyItem(atPath: head("parity"), toPath: path)
    let outcome = try await zoo.digits(
      "classify", ZooCommand.model, image, "--json", "--head", "digit,\(head("parity"))",
      "--head", "a,b.head.pt")
    let results = try #require(outcome.json().array?.first?["results"]?.object)
    #expect(results.keys == ["digit", "parity", "a,b"])
    #expect(results["a,b"] == results["parity"])
    try await zoo.digits("classify", ZooCommand.model, image, "--head", "digit,\(head("digit"))")
      .expectFailure(64, head("digit"), "'digit'")
    try await zoo.digits("classify", ZooCommand.model, image, "--head", "none.head.pt")
      .expectFailure(1, "none.head.pt: ")
    try await zoo.digits("classify", "beetles.pt", image, "--network", "vit_digits_ls")
      .expectFailure(3, "beetles.pt", "--head FILE")
    try await zoo.digits(
      "classify", "beetles.pt", image, "--network", "vit_digits_ls", "--head", "digit"
    ).expectFailure(3, "beetles.pt", "'digit'")
  }

  @Test func whatTheFileDoesNotStateIsAnOption() async throws {
    let bare = zoo.path("vit_digits_ls.safetensors")
    try SafetensorsWriter.write(
      try Checkpoint(path: zoo.path("beetles.pt")).stateDict, to: bare)
    try await zoo.digits("embed", bare, image).expectFailure(6, bare, "--size")
    try await zoo.digits("embed", bare, image, "--size", "32").expectFailure(6, "--rgb-stats")
    for stats in ["centered", "0.5,0.5,0.5,0.5,0.5,0.5"] {
      let outcome = try await zoo.digits(
        "embed", bare, image, "--size", "32", "--rgb-stats", stats, "--json")
      let embedding = try #require(outcome.json().array?.first?["embedding"]?.floats)
      expectClose(embedding, expected.embeddings[0].scalars)
    }
    let outcome = try await zoo.digits("embed", bare, image, "--rgb-stats", "grey")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("imagenet"))
  }

  /// What was computed from other weights under the same name is not gone on with.
  @Test func aRunIsNotResumedWithOtherWeights() async throws {
    let broken = try zoo.write("no image", to: "a.png")
    let arguments = [
      "embed", "beetles.pt", image, broken, "--strict", "--batch-size", "1", "-o", "out.csv",
      "--network", "vit_digits_ls",
    ]
    #expect(try await zoo.run(arguments + ZooCommand.digitsRegistry).status == 5)
    let checkpoint = try Checkpoint(path: zoo.path("beetles.pt"))
    var tensors = try checkpoint.stateDict.map { ($0.name, try $0.tensor.float32()) }
    tensors[0].1 = Tensor(shape: tensors[0].1.shape)
    try TorchWriter.write(tensors, metadata: checkpoint.metadata, to: zoo.path("beetles.pt"))
    try await zoo.run(arguments + ["--resume"] + ZooCommand.digitsRegistry)
      .expectFailure(64, "out.csv", "file")
  }
}
