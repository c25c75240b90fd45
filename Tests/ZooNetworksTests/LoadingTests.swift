import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// Weights that do not fit are refused, and the error names what is wrong.
@Suite struct LoadingTests {
  let backend: Backend

  init() throws { backend = try Backend(threads: 1) }

  private func build(
    _ golden: GoldenCase, _ weights: [String: TensorView], classes: Int? = nil,
    newSize: ImageSize? = nil
  ) throws -> VisionNetwork {
    try VisionNetwork(
      family: golden.family, configuration: golden.configuration,
      classes: classes ?? golden.classes, size: golden.size, newSize: newSize,
      weights: weights, backend: backend)
  }

  private func error(_ body: () throws -> VisionNetwork) -> NetworkError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? NetworkError
    }
  }

  @Test(arguments: GoldenCase.oneOfEach)
  func everyMissingTensorIsNamed(golden: GoldenCase) throws {
    let weights = try golden.weights(backend)
    _ = try build(golden, weights)
    for key in weights.keys where !key.hasSuffix("num_batches_tracked") {
      var fewer = weights
      fewer[key] = nil
      let shape = try #require(weights[key]).shape
      #expect(error { try build(golden, fewer) } == .missingKey(key, shape: shape))
    }
  }

  @Test(arguments: GoldenCase.oneOfEach)
  func everyWrongShapeIsNamed(golden: GoldenCase) throws {
    let weights = try golden.weights(backend)
    let other = try TensorView(
      dtype: .float32, shape: [7], byteOffset: 0,
      storage: ByteStorage(copying: [UInt8](repeating: 0, count: 28)))
    for (key, view) in weights where !key.hasSuffix("num_batches_tracked") {
      var changed = weights
      changed[key] = other
      #expect(
        error { try build(golden, changed) }
          == .wrongShape(key: key, expected: view.shape, found: [7]))
    }
  }

  @Test(arguments: GoldenCase.oneOfEach)
  func unusedAndUnusableTensorsAreNamed(golden: GoldenCase) throws {
    let weights = try golden.weights(backend)
    let key = try #require(weights.keys.sorted().first)
    let view = try #require(weights[key])
    var more = weights
    more["extra.weight"] = view
    #expect(error { try build(golden, more) } == .unusedKeys(["extra.weight"]))
    var complex = weights
    complex[key] = try TensorView(
      dtype: .complex64, shape: view.shape, byteOffset: 0,
      storage: ByteStorage(copying: [UInt8](repeating: 0, count: 8 * view.count)))
    #expect(
      error { try build(golden, complex) } == .unsupportedDType(key: key, dtype: .complex64))
  }

  @Test(arguments: GoldenCase.oneOfEach)
  func theClassifierIsTakenByItsSizeOrNotAtAll(golden: GoldenCase) throws {
    let weights = try golden.weights(backend)
    let without = try VisionNetwork.stateDictShapes(
      family: golden.family, configuration: golden.configuration, classes: 0, size: golden.size,
      reparameterized: golden.reparameterized, backend: backend)
    let own = weights.keys.filter { without[$0] == nil }.sorted()
    #expect(!own.isEmpty)
    #expect(error { try build(golden, weights, classes: 0) } == .unusedKeys(own))
    func network(_ weights: [String: TensorView]) throws -> VisionNetwork {
      try VisionNetwork(
        family: golden.family, configuration: golden.configuration, classes: nil,
        size: golden.size, weights: weights, backend: backend)
    }
    #expect(try network(weights).classes == golden.classes)
    #expect(try network(weights.filter { without[$0.key] != nil }).classes == 0)
  }

  @Test(arguments: GoldenCase.oneOfEach)
  func batchesAndSizesAreChecked(golden: GoldenCase) throws {
    let weights = try golden.weights(backend)
    let net = try build(golden, weights)
    let (height, width) = (net.inputSize.height, net.inputSize.width)
    let expected =
      net.naflexPatchSize.map { "[N, 3, H, W] with H and W multiples of \($0)" }
      ?? "[N, 3, \(height), \(width)]"
    for shape in [
      [1, 3, height, width + 1], [1, 1, height, width], [3, height, width], [0, 3, height, width],
    ] {
      #expect(throws: NetworkError.wrongBatch(expected: expected, found: shape)) {
        try net.embedding(Tensor(shape: shape))
      }
    }
    for size in [ImageSize(height: 0, width: 16), ImageSize(height: 16, width: 1 << 20)] {
      #expect(
        error { try build(golden, weights, newSize: size) }
          == .invalidSize(size, reason: "both must be from 1 to 16384"))
    }
  }

  @Test func anUnknownFamilyIsNamed() throws {
    #expect(
      error {
        try VisionNetwork(
          family: "perceptron", configuration: JSONObject(), classes: 0,
          size: ImageSize(height: 8, width: 8), weights: [:], backend: backend)
      } == .unsupportedFamily("perceptron", supported: families.keys.sorted()))
  }
}
