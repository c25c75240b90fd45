import ZooTensors

/// A transformer block: x + ls1 · attention(norm1(x)), then x + ls2 · mlp(norm2(x)).
struct EncoderBlock {
  private let norm1: Norm
  private let qkv: Linear
  private let queryNorm: Norm?
  private let keyNorm: Norm?
  private let attentionNorm: Norm?
  private let projection: Linear
  private let layerScale1: Vector?
  private let norm2: Norm
  private let mlp: FeedForward
  private let layerScale2: Vector?
  private let heads: Int

  init(_ configuration: ViTConfiguration, mlp: ViTConfiguration.MLP, _ weights: Weights)
    throws(NetworkError)
  {
    let size = configuration.hiddenSize
    let (kind, eps) = (configuration.norm, configuration.eps)
    heads = configuration.heads
    let attention = weights.scope("attn")
    norm1 = try weights.norm("norm1", kind, size: size, eps: eps)
    qkv = try attention.linear(
      "qkv", inputs: size, outputs: 3 * size, bias: configuration.qkvBias)
    if configuration.qkNorm {
      queryNorm = try attention.norm("q_norm", kind, size: size / heads, eps: eps)
      keyNorm = try attention.norm("k_norm", kind, size: size / heads, eps: eps)
    } else {
      (queryNorm, keyNorm) = (nil, nil)
    }
    attentionNorm =
      configuration.attentionNorm ? try attention.norm("norm", kind, size: size, eps: eps) : nil
    projection = try attention.linear("proj", inputs: size, outputs: size)
    norm2 = try weights.norm("norm2", kind, size: size, eps: eps)
    self.mlp = try FeedForward(mlp, configuration, weights.scope("mlp"))
    if configuration.hasLayerScale {
      layerScale1 = Vector(try weights.tensor("layer_scale_1.gamma", [size]).scalars)
      layerScale2 = Vector(try weights.tensor("layer_scale_2.gamma", [size]).scalars)
    } else {
      (layerScale1, layerScale2) = (nil, nil)
    }
  }

  /// Transforms the tokens x [N · T, D] in place.
  ///
  /// - Parameter token: the place in each image's sequence of the only token whose result is
  ///   needed; the rows of the others are then undefined. `nil` for all.
  func callAsFunction(
    _ x: Matrix, images: Int, only token: Int? = nil, in workspace: Workspace
  ) {
    let size = x.columns
    // A soft mixture of experts mixes the tokens once more, after attention.
    let token = mlp.mixesTokens ? nil : token
    func needed(_ matrix: Matrix) -> Matrix {
      guard let token else { return matrix }
      return matrix.rows(from: token, step: matrix.rows / images, count: images)
    }
    let y = needed(x)
    workspace.scope {
      let normed = workspace.matrix(rows: x.rows, columns: size)
      norm1(x, into: normed)
      let mixed = workspace.matrix(rows: x.rows, columns: 3 * size)
      qkv(normed, into: mixed, in: workspace)
      let (q, k, v) = (
        needed(mixed.columns(0..<size)), mixed.columns(size..<2 * size),
        mixed.columns(2 * size..<3 * size)
      )
      queryNorm?(q, into: q)
      keyNorm?(k, into: k)
      let headSize = size / heads
      let attended = normed.rows(0..<y.rows)
      workspace.attention(
        q: .perImage(q, headStride: headSize), k: .perImage(k, headStride: headSize),
        v: .perImage(v, headStride: headSize), into: attended, images: images, heads: heads,
        headSize: headSize, valueSize: headSize, scale: 1 / Float(headSize).squareRoot())
      attentionNorm?(attended, into: attended)
      projection(attended, into: y, scale: layerScale1, combine: .add, in: workspace)
    }
    workspace.scope {
      let normed = workspace.matrix(rows: y.rows, columns: size)
      norm2(y, into: normed)
      mlp.add(normed, to: y, images: images, scale: layerScale2, in: workspace)
    }
  }
}
