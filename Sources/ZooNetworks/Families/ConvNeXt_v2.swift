import ZooTensors

/// birder's `ConvNeXt_v2` class: ConvNeXt V2: Co-designing and Scaling ConvNets with Masked
/// Autoencoders (https://arxiv.org/abs/2301.00808).
struct ConvNeXt_v2: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try .convNeXt(build) { block, branch throws(NetworkError) in
      let channels = block.shape.channels
      try branch.linear("3", 4 * channels, activation: .gelu)
      let norm = branch.weights.scope("5")
      let shape = [1, 1, 1, 4 * channels]
      branch.append(
        GlobalResponseNorm(
          output: branch.shape,
          norm: ResponseNorm(
            gamma: try norm.tensor("gamma", shape), input: branch.shape,
            backend: norm.backend)))
      // What the norm adds is added by the next layer.
      let shift = BatchNorm(shift: try norm.scale("beta", shape))
      try branch.linear("6", channels, after: shift)
    }
  }
}

/// Global response normalisation, but for its summand.
private struct GlobalResponseNorm: InPlaceLayer {
  let output: MapShape
  let norm: ResponseNorm

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    norm(x, into: y, combine: combine, in: workspace)
  }
}
