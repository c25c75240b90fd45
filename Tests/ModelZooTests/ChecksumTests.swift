import Foundation
import ModelZoo
import Testing

/// The checksums inside of weight files.
@Suite struct ChecksumTests {
  @Test(arguments: LoadPolicy.allCases)
  func aFlippedBitIsToldUnlessNothingIsVerified(_ policy: LoadPolicy) async throws {
    let directory = try TemporaryDirectory()
    var content = try bytes(of: Digits.folder + "/\(Digits.model).pt")
    // In the middle of the file there is a tensor.
    content[content.count / 2] ^= 1
    let path = directory.path + "/changed.pt"
    try Data(content).write(to: URL(filePath: path))
    var cache = try Cache(root: directory.path + "/cache")
    cache.loadPolicy = policy
    let zoo = try Zoo(
      registry: Digits.registry(), fetcher: Fetcher(cache: cache), threads: 1)
    let network = try zoo.registry.entry(named: Digits.model).network
    if policy != .never {
      let error = try await #require(throws: CheckpointError.self) {
        try await zoo.loadModel(from: path, network: network)
      }
      #expect(error.kind == .integrity)
      #expect(error.reason.contains("has CRC"))
    } else {
      _ = try await zoo.loadModel(from: path, network: network)
    }
  }

  @Test(arguments: LoadPolicy.allCases)
  func aFlippedBitOfAHeadIsToldUnlessNothingIsVerified(_ policy: LoadPolicy) async throws {
    let directory = try TemporaryDirectory()
    let (net, _) = try await Digits.zoo(cache: directory).loadPretrainedModel(Digits.model)
    let path = directory.path + "/changed.head.pt"
    try HeadWriter.write(
      weight: Tensor(shape: [2, net.embeddingSize], repeating: 1.5), bias: Tensor(shape: [2]),
      classNames: ["one", "two"], to: path)
    var content = try bytes(of: path)
    let weight = try #require(content.firstRange(of: [0, 0, 0xC0, 0x3F, 0, 0, 0xC0, 0x3F]))
    content[weight.lowerBound] ^= 1
    try Data(content).write(to: URL(filePath: path))
    var cache = try Cache(root: directory.path + "/cache")
    cache.loadPolicy = policy
    let zoo = try Zoo(
      registry: Digits.registry(), fetcher: Fetcher(cache: cache), threads: 1)
    if policy != .never {
      let error = try await #require(throws: CheckpointError.self) {
        try await zoo.loadHead(from: path, for: net)
      }
      #expect(error.kind == .integrity)
      #expect(error.reason.contains("has CRC"))
    } else {
      _ = try await zoo.loadHead(from: path, for: net)
    }
  }

  /// What is written is loaded again, in either format.
  @Test(arguments: ["copy.pt", "copy.safetensors"])
  func convertedWeightsGiveTheSameEmbeddings(_ name: String) async throws {
    let directory = try TemporaryDirectory()
    let zoo = try Digits.zoo(cache: directory)
    let network = try zoo.registry.entry(named: Digits.model).network
    let path = directory.path + "/" + name
    try Checkpoint(path: Digits.folder + "/\(Digits.model).pt").write(to: path)
    let (net, info) = try await zoo.loadModel(from: path, network: network)
    let (original, _) = try await zoo.loadPretrainedModel(Digits.model)
    let transform = try zoo.transform(for: net, info)
    let image = try RGBImage(contentsOf: try Digits.samples()[0].path)
    let batch = Tensor.stack([transform(image)])
    #expect(try net.embedding(batch) == original.embedding(batch))
  }
}
