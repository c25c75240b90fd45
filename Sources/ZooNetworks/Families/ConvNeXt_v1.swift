import ZooTensors

/// birder's `ConvNeXt_v1` class: A ConvNet for the 2020s (https://arxiv.org/abs/2201.03545).
struct ConvNeXt_v1: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try .convNeXt(build) { block, branch throws(NetworkError) in
      let channels = block.shape.channels
      try branch.linear("3", 4 * channels, activation: .gelu)
      try branch.linear(
        "5", channels, scaledBy: try block.weights.scale("layer_scale", [channels, 1, 1]))
    }
  }
}

extension ConvolutionalNetwork {
  /// What the versions of ConvNeXt have in common.
  ///
  /// - Parameter mlp: adds to the branch of a block, which has a convolution and a norm, what follows
  ///   them.
  static func convNeXt(
    _ build: Build,
    mlp: (_ block: MapBuilder, _ branch: inout MapBuilder) throws(NetworkError) -> Void
  ) throws(NetworkError) -> ConvolutionalNetwork {
    let widths: [Int] = try build.options("in_channels")
    let depths = try build.options.depths("num_layers", of: widths)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution("0", widths[0], .patches(4))
    try stem.norm("1", NormStyle(kind: .layer, eps: 1e-5))
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      let width = widths[index]
      if index > 0 {
        try stage.norm("0.0")
        try stage.convolution("0.1", width, .patches(2))
      }
      let first = index > 0 ? 1 : 0
      for number in first..<first + depths[index] {
        let block = stage.scope("\(number)")
        var branch = block.scope("block")
        try branch.convolution("0", width, Window(7), groups: width)
        try branch.norm("2")
        try mlp(block, &branch)
        stage.append(Residual(branch))
      }
    }
    var features = network.maps.scope("features")
    features.globalPool()
    try features.norm("1")
    network.finish(features)
    return network
  }
}
