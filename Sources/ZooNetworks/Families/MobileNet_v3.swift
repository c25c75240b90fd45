import ZooTensors

/// birder's `MobileNet_v3` class, small and large.
///
/// Searching for MobileNetV3 (https://arxiv.org/abs/1905.02244), tables 1 and 2.
struct MobileNet_v3: ConvolutionalFamily {
  /// Outputs, channels inside, side of the window, stride, excitation, and whether the activation is
  /// the later one.
  private typealias Row = (
    outputs: Int, inner: Int, side: Int, stride: Int, excites: Bool, isLater: Bool
  )
  private static let small: [Row] = [
    (16, 16, 3, 2, true, false), (24, 72, 3, 2, false, false), (24, 88, 3, 1, false, false),
    (40, 96, 5, 2, true, true), (40, 240, 5, 1, true, true), (40, 240, 5, 1, true, true),
    (48, 120, 5, 1, true, true), (48, 144, 5, 1, true, true), (96, 288, 5, 2, true, true),
    (96, 576, 5, 1, true, true), (96, 576, 5, 1, true, true),
  ]
  private static let large: [Row] = [
    (16, 16, 3, 1, false, false), (24, 64, 3, 2, false, false), (24, 72, 3, 1, false, false),
    (40, 72, 5, 2, true, false), (40, 120, 5, 1, true, false), (40, 120, 5, 1, true, false),
    (80, 240, 3, 2, false, true), (80, 200, 3, 1, false, true), (80, 184, 3, 1, false, true),
    (80, 184, 3, 1, false, true), (112, 480, 3, 1, true, true), (112, 672, 3, 1, true, true),
    (160, 672, 5, 2, true, true), (160, 960, 5, 1, true, true), (160, 960, 5, 1, true, true),
  ]

  let network: ConvolutionalNetwork
  /// The size of what lies between the classifier's linear layers.
  private let hidden: Int

  init(_ build: Build) throws(NetworkError) {
    let alpha = try WidthFactor("alpha", build.options)
    let isLarge: Bool = try build.options("large")
    hidden = alpha.width(isLarge ? 1280 : 1024)
    var network = ConvolutionalNetwork(build)
    try network.appendStem(alpha.width(16), activation: .hardSwish)
    let rows = isLarge ? MobileNet_v3.large : MobileNet_v3.small
    try network.append(
      stagesOf: rows.map { row in
        let inner = alpha.width(row.inner)
        let squeeze = makeDivisible(Double(inner / 4), by: 8)
        return InvertedResidual(
          inner: inner, outputs: alpha.width(row.outputs),
          window: Window(row.side, stride: row.stride),
          activation: row.isLater ? .hardSwish : .relu,
          excitation: row.excites ? .init(squeeze: squeeze, gate: .hardSigmoid) : nil)
      })
    try network.finishWithMean(of: network.maps.shape.channels * 6, activation: .hardSwish)
    self.network = network
  }

  /// Two linear layers, unless `mlp_head` says one.
  func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout {
    let bias: Bool = try options("head_bias", default: true)
    guard try options("mlp_head", default: true) else { return .linear(bias: bias) }
    return .mlp(MLPHead(hidden: hidden, activation: .hardSwish, last: "3"), bias: bias)
  }
}
