import ZooTensors

/// birder's `MNASNet` class, variant B.
///
/// MnasNet: Platform-Aware Neural Architecture Search for Mobile (https://arxiv.org/abs/1807.11626).
struct MNASNet: ConvolutionalFamily {
  /// The groups of each stage: how much wider their blocks are inside, outputs, side of the window,
  /// and depth.
  private static let stages: [[(expansion: Int, outputs: Int, side: Int, depth: Int)]] = [
    [(3, 24, 3, 3)], [(3, 40, 5, 3)], [(6, 80, 5, 3), (6, 96, 3, 2)],
    [(6, 192, 5, 4), (6, 320, 3, 1)],
  ]

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let alpha = try WidthFactor("alpha", build.options)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convNormActivation("0", alpha.width(32), Window(3, stride: 2))
    try stem.depthwise("1", Window(3))
    try stem.convNormActivation("2", alpha.width(16), activation: .identity)
    network.append(stem)
    for (number, groups) in MNASNet.stages.enumerated() {
      var stage = network.maps.body("body.stage\(number + 1)")
      for (index, group) in groups.enumerated() {
        for unit in 0..<group.depth {
          let stride = index == 0 && unit == 0 ? 2 : 1
          let block = InvertedResidual(
            inner: stage.shape.channels * group.expansion, outputs: alpha.width(group.outputs),
            window: Window(group.side, stride: stride), activation: .relu)
          try stage.append(block, "\(index).layers.\(unit).block")
        }
      }
      network.append(stage, stage: "stage\(number + 1)")
    }
    try network.finishWithMean(of: 1280, activation: .relu)
    self.network = network
  }
}
