import ZooCore
import ZooTensors

/// birder's `RoPE_ViT5` class: a ViT whose patches and registers know their places by rotation.
///
/// ViT-5: Vision Transformers for The Mid-2020s (https://arxiv.org/abs/2602.08071).
struct RoPE_ViT5: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    let (options, weights) = (build.options, build.weights)
    let sizes = try TransformerSizes(options)
    let grids = try build.grids(patchSize: sizes.patch)
    let norm = try NormStyle(options, default: .rms)
    let special = try SpecialTokens(options)
    let hasPreNorm: Bool = try options("pre_norm", default: false)
    let hasPosition: Bool = try options("abs_pos_embed", default: true)
    let _: Bool = try options("pos_embed_antialias", default: false)
    let _: Float = try options("layer_scale_init_value", default: 1e-4)
    let stem = try PatchStem.patchify(
      patchSize: sizes.patch, size: sizes.token, bias: !hasPreNorm, weights)
    let tokens = try TokenEmbedding(
      size: sizes.token, special, grids: grids, position: hasPosition ? .patches : nil, weights)
    // The rotary table is as long as the tokens, which by now are known to exist.
    let style = EncoderBlock.Style(
      size: sizes.token,
      attention: SelfAttention.Style(
        heads: sizes.heads, qkvBias: try options("qkv_bias", default: false),
        qkNorm: try options("qk_norm", default: true) ? norm : nil,
        rotary: try RoPE_ViT5.rotary(options, sizes, special, grid: grids.coming)),
      mlp: try FeedForward.Style(options, hidden: sizes.hidden, norm: norm), norm: norm,
      hasLayerScale: true)
    transformer = VisionTransformer(
      size: sizes.token, grid: grids.coming, stem: stem, tokens: tokens,
      preNorm: hasPreNorm ? try weights.preNorm(options, norm, size: sizes.token) : nil,
      blocks: try weights.blocks(sizes.layers) { _, weights throws(NetworkError) in
        try EncoderBlock(style, weights)
      },
      pool: try TokenPool(options, sizes, norm: norm, special, weights),
      outIndices: try sizes.outIndices(options))
  }

  /// Registers turn as the places of a grid of their own, slower; the class token does not turn.
  private static func rotary(
    _ options: Options, _ sizes: TransformerSizes, _ special: SpecialTokens, grid: ImageSize
  ) throws(NetworkError) -> RotaryTable {
    let places = try RotaryPlaces(options, sizes, temperature: 10000)
    let temperature: Float = try options("rope_reg_temperature", default: 100)
    let side = Int(Double(special.registers).squareRoot())
    let registers = places.ofRegisters(temperature: temperature).angles(
      side * side == special.registers
        ? ImageSize(height: side, width: side)
        : ImageSize(height: special.registers, width: 1))
    let unturned = [Float](
      repeating: 0, count: special.hasClassToken ? places.headSize : 0)
    return places.table(angles: registers + unturned + places.angles(grid))
  }
}

extension RotaryPlaces {
  /// The same without an offset and a reference grid.
  fileprivate func ofRegisters(temperature: Float) -> RotaryPlaces {
    var style = style
    if case .standard(let isXFirst, _, _) = style {
      style = .standard(isXFirst: isXFirst, offset: 0, reference: nil)
    }
    return RotaryPlaces(
      headSize: headSize, temperature: temperature, style: style, pairs: pairs)
  }
}
