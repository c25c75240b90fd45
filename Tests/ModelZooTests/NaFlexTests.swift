import Foundation
import ModelZoo
import Testing

/// Images that keep their aspect ratios, from files to probabilities.
@Suite struct NaFlexTests {
  let cache: TemporaryDirectory
  let zoo: Zoo

  init() throws {
    cache = try TemporaryDirectory()
    zoo = try NaFlex.zoo(cache: cache)
  }

  private func load(
    _ run: NaFlex.Run
  ) async throws -> (net: VisionNetwork, transform: ImageTransform) {
    let (net, info) = try await zoo.loadModel(from: NaFlex.weights, options: run.loadOptions)
    return (
      net, try zoo.transform(for: net, info, options: run.loadOptions, centerCrop: run.centerCrop)
    )
  }

  @Test func thereAreRuns() { #expect(NaFlex.runs.count == 4) }

  @Test(arguments: NaFlex.runs)
  func imagesGiveWhatBirderGives(run: NaFlex.Run) async throws {
    let (net, transform) = try await load(run)
    let images = try run.images.map { transform(try RGBImage(contentsOf: $0)) }
    #expect(images.map { Array($0.shape.dropFirst()) } == run.sizes)
    let (output, embedding) = try await inferBatch(net, images, returnEmbedding: true)
    #expect(difference(output, run.probabilities) < tolerance)
    #expect(difference(try #require(embedding), run.embedding) < tolerance)
    #expect(try await net.embeddings(of: images) == embedding)
    #expect(try await inferBatch(net, images).output == output)
    let (first, _) = try await inferImage(net, run.images[0], transform)
    #expect(difference(first, run.probabilities.row(0)) < tolerance)
  }

  @Test(arguments: [1, 2, 8])
  func collectionsKeepTheirOrder(batchSize: Int) async throws {
    let run = try #require(NaFlex.runs.first)
    let (net, transform) = try await load(run)
    let fault = cache.path + "/no-image.png"
    try "no image".write(toFile: fault, atomically: false, encoding: .utf8)
    var paths = run.images
    paths.insert(fault, at: 3)
    let collection = try ImageCollection((paths + paths).map { .path($0) })
    var options = ImageBatchOptions()
    options.batchSize = batchSize
    var rows: [[Float]] = []
    var positions: [Int] = []
    for try await batch in ImageBatches(collection, transform: transform, options: options) {
      #expect(batch.groups.allSatisfy { $0.indices.count <= batchSize })
      #expect(
        batch.groups.flatMap(\.indices).sorted() == Array(batch.positions.indices))
      // Images of one size come together as far as the size of a batch allows.
      if batchSize == 8 { #expect(batch.groups.count == Set(run.sizes).count) }
      let embeddings = try await net.embeddings(of: batch)
      rows += (0..<batch.positions.count).map { embeddings[$0].scalars }
      positions += batch.positions
    }
    #expect(positions == (0..<18).filter { $0 % 9 != 3 })
    let expected = Tensor(
      shape: [16, run.embedding.shape[1]],
      scalars: run.embedding.scalars + run.embedding.scalars)
    let found = Tensor(shape: expected.shape, scalars: rows.flatMap(\.self))
    #expect(difference(found, expected) < tolerance)
  }

  @Test func fiveCropsOfEachShape() async throws {
    let run = try #require(NaFlex.runs.first)
    let (net, transform) = try await load(run)
    let classifier = try #require(net.classifier.loaded)
    let collection = try ImageCollection(run.images.map { .path($0) })
    var options = ImageBatchOptions()
    options.fiveCrops = true
    for try await batch in ImageBatches(collection, transform: transform, options: options) {
      let found = try await net.embeddings(of: batch)
      let logits = try classifier.logits(found)
      #expect(logits.shape == [8, 5])
      for (index, path) in run.images.enumerated() {
        let (alone, _) = try await inferImage(net, path, transform, tta: true, returnLogits: true)
        // The classifier is linear, so that the mean may be taken before or after it.
        #expect(difference(logits.row(index), alone) < tolerance, "\(path)")
      }
    }
  }

  @Test func featureMapsOfSeveralSizesAreNoTensor() async throws {
    let run = try #require(NaFlex.runs.first)
    let (net, transform) = try await load(run)
    let collection = try ImageCollection(run.images.map { .path($0) })
    for try await batch in ImageBatches(collection, transform: transform) {
      await #expect(throws: NetworkError.featureMapsOfSeveralSizes) {
        try await net.detectionFeatures(of: batch)
      }
      for group in batch.groups {
        let (count, shape) = (group.indices.count, group.images.shape)
        let maps = try net.detectionFeatures(group.images)
        #expect(maps.map(\.tensor.shape) == [[count, 16, shape[2] / 4, shape[3] / 4]])
      }
    }
    #expect(try await inferBatch(net, []).output.shape == [0, 5])
    #expect(try await net.embeddings(of: []).shape == [0, 16])
  }

  @Test func otherNetworksCannot() async throws {
    let digits = try Digits.zoo(cache: cache)
    for (options, expected) in [
      (
        LoadOptions(sizing: .naflex()), NetworkError.fixedAspectRatio(flexible: ["naflex_vit"])
      ),
      (
        LoadOptions(patchSize: 4),
        NetworkError.fixedPatchSize(flexible: ["flexivit", "naflex_vit"])
      ),
    ] {
      let error = try await #require(throws: ModelError.self) {
        try await digits.loadPretrainedModelAndTransform(Digits.model, options: options)
      }
      #expect(error == .cannotBuild(model: Digits.model, file: nil, expected))
      #expect(error.kind == .unsupported)
    }
    // Nothing was fetched for it.
    #expect(!digits.isCached(try digits.request(for: Digits.model)))
    let (net, info) = try await digits.loadPretrainedModel(Digits.model)
    #expect(throws: NetworkError.self) {
      try digits.transform(for: net, info, options: LoadOptions(sizing: .naflex()))
    }
  }
}
