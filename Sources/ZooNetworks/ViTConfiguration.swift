import ZooCore
import ZooTensors

/// The options of birder's `ViT` class; each property is named after the option it holds.
struct ViTConfiguration {
  enum Stem: Equatable {
    case patchify
    case hmlp(batchNorm: Bool)
  }

  enum MLP: Equatable {
    case ffn
    case swiglu(normed: Bool)
    case softMoE(experts: Int, slots: Int)
  }

  enum AttentionPoolType {
    case multiHead
    case efficientProbing
  }

  var patchSize: Int
  var layers: Int
  var heads: Int
  var hiddenSize: Int
  var mlpSize: Int
  var hasPositionEmbedding: Bool
  var positionCoversSpecialTokens: Bool
  var stem: Stem
  var hasLayerScale: Bool
  var preNorm: Bool
  var postNorm: Bool
  var normAfterPool: Bool
  var qkvBias: Bool
  var qkNorm: Bool
  var attentionNorm: Bool
  var registers: Int
  var hasClassToken: Bool
  var attentionPool: AttentionPoolType?
  var attentionPoolHeads: Int
  var attentionPoolSpecialTokens: Bool
  var attentionPoolEps: Float
  var attentionPoolActivation: Activation
  var norm: Norm.Kind
  var eps: Float
  var mlp: MLP
  var activation: Activation
  var outIndices: [Int]?
  /// Training with dropout puts a layer before the pre-norm, which moves its key.
  var hasDropout: Bool

  var specialTokens: Int { registers + (hasClassToken ? 1 : 0) }

  init(_ configuration: JSONObject) throws(NetworkError) {
    var options = Options(configuration)
    patchSize = try options.positive("patch_size")
    layers = try options.positive("num_layers")
    heads = try options.positive("num_heads")
    hiddenSize = try options.positive("hidden_dim")
    mlpSize = try options.positive("mlp_dim")
    guard hiddenSize % heads == 0 else {
      throw .invalidOption("num_heads", reason: "is \(heads), which does not divide \(hiddenSize)")
    }
    hasPositionEmbedding = try options.bool("abs_pos_embed", default: true)
    positionCoversSpecialTokens = try options.bool("pos_embed_special_tokens", default: true)
    _ = try options.choice(
      "pos_embed_interpolation_mode", default: "bicubic", ["bicubic": true])
    _ = try options.bool("pos_embed_antialias", default: false)
    let isHMLP = try options.choice(
      "stem_type", default: "patchify", ["patchify": false, "hmlp": true])
    let batchNorm = try options.choice(
      "stem_norm_layer_type", default: "LayerNorm2d", ["LayerNorm2d": false, "BatchNorm2d": true])
    if isHMLP && patchSize != 16 {
      throw .invalidOption("patch_size", reason: "is \(patchSize), but the hMLP stem needs 16")
    }
    if isHMLP && hiddenSize % 4 != 0 {
      throw .invalidOption("hidden_dim", reason: "is \(hiddenSize); the hMLP stem divides it by 4")
    }
    stem = isHMLP ? .hmlp(batchNorm: batchNorm) : .patchify
    hasLayerScale = try options.number("layer_scale_init_value") != nil
    preNorm = try options.bool("pre_norm", default: false)
    postNorm = try options.bool("post_norm", default: true)
    normAfterPool = try options.bool("norm_after_pool", default: false)
    qkvBias = try options.bool("qkv_bias", default: true)
    qkNorm = try options.bool("qk_norm", default: false)
    attentionNorm = try options.bool("attn_norm", default: false)
    registers = try options.integer("num_reg_tokens", default: 0)
    if registers < 0 { throw .invalidOption("num_reg_tokens", reason: "is negative") }
    hasClassToken = try options.bool("class_token", default: true)
    let pools = try options.bool("attn_pool_head", default: false)
    let poolType: AttentionPoolType = try options.choice(
      "attn_pool_type", default: "MultiHeadAttentionPool",
      ["MultiHeadAttentionPool": .multiHead, "EfficientProbing": .efficientProbing])
    attentionPool = pools ? poolType : nil
    attentionPoolHeads = try options.integer(
      "attn_pool_num_heads", default: poolType == .multiHead ? heads : 1)
    attentionPoolSpecialTokens = try options.bool("attn_pool_special_tokens", default: false)
    attentionPoolEps = try options.number("attn_pool_norm_eps") ?? 1e-5
    attentionPoolActivation = try options.activation("attn_pool_act_layer_type") ?? .gelu
    norm = try options.choice(
      "norm_layer_type", default: "LayerNorm", ["LayerNorm": .layer, "RMSNorm": .rms])
    eps = try options.number("norm_layer_eps") ?? 1e-6
    let experts = try options.integer("soft_moe_num_experts", default: 0)
    let slots = try options.integer("soft_moe_num_slots", default: 1)
    let isSoft = try options.choice(
      "mlp_layer_type", default: "FFN",
      [
        "FFN": MLP.ffn, "SwiGLU_FFN": .swiglu(normed: false),
        "Norm_SwiGLU_FFN": .swiglu(normed: true),
        "SoftMoE_FFN": .softMoE(experts: experts, slots: slots),
      ])
    mlp = isSoft
    let usual: Activation = if case .swiglu = mlp { .silu } else { .gelu }
    activation = try options.activation("act_layer_type") ?? usual
    if case .softMoE = mlp, experts < 1 || slots < 1 {
      throw .invalidOption("soft_moe_num_experts", reason: "is \(experts) with \(slots) slots")
    }
    if pools, attentionPoolHeads < 1 || hiddenSize % attentionPoolHeads != 0 {
      throw .invalidOption(
        "attn_pool_num_heads",
        reason: "is \(attentionPoolHeads), which does not divide \(hiddenSize)")
    }
    outIndices = try options.integers("out_indices")
    if let indices = outIndices {
      let count = layers
      outIndices = indices.map { $0 < 0 ? count + $0 : $0 }.sorted()
      if let wrong = indices.first(where: { $0 < -count || $0 >= count }) {
        throw .invalidOption("out_indices", reason: "has \(wrong), but there are \(count) layers")
      }
    }
    hasDropout = (try options.number("dropout") ?? 0) > 0
    for trainingOnly in ["attention_dropout", "projection_dropout", "drop_path_rate"] {
      _ = try options.number(trainingOnly)
    }
    _ = try options.bool("drop_path_uniform", default: false)
    // The classifier's options, which ``Classifier`` reads.
    _ = try options.bool("head_bias", default: true)
    _ = try options.bool("mlp_head", default: false)
    try options.finish()
  }
}
