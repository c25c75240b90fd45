import Foundation
import ModelZoo
import Testing

@testable import ZooNetworks

/// What cannot be loaded is refused with name and reason, if possible before a download.
@Suite struct RefusalTests {
  let cache: TemporaryDirectory
  let transport = DirectoryTransport(Digits.folder)
  let zoo: Zoo

  init() throws {
    cache = try TemporaryDirectory()
    zoo = try Digits.zoo(cache: cache, transport: transport)
  }

  @Test func unknownNamesComeWithSuggestions() async throws {
    let model = try await #require(throws: RegistryError.self) {
      try await zoo.loadPretrainedModelAndTransform("vit_b16_franca")
    }
    #expect(model.kind == .notFound)
    #expect("\(model)".contains("vit_b16_ls_franca-bioscan5m"))
    let level = try #require(throws: RegistryError.self) {
      try zoo.request(for: Digits.model, head: "family")
    }
    #expect(level.kind == .notFound)
    #expect("\(level)".contains("digit") && "\(level)".contains("parity"))
    let network = try await #require(throws: RegistryError.self) {
      try await zoo.loadModel(from: "weights.pt", network: "vit_b16_lx")
    }
    #expect(network.kind == .notFound)
    #expect("\(network)".contains("vit_b16_ls"))
    let format = try await #require(throws: RegistryError.self) {
      try await zoo.loadPretrainedModel(
        Digits.model, options: LoadOptions(format: "safetensors"))
    }
    #expect(format.kind == .notFound)
    #expect(transport.requests.isEmpty)
  }

  @Test func aFamilyThatCannotBeRunIsNotDownloaded() async throws {
    let name = "hiera_abswin_base_mim"
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadPretrainedModel(name)
    }
    #expect(
      error
        == .cannotBuild(
          model: name, file: nil, .unsupportedFamily("hiera", supported: families.keys.sorted())))
    #expect(error.kind == .unsupported)
    #expect(transport.requests.isEmpty)
  }

  @Test func aTorchScriptFileIsNotDownloadedToBeRun() async throws {
    let registry = """
      {"schema": 1, "models": {"script": {
        "network": "vit_b16", "files": {"pts": {"url": "\(DirectoryTransport.root)script.pts"}}}}}
      """
    let zoo = try Digits.zoo(
      cache: cache,
      registry: Registry.builtIn().overlaid(
        with: Registry(parsing: registry.utf8, source: "scripts.json")),
      transport: transport)
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadPretrainedModel("script")
    }
    #expect(error == .unsupportedFormat(model: "script", format: "pts"))
    #expect(error.kind == .unsupported)
    #expect(transport.requests.isEmpty)
  }

  @Test func aMalformedOverlayIsNamedWithEntryAndField() async throws {
    let path = cache.path + "/overlay.json"
    let overlay = """
      {"schema": 1, "models": {"moths": {
        "network": "vit_b16", "files": {"pt": {"url": "moths.pt", "sha256": "abc"}}}}}
      """
    try Data(overlay.utf8).write(to: URL(filePath: path))
    let error = try await #require(throws: RegistryError.self) {
      try await Zoo(
        ZooEnvironment(["ZOO_REGISTRY": path, "ZOO_CACHE": cache.path]), transport: transport)
    }
    #expect(error.kind == .integrity)
    for part in [path, "moths", "sha256", "abc"] { #expect("\(error)".contains(part)) }
  }

  @Test func weightsOfAnotherNetworkAreRefusedWithTheTensor() async throws {
    let path = birderFolder + "plain.pt"
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadModel(from: path, network: "vit_digits_ls")
    }
    guard case .cannotBuild(path, path, .wrongShape(let key, _, _)) = error else {
      Issue.record(error)
      return
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains(path) && "\(error)".contains(key))
  }

  @Test func aHeadIsNoModel() async throws {
    let path = Digits.folder + "/\(Digits.model)-parity.head.pt"
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadModel(from: path, network: "vit_digits_ls")
    }
    #expect(error.kind == .unsupported)
    #expect("\(error)".contains(path) && "\(error)".contains("signature"))
  }

  @Test(arguments: [
    ImageSize(height: 1 << 40, width: 1 << 40), ImageSize(height: 0, width: 32),
    ImageSize(height: -32, width: 32), ImageSize(height: 36, width: 32),
  ])
  func aSizeThatThePatchesDoNotFillIsRefused(size: ImageSize) async throws {
    let path = Digits.folder + "/\(Digits.model).pt"
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadModel(
        from: path, network: "vit_digits_ls", options: LoadOptions(size: size))
    }
    #expect(error.kind == .usage)
    #expect("\(error)".contains("\(size.height) x \(size.width)"))
  }

  @Test(arguments: [JSONValue.integer(.min), .integer(.max), 0, "four", 5])
  func anOptionThatCannotBeIsRefused(heads: JSONValue) async throws {
    let path = Digits.folder + "/\(Digits.model).pt"
    var configuration = JSONObject()
    configuration["num_heads"] = heads
    let options = LoadOptions(configuration: configuration)
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadModel(from: path, network: "vit_digits_ls", options: options)
    }
    guard case .cannotBuild(path, path, .invalidOption("num_heads", _)) = error else {
      Issue.record(error)
      return
    }
  }
}
