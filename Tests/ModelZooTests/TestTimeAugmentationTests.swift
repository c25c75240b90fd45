import ModelZoo
import Testing

/// Five crops against birder's, on networks with a classifier, without one, and with another size.
@Suite struct TestTimeAugmentationTests {
  let cache: TemporaryDirectory

  init() throws { cache = try TemporaryDirectory() }

  @Test(arguments: ["plain", "no_classifier", "resize_up"])
  func theMeanOverFiveCropsEqualsTheReferences(name: String) async throws {
    let cases = try JSONValue(parsing: try bytes(of: goldenFolder + "cases.json"))
    let golden = try #require(cases.array?.first { $0["name"]?.string == name })
    let registry: JSONValue = [
      "schema": 1,
      "networks": ["golden": ["family": "vit", "config": try #require(golden["config"])]],
    ]
    let zoo = try Digits.zoo(
      cache: cache,
      registry: Registry(parsing: registry.serialized().utf8, source: "golden.json"))
    let size = golden["load_size"]?.integers.map { ImageSize(height: $0[0], width: $0[1]) }
    let (net, info) = try await zoo.loadModel(
      from: goldenFolder + (try #require(golden["file"]?.string)), network: "golden",
      options: LoadOptions(size: size))
    let transform = try zoo.transform(for: net, info)
    let images = try #require(golden["images"]?.strings).map {
      transform(try RGBImage(contentsOf: goldenFolder + $0))
    }
    let batch = Tensor.stack(images)
    func expected(_ output: String) throws -> Tensor {
      try tensor(output, in: goldenFolder + (try #require(golden["expected"]?.string)))
    }

    let (plain, embedding) = try await inferBatch(net, batch, returnEmbedding: true, tta: true)
    #expect(difference(try #require(embedding), try expected("embedding")) < tolerance)
    guard net.classes > 0 else {
      #expect(plain.shape == [batch.shape[0], 0])
      await #expect(throws: NetworkError.noClassifier) {
        try await inferBatch(net, batch, tta: true)
      }
      return
    }
    #expect(difference(plain, try expected("probabilities")) < tolerance, "tta has no effect")

    let (probabilities, noEmbedding) = try await inferBatch(net, batch, tta: true)
    #expect(noEmbedding == nil)
    #expect(difference(probabilities, try expected("tta_probabilities")) < tolerance)
    let (logits, _) = try await inferBatch(net, batch, tta: true, returnLogits: true)
    #expect(difference(logits, try expected("tta_logits")) < tolerance)
  }
}
