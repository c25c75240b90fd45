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
    try plan.append(to: &network, excitation: 0.25, activation: .silu) {
      stage, _, branch, isFirst in
      stage.append(branch, addingInput: !isFirst)
    }
    try network.finishWithMean(of: size, activation: .silu)
    self.network = network
  }
}
