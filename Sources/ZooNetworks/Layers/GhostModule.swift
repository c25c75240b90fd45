import ZooTensors

/// An even number of channels of which half are a product, and the others are made of those, each by
/// itself.
///
/// GhostNet's module (https://arxiv.org/abs/1911.11907, section 3.1), which may be gated.
struct GhostModule: MapLayer {
  fileprivate let primary, cheap: MapSequence
  fileprivate let gate: GhostGate?

  var input: MapShape { primary.input }
  var output: MapShape {
    MapShape(channels: 2 * cheap.output.channels, size: cheap.output.size)
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      let half = primary.output.channels
      primary(x, into: y.columns(0..<half), in: workspace)
      cheap(y.columns(0..<half), into: y.columns(half..<2 * half), in: workspace)
      gate?.multiply(y, x, in: workspace)
    }
  }
}

/// A gate that looks along rows and columns of the map at half its size.
///
/// Decoupled fully connected attention (https://arxiv.org/abs/2211.12905, section 3).
private struct GhostGate {
  let layers: MapSequence
  let enlarge: Pooling

  /// y · σ(layers(x)), where each place of the layers' result counts for those that it was made of.
  func multiply(_ y: Matrix, _ x: Matrix, in workspace: Workspace) {
    workspace.scope {
      let gates = workspace.matrix(rows: y.rows, columns: y.columns)
      enlarge(layers(x, in: workspace), into: gates)
      workspace.affine(gates, into: y, combine: .multiply)
    }
  }
}

extension MapBuilder {
  /// A ghost module.
  mutating func append(_ place: GhostPlace, gated: Bool) throws(NetworkError) {
    let half = place.outputs / 2
    var primary = scope(place.name)
    try primary.convNormActivation("primary_conv", half, activation: place.activation)
    var cheap = primary.scope("")
    try cheap.depthwise("cheap_operation", Window(3), activation: place.activation)
    append(
      GhostModule(
        primary: primary.sequence, cheap: cheap.sequence,
        gate: gated ? try gate(scope(place.name), place.outputs) : nil))
  }

  private func gate(_ builder: MapBuilder, _ channels: Int) throws(NetworkError) -> GhostGate {
    var small = builder
    try small.averagePool(.patches(2))
    var layers = small.scope("short_conv")
    try layers.convolution("0", norm: "1", channels)
    try layers.convolution("2", norm: "3", channels, Window(height: 1, width: 5), groups: channels)
    try layers.convolution(
      "4", norm: "5", channels, Window(height: 5, width: 1), groups: channels,
      activation: .sigmoid)
    small.append(layers)
    return GhostGate(
      layers: small.sequence,
      enlarge: Pooling(
        nearest: builder.shape.size, input: small.shape, backend: weights.backend))
  }
}
