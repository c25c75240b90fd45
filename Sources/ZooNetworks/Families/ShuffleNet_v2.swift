import ZooTensors

/// birder's `ShuffleNet_v2` class.
///
/// ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design
/// (https://arxiv.org/abs/1807.11164).
struct ShuffleNet_v2: ConvolutionalFamily {
  private static let depths = [4, 8, 4]

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let widths: [Int] = try build.options("out_channels")
    guard widths.count == ShuffleNet_v2.depths.count + 2, widths.allSatisfy({ $0 > 0 }),
      widths[1...3].allSatisfy({ $0 % 2 == 0 })
    else {
      throw .invalidOption(
        "out_channels", reason: "is \(widths), not five widths, even in between")
    }
    var network = ConvolutionalNetwork(build)
    try network.appendStem(widths[0], activation: .relu)
    var pooled = network.maps.scope("")
    try pooled.maxPool(Window(3, stride: 2))
    network.append(pooled, stage: "stage1")
    try network.appendStages(ShuffleNet_v2.depths.count) { stage, index throws(NetworkError) in
      for unit in 0..<ShuffleNet_v2.depths[index] {
        stage.append(
          try ShuffleUnit(stage.scope("\(unit)"), widths[index + 1], strides: unit == 0))
      }
    }
    try network.finishWithMean(of: widths[4], activation: .relu)
    self.network = network
  }
}

/// Two branches, whose channels take turns in the result: they are shuffled.
///
/// A unit that strides has two branches of its input; any other passes one half of the channels on as
/// it is.
private struct ShuffleUnit: MapLayer {
  let input: MapShape
  private let half: Int
  private let first: MapSequence?
  private let second: MapSequence

  init(_ unit: MapBuilder, _ outputs: Int, strides: Bool) throws(NetworkError) {
    input = unit.shape
    half = outputs / 2
    let window = Window(3, stride: strides ? 2 : 1)
    func depthwise(_ maps: inout MapBuilder, _ name: String, _ norm: String)
      throws(NetworkError)
    {
      let channels = maps.shape.channels
      try maps.convolution(name, norm: norm, channels, window, groups: channels, bias: false)
    }
    var second = unit.scope("branch2")
    if strides {
      var first = unit.scope("branch1")
      try depthwise(&first, "0", "1")
      try first.convNormActivation("2", half)
      self.first = first.sequence
    } else {
      first = nil
      second = unit.part("branch2", channels: half)
    }
    try second.convNormActivation("0", half)
    try depthwise(&second, "1", "2")
    try second.convNormActivation("3", half)
    self.second = second.sequence
  }

  var output: MapShape { MapShape(channels: 2 * half, size: second.output.size) }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.scope {
        if let first {
          workspace.interleave(first(x, in: workspace), second(x, in: workspace), into: y)
        } else {
          let rest = second(x.columns(half..<2 * half), in: workspace)
          workspace.interleave(x.columns(0..<half), rest, into: y)
        }
      }
    }
  }
}
