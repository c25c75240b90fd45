import ZooTensors

/// birder's `MobileNet_v2` class: blocks that are wide inside.
///
/// MobileNetV2: Inverted Residuals and Linear Bottlenecks (https://arxiv.org/abs/1801.04381).
struct MobileNet_v2: ConvolutionalFamily {
  /// Blocks of one width: how much wider they are inside, their outputs, their number, and the stride
  /// of the first.
  private static let settings = [
    (expansion: 1, outputs: 16, depth: 1, stride: 1), (6, 24, 2, 2), (6, 32, 3, 2),
    (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
  ]

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let alpha = try WidthFactor("alpha", build.options)
    let stemWidth = alpha.width(32)
    var network = ConvolutionalNetwork(build)
    try network.appendStem(stemWidth, activation: .relu6)
    var blocks: [InvertedResidual] = []
    for (expansion, outputs, depth, stride) in MobileNet_v2.settings {
      for index in 0..<depth {
        blocks.append(
          InvertedResidual(
            inner: (blocks.last?.outputs ?? stemWidth) * expansion,
            outputs: alpha.width(outputs), window: Window(3, stride: index == 0 ? stride : 1),
            activation: .relu6))
      }
    }
    try network.append(stagesOf: blocks)
    let size = makeDivisible(1280 * max(1, alpha.value), by: 8)
    try network.finishWithMean(of: size, activation: .relu6)
    self.network = network
  }
}
