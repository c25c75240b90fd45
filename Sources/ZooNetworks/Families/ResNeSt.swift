import ZooTensors

/// birder's `ResNeSt` class, with splits in two.
///
/// ResNeSt: Split-Attention Networks (https://arxiv.org/abs/2004.08955).
struct ResNeSt: ConvolutionalFamily {
  private static let widths = [64, 128, 256, 512]
  private static let expansion = 4

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let width = try build.options.integer("stem_width")
    let units: [Int] = try build.options("units")
    guard units.count == ResNeSt.widths.count, units.allSatisfy({ $0 > 0 }) else {
      throw .invalidOption("units", reason: "is \(units), not four positive numbers")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    for (index, outputs) in [width, width, 2 * width].enumerated() {
      try stem.convNormActivation("\(index)", outputs, Window(3, stride: index == 0 ? 2 : 1))
    }
    try stem.maxPool(Window(3, stride: 2))
    network.append(stem)
    try network.appendStages(units.count) { stage, index throws(NetworkError) in
      for unit in 0..<units[index] {
        try stage.append(
          ResNeSt.block(
            stage.scope("\(unit)"), ResNeSt.widths[index], strides: index > 0 && unit == 0))
      }
    }
    network.finishWithMean()
    self.network = network
  }

  private static func block(
    _ block: MapBuilder, _ inner: Int, strides: Bool
  ) throws(NetworkError) -> Residual {
    let outputs = inner * expansion
    var branch = block.scope("")
    try branch.convNormActivation("conv_norm_act1", inner)
    branch.append(try splitAttention(branch.scope("splat")))
    if strides { try branch.averagePool(Window(3, stride: 2)) }
    try branch.convNormActivation("conv_norm_act2", outputs, activation: .identity)
    guard block.shape.channels != outputs else { return Residual(branch, activation: .relu) }
    var shortcut = block.scope("downsample")
    if strides {
      try shortcut.averagePool(
        Window(2, stride: 2, padding: 0, roundsUp: true), countsPadding: false)
    }
    let name = strides ? "1." : ""
    try shortcut.convolution(name + "0", norm: name + "1", outputs, bias: false)
    return Residual(branch, shortcut: shortcut, activation: .relu)
  }

  /// A convolution in two groups, one for each split, whose results are added with weights that the
  /// mean of their sum gives.
  private static func splitAttention(_ builder: MapBuilder) throws(NetworkError) -> MapBuilder {
    let channels = builder.shape.channels
    let squeezed = makeDivisible(Double(channels) / 2, by: 8, atLeast: 32)
    var splits = builder
    try splits.convNormActivation("conv", 2 * channels, Window(3), groups: 2)
    var gates = splits.float32("")
    gates.globalPool()
    gates.append(SplitSum(input: gates.shape, gates: nil))
    try gates.convNormActivation("fc1", squeezed)
    try gates.convolution("fc2", 2 * channels)
    gates.append(SplitSoftmax(output: gates.shape))
    splits.append(SplitSum(input: splits.shape, gates: gates.sequence))
    return splits
  }
}

/// The sum of the two halves of the channels, each multiplied by its gate, if there are gates.
private struct SplitSum: MapLayer {
  let input: MapShape
  let gates: MapSequence?

  var output: MapShape { MapShape(channels: input.channels / 2, size: input.size) }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    let (first, second) = (0..<y.columns, y.columns..<x.columns)
    combining(y, combine, in: workspace) { y in
      workspace.scope {
        if let gates = gates?(x, in: workspace) {
          workspace.affine(x.columns(first), into: y, perImage: gates.columns(first))
          workspace.affine(
            x.columns(second), into: y, perImage: gates.columns(second), combine: .add)
        } else {
          workspace.affine(x.columns(first), into: y)
          workspace.affine(x.columns(second), into: y, combine: .add)
        }
      }
    }
  }
}

/// The softmax over the two halves of the channels.
private struct SplitSoftmax: InPlaceLayer {
  let output: MapShape
  private let minus: Vector

  init(output: MapShape) {
    self.output = output
    minus = Vector([Float](repeating: -1, count: output.channels / 2))
  }

  /// The softmax of two values is the sigmoid of each less the other.
  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      if !x.isSame(as: y) { workspace.copy(x, into: y) }
      let half = y.columns / 2
      let (first, second) = (y.columns(0..<half), y.columns(half..<2 * half))
      workspace.affine(second, into: first, scale: minus, combine: .add)
      workspace.affine(first, into: second, scale: minus, activation: .sigmoid)
      workspace.affine(first, into: first, activation: .sigmoid)
    }
  }
}
