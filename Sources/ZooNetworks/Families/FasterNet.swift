import ZooTensors

/// birder's `FasterNet` class.
///
/// Run, Don't Walk: Chasing Higher FLOPS for Faster Neural Networks
/// (https://arxiv.org/abs/2303.03667).
struct FasterNet: ConvolutionalFamily {
  /// One channel in so many takes part in the convolutions of 3 x 3.
  private static let divisor = 4
  private static let embeddingSize = 1280

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let depths: [Int] = try build.options("depths")
    let width = try build.options.integer("embed_dim", in: FasterNet.divisor...)
    let activation: Activation = try build.options("act_layer_name")
    guard (1...8).contains(depths.count), depths.allSatisfy({ $0 >= 0 }) else {
      throw .invalidOption("depths", reason: "is \(depths), not one to eight depths")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution(
      "proj", norm: "norm", width, .patches(4), bias: false)
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      if index > 0 {
        try stage.convolution(
          "0.reduction", norm: "0.norm", width << index, .patches(2),
          bias: false)
      }
      let name = "\(stage.layers.count).blocks"
      for number in 0..<depths[index] {
        var branch = stage.scope("\(name).\(number)")
        let channels = branch.shape.channels
        let convolved = channels / FasterNet.divisor
        var part = branch.part("spatial_mixing", channels: convolved)
        try part.convolution("partial_conv3", convolved, Window(3), bias: false)
        branch.append(
          ChannelSplit([part, branch.part("", channels: channels - convolved)]))
        try branch.convolution(
          "mlp.0", norm: "mlp.1", 2 * channels, bias: false, activation: activation)
        try branch.convolution("mlp.3", channels, bias: false)
        stage.append(Residual(branch))
      }
    }
    var features = network.maps.body("features")
    features.globalPool()
    try features.convolution(
      "1", FasterNet.embeddingSize, bias: false, activation: activation)
    network.finish(features)
    self.network = network
  }
}
