import ZooTensors

/// birder's `MobileNet_v1` class: convolutions of single channels and of single places in turn.
///
/// MobileNets (https://arxiv.org/abs/1704.04861).
struct MobileNet_v1: ConvolutionalFamily {
  /// The blocks of each stage, which doubles the width.
  private static let depths = [2, 2, 6, 2]

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let base = Int(32 * (try WidthFactor("alpha", build.options).value))
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convNormActivation("0", base, Window(3, stride: 2))
    try stem.depthwise("1", Window(3))
    try stem.convNormActivation("2", 2 * base)
    network.append(stem)
    try network.appendStages(MobileNet_v1.depths.count) { stage, index throws(NetworkError) in
      for block in 0..<MobileNet_v1.depths[index] {
        try stage.depthwise("\(block).dpw_bn_conv.0", Window(3, stride: block == 0 ? 2 : 1))
        try stage.convNormActivation("\(block).dpw_bn_conv.1", base << (index + 2))
      }
    }
    network.finishWithMean()
    self.network = network
  }
}
