import ZooTensors

/// A convolution that was trained as branches whose results are added, in networks with
/// structural reparameterisation; checkpoints have the branches or what became of them.
struct MergedConvolution {
  var outputs: Int
  var window: Window
  var groups = 1
  /// How many channels an excitation squeezes the result to; `nil` without one.
  var squeeze: Int?
  var activation = Activation.relu
}

extension MapBuilder {
  /// The kernel `name.reparam_conv` if the weights have that, else the sum of `branches`.
  ///
  /// After it come an excitation `name.se`, if there is one, and the activation.
  mutating func append(
    _ layer: MergedConvolution, _ name: String,
    branches: (_ block: Weights, _ shape: [Int]) throws(NetworkError) -> [Kernel]
  ) throws(NetworkError) {
    try checkGroups(layer.groups, layer.outputs)
    let block = weights.scope(name)
    let kernel = layer.window.kernel
    let shape = [layer.outputs, self.shape.channels / layer.groups, kernel.height, kernel.width]
    try append(
      block.isReparameterized("reparam_conv.weight")
        ? try Kernel(shape, block.scope("reparam_conv"))
        : .sum(of: try branches(block, shape)),
      layer.window, groups: layer.groups,
      activation: layer.squeeze == nil ? layer.activation : .identity)
    if let squeeze = layer.squeeze {
      try squeezeExcite(name + ".se", squeeze: squeeze, after: layer.activation)
    }
  }

  /// MobileOne's block (https://arxiv.org/abs/2206.04040): `branches` convolutions, one of single
  /// places beside those of larger windows, and a norm of the input where the result has its shape.
  mutating func mobileOne(
    _ layer: MergedConvolution, _ name: String, branches: Int
  ) throws(NetworkError) {
    let (channels, isStrided) = (shape.channels, layer.window.stride.height > 1)
    try append(layer, name) { block, shape throws(NetworkError) in
      var kernels = try (0..<branches).map { index throws(NetworkError) in
        try Kernel(shape, normedIn: block.scope("rbr_conv.\(index)"))
      }
      if layer.window.taps > 1 {
        kernels.append(try Kernel(Array(shape[..<2]) + [1, 1], normedIn: block.scope("rbr_scale")))
      }
      if channels == layer.outputs, !isStrided {
        kernels.append(
          try .identity(channels: channels, groups: layer.groups, norm: block.scope("rbr_skip")))
      }
      return kernels
    }
  }

  /// RepVGG's block (https://arxiv.org/abs/2101.03697): a convolution, one of single places, and a
  /// norm of the input where the result has its shape.
  mutating func repVGG(_ layer: MergedConvolution, _ name: String) throws(NetworkError) {
    let (channels, isStrided) = (shape.channels, layer.window.stride.height > 1)
    try append(layer, name) { block, shape throws(NetworkError) in
      var kernels = [
        try Kernel(shape, normedIn: block.scope("conv_kxk")),
        try Kernel(Array(shape[..<2]) + [1, 1], normedIn: block.scope("conv_1x1")),
      ]
      if channels == layer.outputs, !isStrided {
        kernels.append(
          try .identity(
            channels: channels, groups: layer.groups, norm: block.scope("rbr_identity")))
      }
      return kernels
    }
  }
}
