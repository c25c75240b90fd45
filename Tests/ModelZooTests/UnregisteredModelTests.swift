import Foundation
import ModelZoo
import Testing

/// Checkpoints and heads of one's own, that no registry knows.
@Suite struct UnregisteredModelTests {
  let directory: TemporaryDirectory
  let zoo: Zoo

  init() throws {
    directory = try TemporaryDirectory()
    zoo = try Digits.zoo(cache: directory)
  }

  private static let weights = Digits.folder + "/\(Digits.model).pt"

  private func copy(as name: String) throws -> String {
    let path = directory.path + "/" + name
    try FileManager.default.copyItem(atPath: Self.weights, toPath: path)
    return path
  }

  /// Checks an embedding with what the reference computes.
  private func expectDigits(_ net: VisionNetwork, _ info: ModelInfo) throws {
    let transform = try zoo.transform(for: net, info)
    let image = try RGBImage(contentsOf: try Digits.samples()[0].path)
    let embedding = try net.embedding(Tensor.stack([transform(image)]))
    #expect(difference(embedding, try Digits.expected("embedding").row(0)) < tolerance)
  }

  private func error(
    of path: String, network: String? = nil, _ options: LoadOptions = LoadOptions()
  ) async throws -> ModelError {
    try await #require(throws: ModelError.self) {
      try await zoo.loadModel(from: path, network: network, options: options)
    }
  }

  @Test func theNetworkIsFoundByTheFilesName() async throws {
    let path = try copy(as: "vit_digits_ls_beetles_120.pt")
    let (net, info) = try await zoo.loadModel(from: path)
    #expect(info.network == "vit_digits_ls" && info.name == path && info.file == path)
    try expectDigits(net, info)
  }

  @Test func aFileThatIsNamedAfterNoNetworkNeedsOneToBeNamed() async throws {
    let path = try copy(as: "beetles.pt")
    let missing = try await error(of: path)
    #expect(missing == .networkNotNamed(model: path))
    #expect(missing.kind == .usage)
    #expect("\(missing)".contains(path) && "\(missing)".contains("--network"))
    #expect(try await zoo.loadModel(from: path, network: "vit_digits_ls").net.embeddingSize == 96)
  }

  /// The longest name is what birder means; whether it does, the weights tell.
  @Test func anAmbiguousNameIsToldWithTheCandidates() async throws {
    let path = try copy(as: "vit_b16_ls_digits.pt")
    let ambiguous = try await error(of: path)
    guard case .ambiguousNetwork(path, ["vit_b16_ls", "vit_b16"], .wrongShape?) = ambiguous else {
      Issue.record(ambiguous)
      return
    }
    #expect(ambiguous.kind == .usage)
    #expect("\(ambiguous)".contains("'vit_b16_ls' or 'vit_b16'"))
    // Where a network is named, there is only one to fit.
    let misfit = try await error(of: path, network: "vit_b16_ls")
    #expect(misfit.kind == .integrity)
  }

  @Test func aPathThatLeadsNowhereIsToldFirst() async throws {
    let path = directory.path + "/none.pt"
    let error = try await #require(throws: CheckpointError.self) {
      try await zoo.loadModel(from: path)
    }
    #expect(error.kind == .other && error.file == path)
  }

  @Test func whatTheFileDoesNotStateIsAskedFor() async throws {
    let path = directory.path + "/vit_digits_ls_bare.safetensors"
    let checkpoint = try Checkpoint(path: Self.weights)
    try SafetensorsWriter.write(checkpoint.stateDict, to: path)
    let unsized = try await error(of: path)
    #expect(unsized.kind == .unsupported)
    #expect("\(unsized)".contains("signature") && "\(unsized)".contains("--size"))
    var options = LoadOptions(size: ImageSize(height: 32, width: 32))
    let uncoloured = try await error(of: path, options)
    #expect("\(uncoloured)".contains("rgb_stats") && "\(uncoloured)".contains("--rgb-stats"))
    options.rgbStats = RGBStats("centered")
    let (net, info) = try await zoo.loadModel(from: path, options: options)
    #expect(info.rgbStats == checkpoint.rgbStats)
    #expect(info.signature == checkpoint.signature)
    try expectDigits(net, info)
    // Of another size than that of the weights.
    options.size = ImageSize(height: 64, width: 64)
    guard
      case .cannotBuild(_, _, .wrongShape("pos_embedding", _, _)) = try await error(
        of: path, options)
    else {
      Issue.record("no misfit")
      return
    }
  }

  @Test func statisticsThatAreGivenGoBeforeThoseOfTheFile() async throws {
    let path = try copy(as: "vit_digits_ls_x.pt")
    let options = LoadOptions(rgbStats: RGBStats(mean: [0.1, 0.2, 0.3], std: [1, 2, 3]))
    let (_, info) = try await zoo.loadModel(from: path, options: options)
    #expect(info.rgbStats == options.rgbStats)
  }

  @Test(arguments: [
    ("imagenet", RGBStats(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])),
    ("neutral", RGBStats(mean: [0, 0, 0], std: [1, 1, 1])),
    ("0.1,0.2,0.3, 1,2,3", RGBStats(mean: [0.1, 0.2, 0.3], std: [1, 2, 3])),
    ("0.1,0.2,0.3", nil), ("0,0,0,1,1,0", nil), ("0,0,0,1,1,nan", nil), ("none", nil),
    ("0,0,0,1,1,1,", nil), ("", nil),
  ])
  func statisticsAreReadFromATextOrAName(_ text: String, _ stats: RGBStats?) {
    #expect(RGBStats(text) == stats)
  }

  // MARK: - Heads

  /// A network whose own classifier would be an MLP, or without a bias, takes a linear head too.
  @Test(arguments: ["mlp_head", "head_bias"])
  func aLinearHeadFitsAnyEmbedding(_ option: String) async throws {
    var options = LoadOptions()
    options.configuration[option] = .bool(option == "mlp_head")
    let (net, info) = try await zoo.loadModel(
      from: Self.weights, network: "vit_digits_ls", options: options)
    let sample = try Digits.samples()[0]
    let transform = try zoo.transform(for: net, info)
    let batch = Tensor.stack([transform(try RGBImage(contentsOf: sample.path))])
    let head = try await zoo.loadHead(
      from: Digits.folder + "/\(Digits.model)-digit.head.pt", for: net)
    let found = try await inferBatch(net, batch, heads: [head])[0]
    #expect(difference(found, try #require(sample.probabilities["digit"])) < tolerance)
    net.resetClassifier(10)
    try net.classifier.load(head)
    #expect(try await inferBatch(net, batch).output == found)
  }

  @Test func aHeadNeedsNoBias() async throws {
    let (net, _) = try await zoo.loadPretrainedModel(Digits.model)
    let path = directory.path + "/plain.head.pt"
    try HeadWriter.write(
      weight: Tensor(shape: [2, 96], scalars: (0..<192).map { $0 < 96 ? 1 : 2 }),
      classNames: ["one", "two"], to: path)
    let head = try await zoo.loadHead(from: path, for: net)
    let logits = try head.classifier.logits(Tensor(shape: [1, 96], repeating: 0.5))
    #expect(difference(logits, Tensor(shape: [1, 2], scalars: [48, 96])) < tolerance)
  }

  /// A head of birder's MLP form beside a network with a linear classifier.
  @Test func anMLPHeadFitsAnyEmbedding() async throws {
    let (net, _) = try await zoo.loadPretrainedModel(Digits.model)
    let path = directory.path + "/mlp.head.pt"
    func filled(_ shape: [Int], _ value: Float) -> Tensor { Tensor(shape: shape, repeating: value) }
    var metadata = JSONObject()
    metadata["class_to_idx"] = ["one": 0, "two": 1]
    // All is 0 before the norm, so that only biases are left.
    try TorchWriter.write(
      [
        ("0.weight", filled([288, 96], 0)), ("0.bias", filled([288], 0)),
        ("2.weight", filled([288], 1)), ("2.bias", filled([288], 1)),
        ("3.weight", filled([2, 288], 0.5)), ("3.bias", Tensor(shape: [2], scalars: [1, -1])),
      ], metadata: metadata, to: path)
    let head = try await zoo.loadHead(from: path, for: net)
    let logits = try head.classifier.logits(filled([1, 96], 1))
    #expect(difference(logits, Tensor(shape: [1, 2], scalars: [145, 143])) < tolerance)
  }
}
