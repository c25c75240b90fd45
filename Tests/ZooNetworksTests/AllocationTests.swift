import AllocationCounter
import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// What a forward pass takes from the heap once the workspace has grown.
@Suite(.enabled(if: allocations_are_counted())) struct AllocationTests {
  /// Options of a network, by a name.
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [(String, JSONValue)]
  }

  let backend: Backend

  init() throws { backend = try Backend(threads: 1) }

  static let variants = [
    Variant(testDescription: "plain", values: []),
    Variant(
      testDescription: "layer scale, norms, registers",
      values: [
        ("layer_scale_init_value", .number(0.1)), ("qk_norm", .bool(true)),
        ("attn_norm", .bool(true)), ("pre_norm", .bool(true)), ("num_reg_tokens", .integer(4)),
      ]),
    Variant(
      testDescription: "gated, attention pool",
      values: [("mlp_layer_type", .string("SwiGLU_FFN")), ("attn_pool_head", .bool(true))]),
    Variant(
      testDescription: "mean of the tokens",
      values: [("class_token", .bool(false)), ("norm_layer_type", .string("RMSNorm"))]),
    Variant(
      testDescription: "hierarchical stem, efficient probing",
      values: [
        ("stem_type", .string("hmlp")), ("attn_pool_head", .bool(true)),
        ("attn_pool_type", .string("EfficientProbing")),
      ]),
    Variant(
      testDescription: "soft experts",
      values: [
        ("mlp_layer_type", .string("SoftMoE_FFN")), ("soft_moe_num_experts", .integer(3)),
      ]),
  ]

  /// How many pieces of memory `body` takes on this thread, the third time.
  private func allocations(_ body: () throws -> Tensor) rethrows -> Int {
    for _ in 0..<2 { _ = try body() }
    let before = allocations_of_this_thread()
    _ = try body()
    return allocations_of_this_thread() - before
  }

  private func network(
    _ variant: Variant, layers: Int, precision: Precision
  ) throws -> Network {
    var configuration = JSONObject()
    for (name, value) in [
      ("patch_size", 16), ("num_layers", layers), ("num_heads", 2), ("hidden_dim", 64),
      ("mlp_dim", 128),
    ] { configuration[name] = .integer(value) }
    for (name, value) in variant.values { configuration[name] = value }
    // All on this thread, where it is counted.
    return try Network(
      random: "vit", configuration: configuration, size: ImageSize(height: 64, width: 64),
      precision: precision, backend: backend)
  }

  @Test(arguments: variants, Precision.allCases)
  func aPassTakesMemoryForItsResultOnly(variant: Variant, precision: Precision) throws {
    let result = allocations {
      backend.pass { workspace in workspace.matrix(rows: 1, columns: 64).tensor() }
    }
    #expect(result >= 2)
    for (layers, images) in [(2, 1), (2, 3), (8, 1)] {
      let net = try network(variant, layers: layers, precision: precision)
      let batch = Tensor(shape: [images, 3, 64, 64], repeating: 0.5)
      let pass = try allocations { try net.embedding(batch) }
      #expect(pass == result, "\(layers) layers, \(images) images")
    }
  }
}
