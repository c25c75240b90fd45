import ZooTensors

/// A convolution and an activation.
struct ConvolutionLayer: MapLayer {
  let convolution: Convolution
  let activation: Activation

  var input: MapShape { convolution.input }
  var output: MapShape { convolution.output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    convolution(x, into: y, activation: activation, combine: combine, in: workspace)
  }
}

/// A factor and a summand for each channel, and an activation: a BatchNorm that stands alone.
struct ScaleShift: InPlaceLayer {
  private let scale, shift: Vector
  private let activation: Activation
  let output: MapShape

  init(_ norm: BatchNorm, shape: MapShape, activation: Activation) {
    scale = Vector(norm.scale.map { Float($0) })
    shift = Vector(norm.shift.map { Float($0) })
    (output, self.activation) = (shape, activation)
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.affine(
      x, into: y, scale: scale, shift: shift, activation: activation, combine: combine)
  }
}

/// A norm over the channels of each place, and an activation.
struct ChannelNorm: InPlaceLayer {
  private let norm: Norm
  private let activation: Activation
  let output: MapShape

  init(norm: Norm, shape: MapShape, activation: Activation) {
    (self.norm, output, self.activation) = (norm, shape, activation)
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in norm(x, into: y, activation: activation) }
  }
}

/// A norm over all channels and places of an image.
struct ImageNorm: InPlaceLayer {
  let norm: GroupNorm
  let output: MapShape

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    norm(x, into: y, combine: combine, in: workspace)
  }
}
