import ZooCore
import ZooTensors

/// The sizes that every kind of vision transformer is given.
struct TransformerSizes {
  /// Height and width of a patch in pixels.
  let patch: Int
  /// How many blocks there are.
  let layers: Int
  /// How many heads attention has.
  let heads: Int
  /// The size of a token, D.
  let token: Int
  /// The size of what lies between the linear layers of a feed-forward layer.
  let hidden: Int

  init(_ options: Options) throws(NetworkError) {
    patch = try options.integer("patch_size")
    layers = try options.integer("num_layers")
    heads = try options.integer("num_heads")
    token = try options.integer("hidden_dim")
    hidden = try options.integer("mlp_dim")
    guard token % heads == 0 else {
      throw .invalidOption("num_heads", reason: "is \(heads), which does not divide \(token)")
    }
  }

  /// The option `out_indices`: the blocks whose outputs are feature maps, counted from the first or,
  /// below 0, from the last.
  func outIndices(_ options: Options) throws(NetworkError) -> [Int]? {
    guard let indices: [Int] = try options.optional("out_indices") else { return nil }
    if let wrong = indices.first(where: { $0 < -layers || $0 >= layers }) {
      throw .invalidOption("out_indices", reason: "has \(wrong), but there are \(layers) layers")
    }
    return indices.map { $0 < 0 ? layers + $0 : $0 }.sorted()
  }
}

/// What stands before the patches in a sequence of tokens: registers, then a class token.
struct SpecialTokens {
  let registers: Int
  let hasClassToken: Bool

  /// How many there are.
  var count: Int { registers + (hasClassToken ? 1 : 0) }

  /// The options `num_reg_tokens` and `class_token`.
  init(_ options: Options) throws(NetworkError) {
    registers = try options.integer("num_reg_tokens", default: 0, in: 0...)
    hasClassToken = try options("class_token", default: true)
  }
}

extension TokenEmbedding {
  /// Tokens with registers and a class token, and `pos_embedding`.
  init(
    size: Int, _ special: SpecialTokens, grids: PatchGrids,
    position coverage: Coverage?, filter: ResizeFilter = .bicubic, antialias: Bool = false,
    _ weights: Weights
  ) throws(NetworkError) {
    try self.init(
      size: size,
      special: [
        ("reg_tokens", special.registers), ("class_token", special.hasClassToken ? 1 : 0),
      ],
      position: coverage.map { ("pos_embedding", $0) }, grids: grids, filter: filter,
      antialias: antialias, weights)
  }
}

extension Weights {
  /// The norm before the blocks.
  ///
  /// Training with the option `dropout` puts a layer before it, which moves its key.
  func preNorm(_ options: Options, _ norm: NormStyle, size: Int) throws(NetworkError) -> Norm {
    let dropout: Float = try options("dropout", default: 0)
    return try self.norm("encoder.pre_block.\(dropout > 0 ? 1 : 0)", norm, size: size)
  }

  /// Blocks, each from its index and its weights `encoder.block.INDEX`.
  func blocks(
    _ count: Int, _ make: (Int, Weights) throws(NetworkError) -> any TransformerBlock
  ) throws(NetworkError) -> [any TransformerBlock] {
    try (0..<count).map { index throws(NetworkError) in
      try make(index, scope("encoder.block.\(index)").ofBlock)
    }
  }
}

extension NormStyle {
  /// The options `norm_layer_type` and `norm_layer_eps`.
  init(_ options: Options, default usual: Norm.Kind = .layer) throws(NetworkError) {
    kind = try options("norm_layer_type", default: usual)
    eps = try options("norm_layer_eps", default: 1e-6)
  }
}

extension FeedForward.Style.Kind {
  /// The names of `mlp_layer_type`.
  enum Name: OptionChoice {
    case ffn, swiglu, normedSwiglu, softMoE

    static var choices: KeyValuePairs<String, Name> {
      [
        "FFN": .ffn, "SwiGLU_FFN": .swiglu, "Norm_SwiGLU_FFN": .normedSwiglu,
        "SoftMoE_FFN": .softMoE,
      ]
    }
  }
}

extension FeedForward.Style {
  /// The options `mlp_layer_type`, `act_layer_type` and those of a soft mixture of experts.
  init(_ options: Options, hidden: Int, norm: NormStyle) throws(NetworkError) {
    let experts = try options.integer("soft_moe_num_experts", default: 0, in: 0...)
    let slots = try options.integer("soft_moe_num_slots", default: 1)
    self.hidden = hidden
    switch try options("mlp_layer_type", default: Kind.Name.ffn) {
    case .ffn: kind = .ffn
    case .swiglu: kind = .swiglu(norm: nil)
    case .normedSwiglu: kind = .swiglu(norm: norm)
    case .softMoE:
      guard experts > 0 else {
        throw .invalidOption("soft_moe_num_experts", reason: "is missing")
      }
      kind = .softMoE(experts: experts, slots: slots, eps: norm.eps)
    }
    let usual: Activation = if case .swiglu = kind { .silu } else { .gelu }
    activation = try options("act_layer_type", default: usual)
  }
}

extension AttentionPool.Style.Kind: OptionChoice {
  static var choices: KeyValuePairs<String, AttentionPool.Style.Kind> {
    ["MultiHeadAttentionPool": .multiHead, "EfficientProbing": .efficientProbing]
  }
}

extension TokenPool {
  /// The options of the pool and of the norms around it.
  ///
  /// - Parameters:
  ///   - special: what stands before the patches.
  ///   - afterPool: whether the norm of a network that has one comes after the pool.
  init(
    _ options: Options, _ sizes: TransformerSizes, norm style: NormStyle,
    _ special: SpecialTokens, afterPool: Bool = false, _ weights: Weights
  ) throws(NetworkError) {
    specialTokens = special.count
    let kind: AttentionPool.Style.Kind = try options("attn_pool_type", default: .multiHead)
    let attention = AttentionPool.Style(
      kind: kind,
      heads: try options.integer(
        "attn_pool_num_heads", default: kind == .multiHead ? sizes.heads : 1),
      hidden: sizes.hidden, eps: try options("attn_pool_norm_eps", default: 1e-5),
      activation: try options("attn_pool_act_layer_type", default: .gelu))
    let withSpecialTokens: Bool = try options("attn_pool_special_tokens", default: false)
    if try options("attn_pool_head", default: false) {
      guard sizes.token % attention.heads == 0 else {
        throw .invalidOption(
          "attn_pool_num_heads",
          reason: "is \(attention.heads), which does not divide \(sizes.token)")
      }
      self.kind = .attention(
        try AttentionPool(size: sizes.token, attention, weights.scope("attn_pool")),
        withSpecialTokens: withSpecialTokens)
    } else {
      self.kind = special.hasClassToken ? .token(special.registers) : .mean
    }
    let isNormed: Bool = try options("post_norm", default: true)
    norm = isNormed && !afterPool ? try weights.norm("norm", style, size: sizes.token) : nil
    embeddingNorm =
      isNormed && afterPool
      ? try weights.norm("embedding_norm", style, size: sizes.token) : nil
  }
}

extension ResizeFilter: OptionChoice {
  static var choices: KeyValuePairs<String, ResizeFilter> {
    ["bilinear": .bilinear, "bicubic": .bicubic]
  }
}
