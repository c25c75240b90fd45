import ModelZoo
import Testing

/// From a name to results on the example model, against what birder computes.
@Suite struct DigitsTests {
  let cache: TemporaryDirectory
  let zoo: Zoo

  init() throws {
    cache = try TemporaryDirectory()
    zoo = try Digits.zoo(cache: cache)
  }

  @Test func theSamplesGiveTheReferencesResults() async throws {
    let (net, info, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    #expect(info.network == "vit_digits_ls")
    #expect(info.classNames.isEmpty && net.classes == 0 && net.embeddingSize == 96)
    #expect(sizeFromSignature(info.signature) == ImageSize(side: 32))
    #expect(info.birderVersion == "v0.8.4")

    let (embeddings, maps) = (try Digits.expected("embedding"), try Digits.expected("stage1"))
    for (index, sample) in try Digits.samples().enumerated() {
      let (output, embedding) = try await inferImage(
        net, sample.path, transform, returnEmbedding: true)
      let found = try #require(embedding)
      #expect(difference(found, embeddings.row(index)) < tolerance, "\(sample.path)")
      #expect(output.shape == [1, 0], "without a classifier there are no classes")

      let batch = Tensor.stack([transform(try RGBImage(contentsOf: sample.path))])
      let features = try net.detectionFeatures(batch)
      #expect(features.map(\.stage) == ["stage1"])
      #expect(features.map(\.tensor.shape) == [[1, 96, 4, 4]])
      #expect(difference(features[0].tensor, maps.row(index)) < tolerance, "\(sample.path)")
    }
  }

  @Test func severalHeadsShareOneEmbedding() async throws {
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let samples = try Digits.samples()
    let batch = Tensor.stack(try samples.map { transform(try RGBImage(contentsOf: $0.path)) })
    let embeddings = try net.embedding(batch)
    for level in Digits.levels {
      let head = try await zoo.loadPretrainedHead(Digits.model, level: level, for: net)
      let probabilities = try head.classifier.logits(embeddings).softmax()
      for (index, top) in probabilities.topIndices.enumerated() {
        let expected = try #require(samples[index].probabilities[level])
        #expect(difference(probabilities.row(index), expected) < tolerance)
        #expect(head.classNames[top] == samples[index].labels[level])
      }

      net.resetClassifier(head.classNames.count)
      try net.classifier.load(head)
      #expect(try net.forward(batch).softmax() == probabilities, "in place of the classifier")
      net.resetClassifier(0)
    }
  }

  private let testSplitFile =
    repository + "/Tests/ZooNetworksTests/Fixtures/digits-test.safetensors"

  /// The 360 images of the test split, transformed, and their digits.
  private func testSplit(_ transform: ImageTransform) throws -> (batch: Tensor, labels: [Int]) {
    let images = try tensor("images", in: testSplitFile)
    let labels = try tensor("labels", in: testSplitFile).scalars.map { Int($0) }
    let batch = Tensor.stack(
      labels.indices.map { index in
        transform(
          RGBImage(
            width: 8, height: 8,
            pixels: images[index].scalars.flatMap { [UInt8](repeating: UInt8($0), count: 3) }))
      })
    return (batch, labels)
  }

  @Test func theTestSplitGivesTheAccuracyThatTheReadmeStates() async throws {
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let (batch, labels) = try testSplit(transform)
    let embeddings = try net.embedding(batch)
    let readme = try text(of: Digits.folder + "/README.md")
    let classes: [String: (Int) -> String] = [
      "digit": { "\($0)" }, "parity": { $0 % 2 == 0 ? "even" : "odd" },
    ]
    for (level, name) in classes {
      let head = try await zoo.loadPretrainedHead(Digits.model, level: level, for: net)
      let probabilities = try head.classifier.logits(embeddings).softmax()
      let expected = try tensor("\(level)_probabilities", in: testSplitFile)
      #expect(difference(probabilities, expected) < tolerance)

      let right = zip(probabilities.topIndices, labels).count { head.classNames[$0] == name($1) }
      let percent = (Double(right) / Double(labels.count) * 10_000).rounded() / 100
      #expect(readme.contains("| `\(level)` | \(right) | \(percent)% |"))
      let metrics = try zoo.registry.entry(named: Digits.model).head(level).metrics
      #expect(metrics.map(\.name) == ["test_top1"] && metrics.map(\.value) == [percent])
    }
  }

  /// Rounded weights cost at most 0.3 points of accuracy, of either head.
  @Test(arguments: [Precision.bf16, .int8])
  func lowerPrecisionsGiveTheSameAccuracy(precision: Precision) async throws {
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(
      Digits.model, options: LoadOptions(precision: precision))
    let (batch, labels) = try testSplit(transform)
    let embeddings = try net.embedding(batch)
    let exact = try await zoo.loadPretrainedModel(Digits.model).net.embedding(batch)
    #expect(embeddings != exact)
    let classes: [String: (Int) -> String] = [
      "digit": { "\($0)" }, "parity": { $0 % 2 == 0 ? "even" : "odd" },
    ]
    for (level, name) in classes {
      let head = try await zoo.loadPretrainedHead(Digits.model, level: level, for: net)
      func accuracy(_ embeddings: Tensor) throws -> Double {
        let found = try head.classifier.logits(embeddings).topIndices
        let right = zip(found, labels).count { head.classNames[$0] == name($1) }
        return Double(right) / Double(labels.count)
      }
      let (found, expected) = (try accuracy(embeddings), try accuracy(exact))
      #expect(abs(found - expected) <= 0.003, "\(level)")
    }
  }

  @Test func sizeAndConfigurationOfTheCallerCount() async throws {
    var configuration = JSONObject()
    configuration["out_indices"] = [0, 3]
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(
      Digits.model,
      options: LoadOptions(
        size: ImageSize(height: 48, width: 64), configuration: configuration))
    #expect(net.inputSize == ImageSize(height: 48, width: 64) && transform.size == net.inputSize)
    let image = try RGBImage(contentsOf: try Digits.samples()[0].path)
    let features = try net.detectionFeatures(Tensor.stack([transform(image)]))
    #expect(features.map(\.stage) == ["stage1", "stage2"])
    #expect(features.map(\.tensor.shape) == [[1, 96, 6, 8], [1, 96, 6, 8]])
  }

  @Test func aFileOutsideTheCacheIsLoadedByTheNameOfItsNetwork() async throws {
    let path = Digits.folder + "/vit_digits_ls_sklearn-digits.pt"
    let (net, info) = try await zoo.loadModel(from: path, network: "vit_digits_ls")
    #expect(info.name == path && info.file == path)
    let head = try await zoo.loadHead(
      from: Digits.folder + "/vit_digits_ls_sklearn-digits-parity.head.pt", for: net)
    #expect(head.classNames == ["even", "odd"])
    #expect(cache.files.isEmpty)
  }
}
