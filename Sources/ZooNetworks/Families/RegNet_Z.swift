import ZooTensors

/// birder's `RegNet_Z` class: RegNets whose blocks are widened inside.
///
/// Fast and Accurate Model Scaling (https://arxiv.org/abs/2103.06877).
struct RegNet_Z: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let plan = try RegNetPlan(build.options, multiplier: 4)
    let size = try build.options.integer("num_features")
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("")
    try stem.convNormActivation(
      "stem", RegNetPlan.stemWidth, Window(3, stride: 2), activation: .silu)
    network.append(stem)
    for (index, sizes) in plan.stages.enumerated() {
      var stage = network.maps.body("body.stage\(index + 1).block")
      for unit in 0..<sizes.depth {
        let stride = unit == 0 ? 2 : 1
        let block = stage.scope("\(unit)")
        let branch = try sizes.bottleneck(
          block, stride: stride, excitation: 0.25, activation: .silu)
        if stride == 1, block.shape.channels == sizes.width {
          stage.append(Residual(branch))
        } else {
          stage.append(branch)
        }
      }
      network.append(stage, stage: "stage\(index + 1)")
    }
    var features = network.maps.body("features")
    try features.convNormActivation("0", size, activation: .silu)
    features.globalPool()
    network.finish(features)
    self.network = network
  }
}
