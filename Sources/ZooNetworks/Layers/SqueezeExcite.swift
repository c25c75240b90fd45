import ZooTensors

/// Channels that are weighed by what the whole map is like: x · gate(fc2(activation(fc1(mean(x))))).
///
/// torchvision's `SqueezeExcitation` (https://arxiv.org/abs/1709.01507), with `fc1` and `fc2`, and an
/// activation of the result.
struct SqueezeExcite: MapLayer {
  let output: MapShape
  private let mean: Pooling
  private let squeeze, excite: Linear
  private let activation, gate, last: Activation

  init(
    _ shape: MapShape, squeeze size: Int, activation: Activation = .relu,
    gate: Activation = .sigmoid, after last: Activation = .identity, _ weights: Weights
  ) throws(NetworkError) {
    output = shape
    mean = .mean(shape, backend: weights.backend)
    squeeze = try weights.scope("fc1").linear(shape: [size, shape.channels, 1, 1])
    excite = try weights.scope("fc2").linear(shape: [shape.channels, size, 1, 1])
    (self.activation, self.gate, self.last) = (activation, gate, last)
  }

  var input: MapShape { output }
  var worksInPlace: Bool { true }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      let images = x.rows / output.area
      let means = workspace.matrix(rows: images, columns: x.columns)
      mean(x, into: means)
      let squeezed = workspace.matrix(rows: images, columns: squeeze.outputs)
      squeeze(means, into: squeezed, activation: activation, in: workspace)
      excite(squeezed, into: means, activation: gate, in: workspace)
      workspace.affine(x, into: y, perImage: means, activation: last, combine: combine)
    }
  }
}

/// Channels that are weighed by all of them without a squeeze: x · gate(fc(mean(x))).
///
/// The effective squeeze-and-excitation of CenterMask (https://arxiv.org/abs/1911.06667), with `fc`
/// unless it has another name.
struct EffectiveSqueezeExcite: MapLayer {
  let output: MapShape
  private let mean: Pooling
  private let excite: Linear
  private let gate: Activation
  private let scale: Vector?

  /// - Parameter scale: a further factor for each channel.
  init(
    _ shape: MapShape, named name: String = "fc", gate: Activation = .hardSigmoid,
    scaledBy scale: Vector? = nil, _ weights: Weights
  ) throws(NetworkError) {
    output = shape
    mean = .mean(shape, backend: weights.backend)
    excite = try weights.scope(name).linear(shape: [shape.channels, shape.channels, 1, 1])
    (self.gate, self.scale) = (gate, scale)
  }

  var input: MapShape { output }
  var worksInPlace: Bool { true }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      let images = x.rows / output.area
      let means = workspace.matrix(rows: images, columns: x.columns)
      let gates = workspace.matrix(rows: images, columns: x.columns)
      mean(x, into: means)
      excite(means, into: gates, activation: gate, scale: scale, in: workspace)
      workspace.affine(x, into: y, perImage: gates, combine: combine)
    }
  }
}
