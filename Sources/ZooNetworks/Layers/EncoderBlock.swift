import ZooTensors

/// A layer that transforms a sequence of tokens.
protocol TransformerBlock: Sendable {
  /// Transforms the tokens x [N · T, D] in place.
  ///
  /// - Parameter token: the place in each image's sequence of the only token whose result is
  ///   needed; the rows of the others are then undefined. `nil` for all.
  func callAsFunction(_ x: Matrix, images: Int, only token: Int?, in workspace: Workspace)
}

/// The block of most vision transformers: x + ls1 · attention(norm1(x)), then x + ls2 · mlp(norm2(x)).
struct EncoderBlock: TransformerBlock {
  /// What the blocks of a network have in common.
  struct Style {
    /// The size of a token, D.
    var size: Int
    var attention: SelfAttention.Style
    var mlp: FeedForward.Style
    var norm: NormStyle
    var hasLayerScale: Bool
  }

  private let norm1: Norm
  private let attention: SelfAttention
  private let layerScale1: Vector?
  private let norm2: Norm
  private let mlp: FeedForward
  private let layerScale2: Vector?

  init(_ style: Style, _ weights: Weights) throws(NetworkError) {
    let size = style.size
    norm1 = try weights.norm("norm1", style.norm, size: size)
    attention = try SelfAttention(size: size, style.attention, weights.scope("attn"))
    norm2 = try weights.norm("norm2", style.norm, size: size)
    mlp = try FeedForward(size: size, style.mlp, weights.scope("mlp"))
    let hasScale = style.hasLayerScale
    layerScale1 = hasScale ? try weights.factors("layer_scale_1.gamma", size: size) : nil
    layerScale2 = hasScale ? try weights.factors("layer_scale_2.gamma", size: size) : nil
  }

  func callAsFunction(_ x: Matrix, images: Int, only token: Int?, in workspace: Workspace) {
    // A soft mixture of experts mixes the tokens once more, after attention.
    let token = mlp.mixesTokens ? nil : token
    let y = token.map { x.tokens(at: $0, images: images) } ?? x
    workspace.scope {
      let normed = workspace.matrix(rows: x.rows, columns: x.columns)
      norm1(x, into: normed)
      attention.add(
        normed, to: y, images: images, only: token, scale: layerScale1, in: workspace)
    }
    workspace.scope {
      let normed = workspace.matrix(rows: y.rows, columns: y.columns)
      norm2(y, into: normed)
      mlp.add(normed, to: y, images: images, scale: layerScale2, in: workspace)
    }
  }
}
