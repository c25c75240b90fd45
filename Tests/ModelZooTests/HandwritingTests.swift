import ModelZoo
import Testing

/// The convolutional example model on its test split, against what birder computes.
@Suite struct HandwritingTests {
  static let model = "resnet_d_handwriting_mnist"
  static let folder = repository + "/Examples/handwriting"

  let cache: TemporaryDirectory
  let zoo: Zoo
  let collection: ImageCollection

  init() throws {
    cache = try TemporaryDirectory()
    let file = Self.folder + "/registry.json"
    zoo = try Digits.zoo(
      cache: cache, registry: Registry(parsing: try bytes(of: file), source: file))
    collection = try ImageCollection([.path(Self.folder + "/test.tar")])
  }

  /// `logits` [500, 10] of the test split, or another output for every 250th image.
  private func expected(_ name: String) throws -> Tensor {
    try tensor(name, in: Self.folder + "/expected.safetensors")
  }

  /// The logits [500, 10] of the test split.
  private func logits(_ precision: Precision) async throws -> Tensor {
    let (net, info, transform) = try await zoo.loadPretrainedModelAndTransform(
      Self.model, options: LoadOptions(precision: precision))
    let head = try #require(Head(classifierOf: net, info))
    var rows: [Tensor] = []
    for try await batch in ImageBatches(collection, transform: transform) {
      #expect(batch.faults.isEmpty)
      let logits = try await inferBatch(net, batch, heads: [head], scores: .logits)[0]
      rows += (0..<batch.positions.count).map { logits[$0] }
    }
    return Tensor.stack(rows)
  }

  /// The README's row of a precision: how many are right, the accuracy, and how many images get the
  /// class that float32 gives them.
  private func row(_ precision: Precision, _ logits: Tensor, as exact: Tensor) -> String {
    let found = logits.topIndices
    let right = found.indices.count { "\(found[$0])" == collection.label(of: $0) }
    let same = zip(found, exact.topIndices).count { $0 == $1 }
    let percent = (Double(right) / Double(found.count) * 10_000).rounded() / 100
    return "| `\(precision)` | \(right) | \(percent)% | \(same) |"
  }

  @Test func theTestSplitGivesTheReferencesLogitsAndTheStatedAccuracy() async throws {
    let (found, exact) = (try await logits(.f32), try expected("logits"))
    #expect(difference(found, exact) < tolerance)
    #expect(found.topIndices == exact.topIndices)

    let readme = try text(of: Self.folder + "/README.md")
    #expect(readme.contains(row(.f32, found, as: exact)))
    let metrics = try zoo.registry.entry(named: Self.model).metrics
    #expect(metrics.map(\.name) == ["test_top1"])
    #expect(readme.contains(" \(metrics[0].value)% "))
  }

  @Test func embeddingAndStagesAreTheReferences() async throws {
    let (net, info, transform) = try await zoo.loadPretrainedModelAndTransform(Self.model)
    #expect(net.classes == 10 && info.classNames == (0..<10).map { "\($0)" })
    let images = try [0, 250].map {
      try RGBImage(decoding: try collection.bytes(of: $0, limit: 10_000))
    }
    let batch = Tensor.stack(images.map { transform($0) })
    #expect(difference(try net.embedding(batch), try expected("embedding")) < tolerance)
    let maps = try net.detectionFeatures(batch)
    #expect(maps.map(\.stage) == ["stage1", "stage2", "stage3"])
    for map in maps {
      #expect(difference(map.tensor, try expected(map.stage)) < tolerance, "\(map.stage)")
    }
  }

  /// Processors round differently in these precisions, so the README's figures are those of one.
  @Test(arguments: [(Precision.bf16, Float(0.01)), (.int8, 0.05)])
  func lowerPrecisionsHardlyChangeTheClasses(precision: Precision, allowed: Float) async throws {
    let (found, exact) = (try await logits(precision), try expected("logits"))
    #expect((tolerance...allowed).contains(difference(found, exact)))
    let same = zip(found.topIndices, exact.topIndices).count { $0 == $1 }
    #expect(same >= 498, "\(row(precision, found, as: exact))")
  }
}
