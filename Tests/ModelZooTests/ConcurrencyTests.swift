import ModelZoo
import Testing

@Suite struct ConcurrencyTests {
  let cache: TemporaryDirectory
  let zoo: Zoo

  init() throws {
    cache = try TemporaryDirectory()
    zoo = try Digits.zoo(cache: cache)
  }

  @Test func manyTasksShareANetworkAndGetTheSameBits() async throws {
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let images = try Digits.samples().map(\.path)
    var expected: [Tensor] = []
    func embedding(_ image: String) async throws -> Tensor {
      try #require(try await inferImage(net, image, transform, returnEmbedding: true).embedding)
    }
    for image in images { expected.append(try await embedding(image)) }
    try await withThrowingTaskGroup(of: (Int, Tensor).self) { group in
      for task in 0..<4 * images.count {
        let index = task % images.count
        group.addTask { (index, try await embedding(images[index])) }
      }
      for try await (index, output) in group { #expect(output == expected[index]) }
    }
  }

  @Test func manyTasksLoadAModelAtOnce() async throws {
    let files = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<8 {
        group.addTask { [zoo] in
          try await zoo.loadPretrainedModel(Digits.model).info.file
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(files.count == 1)
    #expect(!cache.files.contains { $0.hasPrefix("partial/") })
  }
}
