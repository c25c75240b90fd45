import ZooTensors

/// Attention between all places of a map.
struct MapAttention: MapLayer {
  let output: MapShape
  private let attention: SelfAttention
  private let scale: Vector?

  /// - Parameter scale: factors of the result, such as a layer scale.
  init(
    _ shape: MapShape, _ style: SelfAttention.Style, scaledBy scale: [Double]? = nil,
    _ weights: Weights
  ) throws(NetworkError) {
    output = shape
    attention = try SelfAttention(size: shape.channels, style, weights)
    self.scale = scale.map { Vector($0.map { Float($0) }) }
  }

  var input: MapShape { output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    attention(
      x, into: y, images: x.rows / output.area, scale: scale, combine: combine, in: workspace)
  }
}
