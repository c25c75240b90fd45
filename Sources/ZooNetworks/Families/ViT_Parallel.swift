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
  private let attentions: Branches<SelfAttention>
  private let mlps: Branches<FeedForward>

  init(_ style: EncoderBlock.Style, branches: Int, _ weights: Weights) throws(NetworkError) {
    attentions = try Branches(branches, style, "attn_blocks", weights) {
      weights throws(NetworkError) in
      try SelfAttention(size: style.size, style.attention, weights)
    }
    mlps = try Branches(branches, style, "mlp_blocks", weights) { weights throws(NetworkError) in
      try FeedForward(size: style.size, style.mlp, weights)
    }
  }

  func callAsFunction(_ x: Matrix, images: Int, only token: Int?, in workspace: Workspace) {
    let y = token.map { x.tokens(at: $0, images: images) } ?? x
    attentions.forEach(of: x, in: workspace) { attention, normed, scale in
      attention.add(normed, to: y, images: images, only: token, scale: scale, in: workspace)
    }
    mlps.forEach(of: y, in: workspace) { mlp, normed, scale in
      mlp.add(normed, to: y, images: images, scale: scale, in: workspace)
    }
  }
}

/// Layers beside each other, each with a norm before it and perhaps a scale behind it.
private struct Branches<Layer: Sendable> {
  private struct Branch: Sendable {
    let norm: Norm
    let layer: Layer
    let scale: Vector?
  }
  private let branches: [Branch]

  init(
    _ count: Int, _ style: EncoderBlock.Style, _ name: String, _ weights: Weights,
    _ make: (Weights) throws(NetworkError) -> Layer
  ) throws(NetworkError) {
    branches = try (0..<count).map { index throws(NetworkError) in
      let weights = weights.scope("\(name).\(index)")
      return Branch(
        norm: try weights.norm("0", style.norm, size: style.size),
        layer: try make(weights.scope("1")),
        scale: style.hasLayerScale ? try weights.factors("2.gamma", size: style.size) : nil)
    }
  }

  /// Gives `body` each layer with the norm of x [rows, D], as x is before the first call, and the
  /// scale.
  func forEach(
    of x: Matrix, in workspace: Workspace, _ body: (Layer, _ normed: Matrix, Vector?) -> Void
  ) {
    workspace.scope {
      let all = workspace.matrix(rows: branches.count * x.rows, columns: x.columns)
      func normed(_ index: Int) -> Matrix {
        all.rows(index * x.rows..<(index + 1) * x.rows)
      }
      for index in branches.indices { branches[index].norm(x, into: normed(index)) }
      for index in branches.indices {
        body(branches[index].layer, normed(index), branches[index].scale)
      }
    }
  }
}
