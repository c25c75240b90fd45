import ZooTensors

/// birder's `ReXNet_Lite` class: each block has a few more channels than the one before.
///
/// Rethinking Channel Dimensions for Efficient Model Design (https://arxiv.org/abs/2007.00992).
struct ReXNet_Lite: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let factor = try WidthFactor("width_multiplier", build.options)
    let divisor = try build.options.integer("channel_divisor", default: 8)
    let sides = try ReXNet_Lite.sides(build.options)
    // The first widths do not become less than usual.
    let first = 1 / min(1, factor.value)
    func width(_ base: Double) -> Int {
      makeDivisible((base * factor.value).rounded(.toNearestOrEven), by: divisor)
    }
    var network = ConvolutionalNetwork(build)
    try network.appendStem(width(32 * first), activation: .relu6)
    var inputs = network.maps.shape.channels
    var base = 16 * first
    var blocks: [InvertedResidual] = []
    for (group, side) in zip(ReXNet_Lite.groups, sides) {
      for index in 0..<group.depth {
        let isFirst = blocks.isEmpty
        if !isFirst { base += 164 / 15 }
        blocks.append(
          InvertedResidual(
            inner: isFirst ? inputs : makeDivisible(Double(6 * inputs), by: divisor),
            outputs: width(base), window: Window(side, stride: index == 0 ? group.stride : 1),
            activation: .relu6))
        inputs = width(base)
      }
    }
    for (number, blocks) in stages(of: blocks, beginningWhere: \.isStrided).enumerated() {
      var stage = network.maps.body("body.stage\(number)")
      for (index, block) in blocks.enumerated() {
        let name = "\(index).block"
        if !block.isStrided, stage.shape.channels < block.outputs {
          stage.append(WideningResidual(branch: try stage.branch(of: block, name).sequence))
        } else {
          try stage.append(block, name)
        }
      }
      network.append(stage, stage: number == 0 ? nil : "stage\(number)")
    }
    var features = network.maps.body("features")
    try features.convNormActivation("0", Int(1280 * max(1, factor.value)), activation: .relu6)
    features.globalPool()
    try features.convolution("2", norm: "3", 1024, bias: true, activation: .relu6)
    network.finish(features)
    self.network = network
  }

  /// Depth and first stride of each group of blocks.
  private static let groups: [(depth: Int, stride: Int)] = [
    (1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (5, 2),
  ]

  /// The side of the window in each group, a digit in an option.
  private static func sides(_ options: Options) throws(NetworkError) -> [Int] {
    let digits: String = try options("kernel_config", default: "333333")
    let sides = digits.compactMap(\.wholeNumberValue)
    guard digits.count == groups.count, sides.count == groups.count,
      sides.allSatisfy({ $0 % 2 == 1 })
    else {
      throw .invalidOption("kernel_config", reason: "is \(digits), not six odd digits")
    }
    return sides
  }

  package func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout {
    .convolution("classifier.0")
  }
}

/// branch(x), to whose first channels x is added.
private struct WideningResidual: MapLayer {
  let branch: MapSequence

  var input: MapShape { branch.input }
  var output: MapShape { branch.output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      branch(x, into: y, in: workspace)
      workspace.affine(x, into: y.columns(0..<x.columns), combine: .add)
    }
  }
}
