import ZooTensors

/// birder's `DeiT` class: a ViT with a second class token, that learned from a teacher.
///
/// The embedding of an image is both tokens, one after the other. Training data-efficient image
/// transformers & distillation through attention (https://arxiv.org/abs/2012.12877).
struct DeiT: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    let (options, weights) = (build.options, build.weights)
    let sizes = try TransformerSizes(options)
    let grids = try build.grids(patchSize: sizes.patch)
    let _: Bool = try options("pos_embed_antialias", default: false)
    let style = EncoderBlock.Style(
      size: sizes.token, attention: SelfAttention.Style(heads: sizes.heads),
      mlp: FeedForward.Style(hidden: sizes.hidden), norm: .layer, hasLayerScale: false)
    transformer = VisionTransformer(
      size: sizes.token, grid: grids.coming,
      stem: try .patchify(patchSize: sizes.patch, size: sizes.token, weights),
      tokens: try TokenEmbedding(
        size: sizes.token, special: [("class_token", 1), ("dist_token", 1)],
        position: ("pos_embedding", .specialTokensAndPatches), grids: grids, weights),
      preNorm: nil,
      blocks: try weights.blocks(sizes.layers) { _, weights throws(NetworkError) in
        try EncoderBlock(style, weights)
      },
      pool: TokenPool(
        kind: .firstTokens(2), specialTokens: 2,
        norm: try weights.norm("norm", .layer, size: sizes.token), embeddingNorm: nil),
      outIndices: try sizes.outIndices(options))
  }

  /// Each token has a classifier; the logits are their mean.
  func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout {
    try .mean(
      of: [("classifier", transformer.size), ("dist_classifier", transformer.size)], options)
  }
}
