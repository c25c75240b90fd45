import Testing
import ZooCheckpoint
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// Weights and configurations that do not fit are refused, and the error names what is wrong.
@Suite struct LoadingTests {
  let backend: Backend
  let golden: GoldenCase
  let weights: [String: TensorView]

  init() throws {
    backend = try Backend(threads: 1)
    golden = try #require(GoldenCase.all.first { $0.name == "reg4_ls" })
    let checkpoint = try Checkpoint(path: try golden.path("file"))
    weights = Dictionary(
      uniqueKeysWithValues: checkpoint.stateDict.map { ($0.name, $0.tensor) })
  }

  private func build(
    _ weights: [String: TensorView]? = nil, _ options: JSONObject = JSONObject(),
    classes: Int? = nil, newSize: ImageSize? = nil, family: String = "vit"
  ) throws -> Network {
    try Network(
      family: family, configuration: golden.object("config").merging(options),
      classes: try classes ?? #require(golden.manifest["num_classes"]?.integer),
      size: #require(try golden.size("size")), newSize: newSize,
      weights: weights ?? self.weights, backend: backend)
  }

  private func error(_ body: () throws -> Network) -> NetworkError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? NetworkError
    }
  }

  @Test func everyMissingTensorIsNamed() throws {
    _ = try build()
    for key in weights.keys {
      var fewer = weights
      fewer[key] = nil
      let shape = try #require(weights[key]).shape
      #expect(error { try build(fewer) } == .missingKey(key, shape: shape))
    }
  }

  @Test func everyWrongShapeIsNamed() throws {
    let other = try TensorView(
      dtype: .float32, shape: [5], byteOffset: 0,
      storage: ByteStorage(copying: [UInt8](repeating: 0, count: 20)))
    for (key, view) in weights {
      var changed = weights
      changed[key] = other
      #expect(
        error { try build(changed) } == .wrongShape(key: key, expected: view.shape, found: [5]))
    }
  }

  @Test func unusedAndUnusableTensorsAreNamed() throws {
    var more = weights
    more["extra.weight"] = weights["norm.weight"]
    #expect(error { try build(more) } == .unusedKeys(["extra.weight"]))
    #expect(
      error { try build(classes: 0) } == .unusedKeys(["classifier.bias", "classifier.weight"]))
    var complex = weights
    let shape = try #require(weights["norm.weight"]).shape
    complex["norm.weight"] = try TensorView(
      dtype: .complex64, shape: shape, byteOffset: 0,
      storage: ByteStorage(copying: [UInt8](repeating: 0, count: 8 * shape[0])))
    #expect(
      error { try build(complex) } == .unsupportedDType(key: "norm.weight", dtype: .complex64))
  }

  @Test(arguments: [
    ("patch_size", "0", "is 0, not positive"), ("patch_size", "null", "is 0, not positive"),
    ("num_heads", "5", "is 5, which does not divide 24"),
    ("num_layers", "\"two\"", "is \"two\", but an integer below 2^24 is needed"),
    ("qkv_bias", "1", "is 1, but true or false is needed"),
    (
      "mlp_layer_type", "\"KAN\"",
      "is \"KAN\", but one of FFN, SwiGLU_FFN, Norm_SwiGLU_FFN, SoftMoE_FFN is needed"
    ),
    (
      "act_layer_type", "\"mish\"",
      "is \"mish\", but one of gelu, gelu_tanh, quick_gelu, silu, relu, identity is needed"
    ),
    ("out_indices", "[0, 2]", "has 2, but there are 2 layers"),
    ("rotary", "true", "is not one that this version knows"),
    (
      "pos_embed_interpolation_mode", "\"bilinear\"",
      "is \"bilinear\", but one of bicubic is needed"
    ),
  ])
  func wrongOptionsAreNamed(option: String, value: String, reason: String) throws {
    var options = JSONObject()
    options[option] = try JSONValue(parsing: value)
    #expect(error { try build(nil, options) } == .invalidOption(option, reason: reason))
  }

  @Test func sizesAndFamiliesAreChecked() throws {
    #expect(
      error { try build(newSize: ImageSize(height: 18, width: 16)) }
        == .invalidSize(height: 18, width: 16, reason: "both must be multiples of 4 up to 16384"))
    #expect(
      error { try build(family: "rdnet") } == .unsupportedFamily("rdnet", supported: ["vit"]))
    let net = try build()
    for shape in [[1, 3, 16, 20], [1, 1, 16, 16], [3, 16, 16], [0, 3, 16, 16]] {
      #expect(throws: NetworkError.wrongBatch(expected: "[N, 3, 16, 16]", found: shape)) {
        try net.embedding(Tensor(shape: shape))
      }
    }
  }
}
