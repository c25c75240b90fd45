import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// Small networks of every family against birder, and against themselves.
@Suite struct GoldenTests {
  let backend: Backend

  init() throws { backend = try Backend(threads: 2) }

  @Test(arguments: families.keys.sorted())
  func everyFamilyHasCases(family: String) throws {
    #expect(try !GoldenCase.cases(of: family).isEmpty)
  }

  @Test(arguments: GoldenCase.all)
  func outputsEqualTheReferences(golden: GoldenCase) throws {
    let net = try golden.network(backend)
    let images = try golden.images()
    var found = [("embedding", try net.embedding(images)), ("logits", try net.forward(images))]
    if net.detectionFeatureShapes.isEmpty {
      #expect(throws: NetworkError.noFeatureMaps) { try net.detectionFeatures(images) }
    }
    let maps = net.detectionFeatureShapes.isEmpty ? [] : try net.detectionFeatures(images)
    found += maps.map { ($0.stage, $0.tensor) }
    #expect(found.map(\.0) == golden.manifest["outputs"]?.strings)
    for (name, found) in found {
      let expected = try #require(golden.expected[name]).float32()
      #expect(difference(found, expected) < 1e-4, "\(name)")
    }
    #expect(
      net.detectionFeatureShapes.map(\.shape) == maps.map { Array($0.tensor.shape.dropFirst()) })
    #expect(net.detectionFeatureShapes.map(\.stage) == maps.map(\.stage))
    #expect(found[0].1.shape == [images.shape[0], net.embeddingSize])
  }

  /// A batch gives what its images give one by one, whatever the number of threads, in every
  /// precision and on every kernel path.
  @Test(arguments: GoldenCase.all, Precision.allCases)
  func aBatchIsItsImages(golden: GoldenCase, precision: Precision) throws {
    let images = try golden.images()
    let together = try golden.network(backend, precision: precision).embedding(images)
    let alone = try golden.network(try Backend(threads: 3), precision: precision)
    for index in 0..<images.shape[0] {
      let one = try alone.embedding(Tensor.stack([images[index]]))
      #expect(difference(one, Tensor.stack([together[index]])) < 1e-6, "image \(index)")
    }
  }

  @Test(arguments: GoldenCase.oneOfEach, KernelPath.all.filter(\.runsHere))
  func everyPathGivesTheSame(golden: GoldenCase, path: KernelPath) throws {
    let images = try golden.images()
    let net = try golden.network(try Backend(threads: 2, path: path))
    let expected = try #require(golden.expected["embedding"]).float32()
    #expect(difference(try net.embedding(images), expected) < 1e-4)
  }

  /// The lower precisions are near float32: how near they are in full-size networks, documentation
  /// tells; networks as small as these round more coarsely.
  @Test(arguments: GoldenCase.oneOfEach, [Precision.bf16, .int8])
  func lowerPrecisionsStayNear(golden: GoldenCase, precision: Precision) throws {
    let found = try golden.network(backend, precision: precision).embedding(golden.images())
    let expected = try #require(golden.expected["embedding"]).float32()
    for index in 0..<found.shape[0] {
      let similarity = cosine(found[index].scalars, expected[index].scalars)
      #expect(similarity > (precision == .bf16 ? 0.999 : 0.98), "image \(index)")
    }
  }
}
