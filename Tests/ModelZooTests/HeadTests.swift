import ModelZoo
import Testing

/// Heads that do not fit are refused.
@Suite struct HeadTests {
  let cache: TemporaryDirectory
  let zoo: Zoo

  init() throws {
    cache = try TemporaryDirectory()
    zoo = try Digits.zoo(cache: cache)
  }

  @Test func aHeadForOtherEmbeddingsIsRefused() async throws {
    let (net, _) = try await zoo.loadPretrainedModel(Digits.model)
    let path = birderFolder + "ls.head.pt"
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadHead(from: path, for: net)
    }
    guard case .headMismatch(path, .wrongShape("weight", _, _)) = error else {
      Issue.record(error)
      return
    }
    #expect(error.kind == .integrity)
  }

  @Test func aClassifierTakesAHeadOfItsSizeOnly() async throws {
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let head = try await zoo.loadPretrainedHead(Digits.model, level: "digit", for: net)
    net.resetClassifier(2)
    let error = try #require(throws: NetworkError.self) { try net.classifier.load(head) }
    #expect(error == .wrongShape(key: "classifier.weight", expected: [2, 96], found: [10, 96]))

    let image = try Digits.samples()[0].path
    let unloaded = try await #require(throws: NetworkError.self) {
      try await inferImage(net, image, transform)
    }
    #expect(unloaded == .classifierWithoutWeights(classes: 2))
    #expect(unloaded.kind == .usage)
  }

  /// The softmax of an embedding is no probability of anything.
  @Test func withoutAClassifierNoClassesAreTold() async throws {
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let image = try Digits.samples()[0].path
    for (tta, returnLogits) in [(false, false), (true, false), (false, true)] {
      let error = try await #require(throws: NetworkError.self) {
        try await inferImage(net, image, transform, tta: tta, returnLogits: returnLogits)
      }
      #expect(error == .noClassifier)
      #expect(error.kind == .unsupported)
      #expect("\(error)".contains("load a head"))
    }
  }

  @Test func aModelIsNoHead() async throws {
    let (net, info) = try await zoo.loadPretrainedModel(Digits.model)
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadHead(from: info.file, for: net)
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains(info.file) && "\(error)".contains("class_to_idx"))
  }

  @Test func aHeadHasAsManyClassesAsTheRegistryStates() async throws {
    let registry = try text(of: Digits.registryFile)
      .replacing("\"classes\": 10", with: "\"classes\": 11")
    let zoo = try Digits.zoo(
      cache: cache, registry: Registry(parsing: registry.utf8, source: Digits.registryFile))
    let (net, _) = try await zoo.loadPretrainedModel(Digits.model)
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadPretrainedHead(Digits.model, level: "digit", for: net)
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains("10 classes where the registry states 11"))
  }
}
