import ZooTensors

extension MapBuilder {
  /// Squeeze-and-excitation (https://arxiv.org/abs/1709.01507): channels weighed by what the whole map
  /// is like, x · gate(fc2(activation(fc1(mean(x))))), and an activation of the result.
  ///
  /// - Parameter size: the channels that `fc1` squeezes to.
  mutating func squeezeExcite(
    _ name: String, squeeze size: Int, activation: Activation = .relu,
    gate: Activation = .sigmoid, after last: Activation = .identity
  ) throws(NetworkError) {
    var gates = float32(name)
    gates.globalPool()
    try gates.convolution("fc1", size, activation: activation)
    try gates.convolution("fc2", shape.channels, activation: gate)
    append(Gated(by: gates, activation: last))
  }

  /// The effective squeeze-and-excitation of CenterMask (https://arxiv.org/abs/1911.06667), which does
  /// without a squeeze: x · gate(layer(mean(x))).
  ///
  /// - Parameters:
  ///   - name: that of the layer.
  ///   - scale: a further factor for each channel.
  mutating func effectiveSqueezeExcite(
    _ name: String, gate: Activation = .hardSigmoid, scaledBy scale: [Double]? = nil
  ) throws(NetworkError) {
    var gates = float32("")
    gates.globalPool()
    try gates.convolution(name, shape.channels, activation: gate)
    if let scale { gates.append(BatchNorm(scale: scale)) }
    append(Gated(by: gates))
  }
}

/// Channels with a factor each that the map itself gives: activation(x · gates(x)).
private struct Gated: InPlaceLayer {
  private let gates: MapSequence
  private let activation: Activation

  /// - Parameter gates: what makes one place of the map.
  init(by gates: MapBuilder, activation: Activation = .identity) {
    self.gates = gates.sequence
    self.activation = activation
  }

  var output: MapShape { gates.input }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      workspace.affine(
        x, into: y, perImage: gates(x, in: workspace), activation: activation, combine: combine)
    }
  }
}
