import ZooTensors

/// Multi-head self-attention with its projections.
struct SelfAttention {
  /// What kind of attention it is.
  struct Style {
    var heads: Int
    /// Elements of a head, where heads together are not as wide as tokens.
    var headSize: Int?
    var qkvBias = true
    var projectionBias = true
    /// A norm of each head's queries and keys.
    var qkNorm: NormStyle?
    /// A norm between attention and projection.
    var norm: NormStyle?
    /// Turns queries and keys by their tokens' places.
    var rotary: RotaryTable?
  }

  private let heads, headSize: Int
  private let qkv: Linear
  private let queryNorm: Norm?
  private let keyNorm: Norm?
  private let rotary: RotaryTable?
  private let norm: Norm?
  private let projection: Linear

  /// Takes `qkv`, `proj`, and the norms `q_norm`, `k_norm` and `norm` where there are such.
  init(size: Int, _ style: Style, _ weights: Weights) throws(NetworkError) {
    heads = style.heads
    let headSize = style.headSize ?? size / heads
    self.headSize = headSize
    let inner = heads * headSize
    qkv = try weights.linear("qkv", inputs: size, outputs: 3 * inner, bias: style.qkvBias)
    queryNorm = try style.qkNorm.map { style throws(NetworkError) in
      try weights.norm("q_norm", style, size: headSize)
    }
    keyNorm = try style.qkNorm.map { style throws(NetworkError) in
      try weights.norm("k_norm", style, size: headSize)
    }
    rotary = style.rotary
    norm = try style.norm.map { style throws(NetworkError) in
      try weights.norm("norm", style, size: inner)
    }
    projection = try weights.linear(
      "proj", inputs: inner, outputs: size, bias: style.projectionBias)
  }

  /// y += scale · attention(x); see the call.
  func add(
    _ x: Matrix, to y: Matrix, images: Int, only token: Int? = nil, scale: Vector?,
    in workspace: Workspace
  ) {
    self(x, into: y, images: images, only: token, scale: scale, combine: .add, in: workspace)
  }

  /// y = combine(scale · attention(x)), for x [N · T, D].
  ///
  /// - Parameter token: the place in each image's sequence of the only token whose result is
  ///   needed: y is then [N, D]. `nil` for all: y is [N · T, D].
  func callAsFunction(
    _ x: Matrix, into y: Matrix, images: Int, only token: Int? = nil, scale: Vector?,
    combine: Combine, in workspace: Workspace
  ) {
    workspace.scope {
      let size = heads * headSize
      let mixed = workspace.matrix(rows: x.rows, columns: 3 * size)
      qkv(x, into: mixed, in: workspace)
      let (k, v) = (mixed.columns(size..<2 * size), mixed.columns(2 * size..<3 * size))
      var q = mixed.columns(0..<size)
      if rotary == nil, let token { q = q.tokens(at: token, images: images) }
      queryNorm?(q, into: q)
      keyNorm?(k, into: k)
      if let rotary {
        rotary(q, heads: heads, in: workspace)
        rotary(k, heads: heads, in: workspace)
        if let token { q = q.tokens(at: token, images: images) }
      }
      let attended = workspace.matrix(rows: y.rows, columns: size)
      workspace.attention(
        q: .perImage(q, headStride: headSize), k: .perImage(k, headStride: headSize),
        v: .perImage(v, headStride: headSize), into: attended, images: images, heads: heads,
        headSize: headSize, valueSize: headSize, scale: 1 / Float(headSize).squareRoot())
      norm?(attended, into: attended)
      projection(attended, into: y, scale: scale, combine: combine, in: workspace)
    }
  }
}

extension Matrix {
  /// The row of one token of each image: from [N · T, D] to [N, D], in place.
  func tokens(at place: Int, images: Int) -> Matrix {
    rows(from: place, step: rows / images, count: images)
  }
}
