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

  /// How many pieces of memory the third pass takes, on its own thread and no other.
  private func allocations(
    _ variant: Variant, layers: Int, images: Int, precision: Precision
  ) throws -> Int {
    var configuration = JSONObject()
    for (name, value) in [
      ("patch_size", 16), ("num_layers", layers), ("num_heads", 2), ("hidden_dim", 64),
      ("mlp_dim", 128),
    ] { configuration[name] = .integer(value) }
    for (name, value) in variant.values { configuration[name] = value }
    let net = try Network(
      random: "vit", configuration: configuration, size: ImageSize(height: 64, width: 64),
      precision: precision, backend: try Backend(threads: 1))
    let batch = Tensor(shape: [images, 3, 64, 64], repeating: 0.5)
    for _ in 0..<2 { _ = try net.embedding(batch) }
    let before = allocations_of_this_thread()
    let embedding = try net.embedding(batch)
    let count = allocations_of_this_thread() - before
    #expect(embedding.shape == [images, 64])
    return count
  }

  @Test(arguments: variants, Precision.allCases)
  func aPassTakesNothingForItsLayersAndImages(variant: Variant, precision: Precision) throws {
    let few = try allocations(variant, layers: 2, images: 1, precision: precision)
    let many = try allocations(variant, layers: 8, images: 3, precision: precision)
    #expect(few == many)
    // The result: its shape and its elements.
    #expect(few == 2)
  }

  /// Or nothing above would mean anything.
  @Test func allocationsAreSeen() {
    let before = allocations_of_this_thread()
    let array = [Int](repeating: 7, count: 1000 + before % 2)
    #expect(array.count >= 1000)
    #expect(allocations_of_this_thread() > before)
  }
}
