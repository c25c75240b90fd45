import ZooTensors

/// A head that pools tokens by attention with learned queries.
enum AttentionPool {
  case multiHead(MultiHeadAttentionPool)
  case efficientProbing(EfficientProbing)

  /// What kind of pool it is.
  struct Style {
    enum Kind {
      case multiHead
      case efficientProbing
    }

    var kind = Kind.multiHead
    var heads: Int
    /// The size of what lies between the linear layers of the feed-forward layer, if there is one.
    var hidden: Int
    var eps: Float = 1e-5
    var activation = Activation.gelu
  }

  init(size: Int, _ style: Style, _ weights: Weights) throws(NetworkError) {
    switch style.kind {
    case .multiHead: self = .multiHead(try MultiHeadAttentionPool(size: size, style, weights))
    case .efficientProbing:
      self = .efficientProbing(try EfficientProbing(size: size, style, weights))
    }
  }

  /// Tokens [N · T, D] to embeddings [N, D].
  func callAsFunction(_ tokens: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    switch self {
    case .multiHead(let pool): pool(tokens, images: images, in: workspace)
    case .efficientProbing(let pool): pool(tokens, images: images, in: workspace)
    }
  }
}

/// Attention of one learned query, followed by a feed-forward layer: the head of SigLIP.
struct MultiHeadAttentionPool {
  /// The query after its projection, [1, D].
  private let query: Tensor
  private let keysAndValues: Linear
  private let projection: Linear
  private let norm: Norm
  private let mlp: FFN
  private let heads: Int

  init(size: Int, _ style: AttentionPool.Style, _ weights: Weights) throws(NetworkError) {
    heads = style.heads
    let latent = try weights.tensor("latent", [1, 1, size])
    let queryProjection = try weights.linear("q", inputs: size, outputs: size)
    query = weights.backend.pass { workspace in
      let input = workspace.matrix(rows: 1, columns: size)
      input.fill(from: latent)
      let output = workspace.matrix(rows: 1, columns: size)
      queryProjection(input, into: output, in: workspace)
      return output.tensor()
    }
    keysAndValues = try weights.linear("kv", inputs: size, outputs: 2 * size)
    projection = try weights.linear("proj", inputs: size, outputs: size)
    norm = try weights.norm("norm", NormStyle(kind: .layer, eps: style.eps), size: size)
    mlp = try FFN(
      size: size, hidden: style.hidden, activation: style.activation, weights.scope("mlp"))
  }

  func callAsFunction(_ tokens: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    let size = tokens.columns
    let headSize = size / heads
    let q = workspace.matrix(rows: 1, columns: size)
    q.fill(from: query)
    let kv = workspace.matrix(rows: tokens.rows, columns: 2 * size)
    keysAndValues(tokens, into: kv, in: workspace)
    let pooled = workspace.matrix(rows: images, columns: size)
    workspace.attention(
      q: .shared(q, headStride: headSize),
      k: .perImage(kv.columns(0..<size), headStride: headSize),
      v: .perImage(kv.columns(size..<2 * size), headStride: headSize), into: pooled,
      images: images, heads: heads, headSize: headSize, valueSize: headSize,
      scale: 1 / Float(headSize).squareRoot())
    let result = workspace.matrix(rows: images, columns: size)
    projection(pooled, into: result, in: workspace)
    norm(result, into: pooled)
    mlp(pooled, into: result, combine: .add, in: workspace)
    return result
  }
}

/// Attention of 32 learned queries, each pooling one part of the values
/// (https://arxiv.org/abs/2506.10178).
struct EfficientProbing {
  private static let queryCount = 32

  private let queries: Tensor
  private let values: Linear
  private let heads: Int

  init(size: Int, _ style: AttentionPool.Style, _ weights: Weights) throws(NetworkError) {
    guard size % EfficientProbing.queryCount == 0 else {
      throw .invalidOption(
        "hidden_dim",
        reason: "is \(size); efficient probing needs a multiple of \(EfficientProbing.queryCount)")
    }
    heads = style.heads
    queries = try weights.tensor("latent", [1, EfficientProbing.queryCount, size])
    values = try weights.linear("v", inputs: size, outputs: size)
  }

  func callAsFunction(_ tokens: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    let size = tokens.columns
    let headSize = size / heads
    let q = workspace.matrix(rows: EfficientProbing.queryCount, columns: size)
    q.fill(from: queries)
    let v = workspace.matrix(rows: tokens.rows, columns: size)
    values(tokens, into: v, in: workspace)
    // Each head weighs all values; the mean over heads of the weights is that of the results.
    let mixed = workspace.matrix(rows: images * q.rows, columns: heads * size)
    workspace.attention(
      q: .shared(q, headStride: headSize), k: .perImage(tokens, headStride: headSize),
      v: .perImage(v, headStride: 0), into: mixed, images: images, heads: heads,
      headSize: headSize, valueSize: size, scale: 1 / Float(headSize).squareRoot())
    return workspace.diagonalMean(mixed, images: images, heads: heads)
  }
}
