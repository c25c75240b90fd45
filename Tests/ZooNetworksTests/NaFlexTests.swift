import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// Networks that take images of any number of patches.
@Suite struct NaFlexTests {
  /// What birder computes for masked batches; `Fixtures/make_naflex.py` says how.
  static let cases = (try? GoldenCase.cases(of: "naflex_vit", in: "naflex.safetensors")) ?? []

  let backend: Backend

  init() throws { backend = try Backend(threads: 2) }

  @Test func thereAreCases() { #expect(Self.cases.count >= 22) }

  /// The images of one size of birder's padded batch, and their places in it.
  private func batches(of golden: GoldenCase, patch: Int) throws -> [(indices: [Int], Tensor)] {
    let grids = try #require(golden.manifest["grids"]?.array).map { try #require($0.integers) }
    return try Dictionary(grouping: grids.indices) { grids[$0] }.map { grid, indices in
      let images = try indices.map { index in
        try #require(
          madeUpTensor(
            "image\(index)", [3, grid[0] * patch, grid[1] * patch],
            rules: [MadeUpRule(suffix: "", center: 0, scale: 2)])
        ).float32()
      }
      return (indices, Tensor.stack(images))
    }
  }

  @Test(arguments: cases)
  func imagesGiveWhatTheyGiveInAMaskedBatch(golden: GoldenCase) throws {
    let net = try golden.network(backend)
    let patch = try #require(net.naflexPatchSize)
    for (name, run) in [("embedding", net.embedding), ("logits", net.forward)] {
      let expected = try #require(golden.expected[name]).float32()
      var rows = [[Float]](repeating: [], count: expected.shape[0])
      for (indices, images) in try batches(of: golden, patch: patch) {
        let found = try run(images)
        for (row, index) in indices.enumerated() { rows[index] = found[row].scalars }
      }
      let found = Tensor(shape: expected.shape, scalars: rows.flatMap(\.self))
      #expect(difference(found, expected) < 1e-4, "\(name)")
    }
  }

  @Test(arguments: [Precision.bf16, .int8])
  func lowerPrecisionsStayNear(precision: Precision) throws {
    let golden = try #require(Self.cases.first)
    let net = try golden.network(backend, precision: precision)
    let expected = try #require(golden.expected["embedding"]).float32()
    for (indices, images) in try batches(of: golden, patch: 4) {
      let found = try net.embedding(images)
      for (row, index) in indices.enumerated() {
        let similarity = cosine(found[row].scalars, expected[index].scalars)
        #expect(similarity > (precision == .bf16 ? 0.999 : 0.98), "image \(index)")
      }
    }
  }

  @Test func featureMapsHaveTheImagesShape() throws {
    let net = try #require(Self.cases.first).network(backend)
    let images = Tensor(shape: [2, 3, 12, 28])
    #expect(try net.detectionFeatures(images).map(\.tensor.shape) == [[2, 16, 3, 7]])
  }

  @Test(arguments: [
    [1, 3, 16, 26], [1, 3, 0, 24], [1, 3, 18, 24], [1, 1, 16, 24], [0, 3, 8, 8],
  ])
  func whatIsNoWholeNumberOfPatchesIsRefused(shape: [Int]) throws {
    let net = try #require(Self.cases.first).network(backend)
    let error = #expect(throws: NetworkError.self) { try net.embedding(Tensor(shape: shape)) }
    #expect("\(try #require(error))".contains("multiples of 4"))
  }

  @Test func otherFamiliesTakeOneSize() throws {
    let golden = try #require(GoldenCase.all.first { $0.family == "vit" })
    let net = try golden.network(backend)
    #expect(net.naflexPatchSize == nil)
    #expect(throws: NetworkError.fixedAspectRatio(flexible: ["naflex_vit"])) {
      try net.requiredNaflexPatchSize
    }
    let size = try golden.size
    #expect(throws: NetworkError.self) {
      try net.embedding(Tensor(shape: [1, 3, size.height * 2, size.width]))
    }
  }

  @Test func familiesAreAskedForWhatTheyCan() throws {
    func check(_ family: String, _ patchSize: Int?, _ anyGrid: Bool = false) throws {
      try VisionNetwork.architecture(of: family, patchSize: patchSize, anyGrid: anyGrid)
    }
    try check("vit", nil)
    try check("flexivit", 8)
    try check("naflex_vit", 8, true)
    let flexible = ["flexivit", "naflex_vit"]
    #expect(throws: NetworkError.fixedPatchSize(flexible: flexible)) { try check("vit", 16) }
    #expect(throws: NetworkError.fixedAspectRatio(flexible: ["naflex_vit"])) {
      try check("flexivit", nil, true)
    }
    for size in [0, -1] {
      #expect(throws: NetworkError.invalidOption("patch_size", reason: "is \(size), not positive"))
      { try check("flexivit", size) }
    }
  }

  private func network(_ options: JSONValue, patchSize: Int? = nil) throws -> VisionNetwork {
    var configuration = try #require(Self.cases.first).configuration
    for (key, value) in try #require(options.object) { configuration[key] = value }
    return try VisionNetwork(
      family: "naflex_vit", configuration: configuration, classes: 0,
      size: ImageSize(side: 32), patchSize: patchSize,
      weights: Weights(madeUpIn: .f32, backend: backend))
  }

  @Test func sampledPositionsAreNotAntialiased() throws {
    func option(of options: JSONValue) -> String? {
      let error = #expect(throws: NetworkError.self) { try network(options) }
      return if case .invalidOption(let option, _) = error { option } else { nil }
    }
    #expect(option(of: ["pos_embed_antialias": true]) == "pos_embed_antialias")
    #expect(
      option(of: ["naflex_pos_embed_resize_mode": "nearest"]) == "naflex_pos_embed_resize_mode")
  }

  @Test func patchesOfAStemOfConvolutionsStayAsTheyAre() throws {
    let options: JSONValue = [
      "patch_size": 16, "stem_type": "hmlp", "stem_norm_layer_type": "LayerNorm2d",
    ]
    #expect(try network(options, patchSize: 16).naflexPatchSize == 16)
    #expect(throws: NetworkError.self) { try network(options, patchSize: 8) }
  }

  @Test func positionsOfFewGridsAreKept() {
    let base = Tensor(shape: [2, 3, 5], scalars: (0..<30).map(Float.init))
    let positions = GridPositions(base, .bicubic, antialias: false, limit: 5 * 40)
    #expect(positions[nil] == base && positions[ImageSize(height: 2, width: 3)] == base)
    #expect(positions.count == 0)
    let wide = positions[ImageSize(height: 2, width: 10)]
    #expect(wide.shape == [2, 10, 5])
    _ = positions[ImageSize(height: 4, width: 5)]
    #expect(positions.count == 2)
    #expect(positions[ImageSize(height: 2, width: 10)] == wide && positions.count == 2)
    _ = positions[ImageSize(height: 1, width: 1)]
    #expect(positions.count == 1)
    #expect(positions[ImageSize(height: 9, width: 9)].shape == [9, 9, 5] && positions.count == 1)
  }
}
