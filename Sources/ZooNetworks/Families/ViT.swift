import ZooTensors

/// birder's `ViT` class: a vision transformer with many options.
///
/// An Image is Worth 16x16 Words (https://arxiv.org/abs/2010.11929); registers: Vision Transformers
/// Need Registers (https://arxiv.org/abs/2309.16588).
struct ViT: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    transformer = try VisionTransformer(vit: build)
  }
}

/// The names of `stem_norm_layer_type`.
private enum StemNorm: OptionChoice {
  case layer, batch
  static var choices: KeyValuePairs<String, StemNorm> {
    ["LayerNorm2d": .layer, "BatchNorm2d": .batch]
  }
}

/// The names of `stem_type`.
private enum StemKind: OptionChoice {
  case patchify, hmlp
  static var choices: KeyValuePairs<String, StemKind> { ["patchify": .patchify, "hmlp": .hmlp] }
}

extension VisionTransformer {
  /// A transformer with the options of birder's `ViT` class.
  ///
  /// - Parameters:
  ///   - coversSpecialTokens: whether a position embedding covers the special tokens too, where no
  ///     option says so.
  ///   - rotary: makes the rotary position embedding of a network that has one, from the sizes and
  ///     the number of special tokens.
  init(
    vit build: Build, coversSpecialTokens: Bool = true,
    rotary: (TransformerSizes, _ specialTokens: Int) throws(NetworkError) -> RotaryTable? = {
      _, _ in nil
    }
  ) throws(NetworkError) {
    let (options, weights) = (build.options, build.weights)
    let sizes = try TransformerSizes(options)
    let grids = try build.grids(patchSize: sizes.patch)
    let norm = try NormStyle(options)
    let hasPreNorm: Bool = try options("pre_norm", default: false)
    let special = try SpecialTokens(options)
    let hasPosition: Bool = try options("abs_pos_embed", default: true)
    let covers: Bool = try options("pos_embed_special_tokens", default: coversSpecialTokens)
    let stem = try VisionTransformer.stem(build, sizes, bias: !hasPreNorm)
    let tokens = try TokenEmbedding(
      size: sizes.token, special, grids: grids,
      position: hasPosition ? (covers ? .specialTokensAndPatches : .patches) : nil,
      filter: try options("pos_embed_interpolation_mode", default: .bicubic),
      antialias: try options("pos_embed_antialias", default: false), weights)
    // The rotary table is as long as the tokens, which by now are known to exist.
    let style = EncoderBlock.Style(
      size: sizes.token,
      attention: SelfAttention.Style(
        heads: sizes.heads, qkvBias: try options("qkv_bias", default: true),
        qkNorm: try options("qk_norm", default: false) ? norm : nil,
        norm: try options("attn_norm", default: false) ? norm : nil,
        rotary: try rotary(sizes, special.count)),
      mlp: try FeedForward.Style(options, hidden: sizes.hidden, norm: norm), norm: norm,
      hasLayerScale: try options.optional("layer_scale_init_value") as Float? != nil)
    self.init(
      size: sizes.token, grid: grids.coming, stem: stem, tokens: tokens,
      preNorm: hasPreNorm ? try weights.preNorm(options, norm, size: sizes.token) : nil,
      blocks: try weights.blocks(sizes.layers) { index, weights throws(NetworkError) in
        var style = style
        // Soft experts stand in the second half of the blocks.
        if case .softMoE = style.mlp.kind, index < sizes.layers / 2 { style.mlp.kind = .ffn }
        return try EncoderBlock(style, weights)
      },
      pool: try TokenPool(
        options, sizes, norm: norm, special,
        afterPool: try options("norm_after_pool", default: false), weights),
      outIndices: try sizes.outIndices(options))
  }

  private static func stem(
    _ build: Build, _ sizes: TransformerSizes, bias: Bool
  ) throws(NetworkError) -> PatchStem {
    let (options, weights) = (build.options, build.weights)
    let kind: StemKind = try options("stem_type", default: .patchify)
    let norm: StemNorm = try options("stem_norm_layer_type", default: .layer)
    guard kind == .hmlp else {
      return try .patchify(
        patchSize: sizes.patch, newSize: build.patchSize, size: sizes.token, bias: bias, weights)
    }
    let needed = HMLPStem.patchSize
    if let patch = [sizes.patch, build.patchSize].compactMap(\.self).first(where: { $0 != needed })
    {
      throw .invalidOption(
        "patch_size", reason: "is \(patch), but the hMLP stem needs \(needed)")
    }
    guard sizes.token % 4 == 0 else {
      throw .invalidOption(
        "hidden_dim", reason: "is \(sizes.token); the hMLP stem divides it by 4")
    }
    return .hmlp(
      try HMLPStem(
        size: sizes.token, batchNorm: norm == .batch, build.maps.scope("conv_proj")))
  }
}
