import ModelZoo
import Testing

/// Five crops against birder's, on networks with a classifier, without one, and with another size.
@Suite struct TestTimeAugmentationTests {
  let cache: TemporaryDirectory

  init() throws { cache = try TemporaryDirectory() }

  @Test(arguments: BirderCheckpoint.all.filter(\.hasAugmentation))
  func theMeanOverFiveCropsEqualsTheReferences(checkpoint: BirderCheckpoint) async throws {
    let (zoo, net, info) = try await checkpoint.load(cache: cache)
    let batch = try checkpoint.images(zoo.transform(for: net, info))
    let expected = checkpoint.expected

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
