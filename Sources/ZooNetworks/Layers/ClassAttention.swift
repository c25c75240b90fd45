import ZooTensors

/// Attention in which the class token alone asks, and all tokens answer.
struct ClassAttention {
  private let heads: Int
  private let query, key, value, projection: Linear

  /// Takes linear layers of these names, and `proj`.
  init(
    size: Int, heads: Int, names: (query: String, key: String, value: String),
    _ weights: Weights
  ) throws(NetworkError) {
    self.heads = heads
    query = try weights.linear(names.query, inputs: size, outputs: size)
    key = try weights.linear(names.key, inputs: size, outputs: size)
    value = try weights.linear(names.value, inputs: size, outputs: size)
    projection = try weights.linear("proj", inputs: size, outputs: size)
  }

  /// y += scale · attention(x), for x [N · T, D] with class tokens first, and y [N, D].
  func add(_ x: Matrix, to y: Matrix, images: Int, scale: Vector? = nil, in workspace: Workspace) {
    let size = x.columns
    let q = workspace.matrix(rows: images, columns: size)
    query(x.tokens(at: 0, images: images), into: q, in: workspace)
    let k = workspace.matrix(rows: x.rows, columns: size)
    key(x, into: k, in: workspace)
    let v = workspace.matrix(rows: x.rows, columns: size)
    value(x, into: v, in: workspace)
    let headSize = size / heads
    let attended = workspace.matrix(rows: images, columns: size)
    workspace.attention(
      q: .perImage(q, headStride: headSize), k: .perImage(k, headStride: headSize),
      v: .perImage(v, headStride: headSize), into: attended, images: images, heads: heads,
      headSize: headSize, valueSize: headSize, scale: 1 / Float(headSize).squareRoot())
    projection(attended, into: y, scale: scale, combine: .add, in: workspace)
  }
}
