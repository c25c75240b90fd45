import ModelZoo
import Testing

/// Files of birder, from the path to the numbers: formats, element types, merged configurations,
/// other sizes.
@Suite struct BirderCheckpointTests {
  let cache: TemporaryDirectory

  init() throws { cache = try TemporaryDirectory() }

  @Test func thereAreFiles() { #expect(BirderCheckpoint.all.count == 10) }

  @Test(arguments: BirderCheckpoint.all)
  func inputsAndOutputsEqualTheReferences(checkpoint: BirderCheckpoint) async throws {
    let (zoo, net, info) = try await checkpoint.load(cache: cache)
    let batch = try checkpoint.images(zoo.transform(for: net, info))
    let input = try tensor("input", in: checkpoint.path("inputs"))
    #expect(batch.shape == input.shape)
    #expect(batch.scalars.map(\.bitPattern) == input.scalars.map(\.bitPattern))
    let logits = try net.forward(batch)
    for (name, found) in [
      ("embedding", try net.embedding(batch)), ("logits", logits),
      ("probabilities", logits.softmax()),
    ] {
      #expect(difference(found, try checkpoint.expected(name)) < tolerance, "\(name)")
    }
    let maps = try net.detectionFeatures(batch)
    #expect(maps.map(\.stage) == checkpoint.stages)
    for map in maps {
      #expect(difference(map.tensor, try checkpoint.expected(map.stage)) < tolerance)
    }
  }

  @Test(arguments: BirderCheckpoint.all.filter(\.hasHead))
  func headsEqualTheReferences(checkpoint: BirderCheckpoint) async throws {
    let (zoo, net, info) = try await checkpoint.load(cache: cache)
    let batch = try checkpoint.images(zoo.transform(for: net, info))
    let head = try await zoo.loadHead(from: checkpoint.path("head"), for: net)
    let expected = try checkpoint.expected("head_logits")
    #expect(difference(try head.classifier.logits(net.embedding(batch)), expected) < tolerance)

    let classes = head.classNames.count
    net.resetClassifier(classes)
    #expect(net.classes == classes)
    #expect(throws: NetworkError.classifierWithoutWeights(classes: classes)) {
      try net.forward(batch)
    }
    try net.classifier.load(head)
    #expect(difference(try net.forward(batch), expected) < tolerance)
    net.resetClassifier(classes + 1)
    #expect(throws: NetworkError.self) { try net.classifier.load(head) }
    net.resetClassifier(0)
    #expect(try net.forward(batch) == net.embedding(batch))
  }
}
