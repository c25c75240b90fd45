import ZooTensors

/// birder's `ViT_Parallel` class: blocks of several attentions, then several feed-forward layers,
/// that all see the same tokens.
///
/// Three things everyone should know about Vision Transformers (https://arxiv.org/abs/2203.09795).
struct ViT_Parallel: VisionTransformerFamily {
  let transformer: VisionTransformer

  init(_ build: Build) throws(NetworkError) {
    let (options, weights) = (build.options, build.weights)
    let sizes = try TransformerSizes(options)
    let grids = try build.grids(patchSize: sizes.patch)
    let norm = try NormStyle(options)
    let special = try SpecialTokens(options)
    let branches = try options.integer("num_parallel")
    let _: Bool = try options("pos_embed_antialias", default: false)
    let style = EncoderBlock.Style(
      size: sizes.token,
      attention: SelfAttention.Style(
        heads: sizes.heads, qkvBias: try options("qkv_bias", default: true)),
      mlp: FeedForward.Style(hidden: sizes.hidden), norm: norm,
      hasLayerScale: try options.optional("layer_scale_init_value") as Float? != nil)
    transformer = VisionTransformer(
      size: sizes.token, grid: grids.coming,
      stem: try .patchify(patchSize: sizes.patch, size: sizes.token, weights),
      tokens: try TokenEmbedding(
        size: sizes.token, special, grids: grids, position: .specialTokensAndPatches, weights),
      preNorm: nil,
      blocks: try weights.blocks(sizes.layers) { _, weights throws(NetworkError) in
        try ParallelBlock(style, branches: branches, weights)
      },
      pool: TokenPool(
        kind: special.hasClassToken ? .token(special.registers) : .mean,
        specialTokens: special.count,
        norm: try weights.norm("norm", norm, size: sizes.token), embeddingNorm: nil),
      outIndices: try sizes.outIndices(options))
  }
}

/// x + Σ ls · attention(norm(x)), then x + Σ ls · mlp(norm(x)).
private struct ParallelBlock: TransformerBlock {
  private let attentionInputs: Branches
  private let attentions: [SelfAttention]
  private let mlpInputs: Branches
  private let mlps: [FeedForward]

  init(_ style: EncoderBlock.Style, branches: Int, _ weights: Weights) throws(NetworkError) {
    let attention = (0..<branches).map { weights.scope("attn_blocks.\($0)") }
    attentionInputs = try Branches(style, attention)
    attentions = try attention.map { weights throws(NetworkError) in
      try SelfAttention(size: style.size, style.attention, weights.scope("1"))
    }
    let mlp = (0..<branches).map { weights.scope("mlp_blocks.\($0)") }
    mlpInputs = try Branches(style, mlp)
    mlps = try mlp.map { weights throws(NetworkError) in
      try FeedForward(size: style.size, style.mlp, weights.scope("1"))
    }
  }

  func callAsFunction(_ x: Matrix, images: Int, only token: Int?, in workspace: Workspace) {
    let y = token.map { x.tokens(at: $0, images: images) } ?? x
    workspace.scope {
      let normed = attentionInputs.normed(x, in: workspace)
      for index in attentions.indices {
        attentions[index].add(
          normed.rows(index * x.rows..<(index + 1) * x.rows), to: y, images: images, only: token,
          scale: attentionInputs.scales[index], in: workspace)
      }
    }
    workspace.scope {
      let normed = mlpInputs.normed(y, in: workspace)
      for index in mlps.indices {
        mlps[index].add(
          normed.rows(index * y.rows..<(index + 1) * y.rows), to: y, images: images,
          scale: mlpInputs.scales[index], in: workspace)
      }
    }
  }
}

/// What stands before and after the layers of parallel branches.
private struct Branches {
  private let norms: [Norm]
  let scales: [Vector?]

  init(_ style: EncoderBlock.Style, _ weights: [Weights]) throws(NetworkError) {
    norms = try weights.map { weights throws(NetworkError) in
      try weights.norm("0", style.norm, size: style.size)
    }
    scales = try weights.map { weights throws(NetworkError) in
      style.hasLayerScale ? try weights.factors("2.gamma", size: style.size) : nil
    }
  }

  /// The norms of x [rows, D], one below the other: all branches see x as it was before the first
  /// sum.
  func normed(_ x: Matrix, in workspace: Workspace) -> Matrix {
    let result = workspace.matrix(rows: norms.count * x.rows, columns: x.columns)
    for index in norms.indices {
      norms[index](x, into: result.rows(index * x.rows..<(index + 1) * x.rows))
    }
    return result
  }
}
