import Testing
import ZooCheckpoint
import ZooCore
import ZooTensors
import ZooVision

@testable import ZooNetworks

/// Every option of birder's ViT class against birder itself.
@Suite struct GoldenTests {
  static let tolerance: Float = 1e-4
  let backend: Backend

  init() throws { backend = try Backend(threads: 2) }

  @Test func theCasesCoverEveryRegisteredOption() throws {
    #expect(GoldenCase.all.count >= 24)
    let options = try JSONValue(
      parsing: try readFile(GoldenCase.directory + "options.json", limit: 1 << 20))
    let names = Set(GoldenCase.all.map(\.name))
    for (option, values) in try #require(options["options"]?.object) {
      for (value, cases) in try #require(values.object) {
        let covering = try #require(cases.strings)
        #expect(
          !covering.isEmpty && names.isSuperset(of: covering), "\(option) = \(value)")
      }
    }
  }

  @Test(arguments: GoldenCase.all)
  func inputsEqualTheReferencesBitForBit(golden: GoldenCase) throws {
    let size = try #require(try golden.size("load_size") ?? golden.size("size"))
    let stats = try #require(golden.manifest["rgb_stats"].flatMap(RGBStats.init(json:)))
    let transform = try ImageTransform(size: (size.height, size.width), rgbStats: stats)
    let images = try #require(golden.manifest["images"]?.strings).map {
      try RGBImage(contentsOf: GoldenCase.directory + $0)
    }
    #expect(images.count >= 3)
    let batch = Tensor.stack(images.map { transform($0) })
    let expected = try golden.tensor("input", of: "inputs")
    #expect(batch.shape == expected.shape)
    #expect(batch.scalars.map(\.bitPattern) == expected.scalars.map(\.bitPattern))
  }

  @Test(arguments: GoldenCase.all)
  func outputsEqualTheReferences(golden: GoldenCase) throws {
    let net = try golden.network(backend)
    let input = try golden.tensor("input", of: "inputs")
    let embedding = try net.embedding(input)
    let logits = try net.forward(input)
    for (name, found) in [
      ("embedding", embedding), ("logits", logits), ("probabilities", logits.softmax()),
    ] {
      let expected = try golden.tensor(name, of: "expected")
      #expect(difference(found, expected) < GoldenTests.tolerance, "\(name)")
    }
    let maps = try net.detectionFeatures(input)
    #expect(maps.map(\.stage) == golden.manifest["stages"]?.strings)
    for map in maps {
      let expected = try golden.tensor(map.stage, of: "expected")
      #expect(difference(map.tensor, expected) < GoldenTests.tolerance, "\(map.stage)")
    }
  }

  /// A batch gives what its images give one by one, and every path gives the same.
  @Test(arguments: ["plain", "soft_moe", "swiglu"])
  func batchesAndPathsAgree(prefix: String) throws {
    let golden = try #require(
      GoldenCase.all.first { $0.name.hasPrefix(prefix) } ?? GoldenCase.all.first)
    let input = try golden.tensor("input", of: "inputs")
    let together = try golden.network(backend).embedding(input)
    for path in KernelPath.all where path.runsHere {
      let net = try golden.network(try Backend(threads: 3, path: path))
      for index in 0..<input.shape[0] {
        let alone = try net.embedding(Tensor.stack([input[index]]))
        #expect(difference(alone, Tensor.stack([together[index]])) < 1e-5, "\(path.name)")
      }
    }
  }

  /// Every option in the lower precisions too: near the reference, the same for a batch and for its
  /// images, and whatever the number of threads.
  ///
  /// Networks as small as these, with weights made up,
  /// round much more coarsely than a ViT-B/16, for which docs/benchmarks.md has the figures.
  @Test(arguments: GoldenCase.all, [Precision.bf16, .int8])
  func lowerPrecisionsStayNear(golden: GoldenCase, precision: Precision) throws {
    let input = try golden.tensor("input", of: "inputs")
    let net = try golden.network(backend, precision: precision)
    let together = try net.embedding(input)
    let expected = try golden.tensor("embedding", of: "expected")
    for index in 0..<input.shape[0] {
      let similarity = cosine(together[index].scalars, expected[index].scalars)
      #expect(similarity > (precision == .bf16 ? 0.9995 : 0.95), "image \(index)")
    }
    let alone = try golden.network(try Backend(threads: 3), precision: precision)
    for index in 0..<input.shape[0] {
      let one = try alone.embedding(Tensor.stack([input[index]]))
      #expect(difference(one, Tensor.stack([together[index]])) < 1e-6, "image \(index)")
    }
  }

  @Test(arguments: GoldenCase.all.filter { !($0.manifest["head"]?.isNull ?? true) })
  func headsEqualTheReferences(golden: GoldenCase) throws {
    let net = try golden.network(backend)
    let file = try Checkpoint(path: try golden.path("head"))
    let names = try #require(try file.classNames())
    let head = try net.head(
      classes: names.count,
      state: Dictionary(uniqueKeysWithValues: file.stateDict.map { ($0.name, $0.tensor) }))
    let input = try golden.tensor("input", of: "inputs")
    let expected = try golden.tensor("head_logits", of: "expected")
    #expect(difference(try head.logits(try net.embedding(input)), expected) < 1e-4)

    net.resetClassifier(names.count)
    #expect(net.classes == names.count)
    #expect(throws: NetworkError.classifierWithoutWeights(classes: names.count)) {
      try net.forward(input)
    }
    try net.classifier.load(head)
    #expect(difference(try net.forward(input), expected) < 1e-4)
    net.resetClassifier(names.count + 1)
    #expect(throws: NetworkError.self) { try net.classifier.load(head) }
    net.resetClassifier(0)
    #expect(try net.forward(input) == net.embedding(input))
  }
}
