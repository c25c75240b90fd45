import ZooTensors

/// birder's `StarNet` class.
///
/// Rewrite the Stars (https://arxiv.org/abs/2403.19967).
struct StarNet: ConvolutionalFamily {
  private static let stemWidth = 32

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let width = try build.options.integer("base_dim")
    let depths: [Int] = try build.options("depths")
    let ratio: Double = try build.options("mlp_ratio")
    guard (1...8).contains(depths.count), depths.allSatisfy({ $0 >= 0 }) else {
      throw .invalidOption("depths", reason: "is \(depths), not one to eight depths")
    }
    guard ratio > 0, ratio <= 64 else {
      throw .invalidOption("mlp_ratio", reason: "is \(ratio), not above 0 and at most 64")
    }
    var network = ConvolutionalNetwork(build)
    try network.appendStem(StarNet.stemWidth, activation: .relu6)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      let channels = width << index
      let inner = Int(ratio * Double(channels))
      try stage.convNormActivation(
        "downsample", channels, Window(3, stride: 2), activation: .identity)
      for number in 0..<depths[index] {
        var branch = stage.scope("blocks.\(number)")
        try branch.depthwise("dwconv1", Window(7), activation: .identity)
        var gate = branch.scope("")
        try gate.convolution("f1", inner, activation: .relu6)
        var gated = branch.scope("")
        try gated.convolution("f2", inner)
        branch.append(Product(gated, gate))
        try branch.convNormActivation("g", channels, activation: .identity)
        try branch.convolution("dwconv2", channels, Window(7), groups: channels)
        stage.append(Residual(branch))
      }
    }
    // The reference norms each place, and then takes the mean, which is the same.
    var features = network.maps.scope("features")
    features.globalPool()
    try features.batchNorm("0")
    network.finish(features)
    self.network = network
  }
}
