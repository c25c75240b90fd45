import ZooTensors

/// birder's `MogaNet` class: MogaNet: Multi-order Gated Aggregation Network
/// (https://arxiv.org/abs/2211.03295).
struct MogaNet: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let stages = try VANStage.all(build.options)
    for stage in stages where stage.width % 8 != 0 {
      throw .invalidOption("embed_dims", reason: "has \(stage.width), not a multiple of 8")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convNormActivation("0", stages[0].width / 2, Window(3, stride: 2), activation: .gelu)
    try stem.convNormActivation("1", stages[0].width, Window(3, stride: 2), activation: .identity)
    network.append(stem)
    try network.appendStages(stages.count) { stage, index throws(NetworkError) in
      let (width, depth) = (stages[index].width, stages[index].depth)
      if index > 0 {
        try stage.convNormActivation("0", width, Window(3, stride: 2), activation: .identity)
      }
      let first = stage.layers.count
      try stage.appendBlocks(
        of: stages[index], "", from: first, attention: MogaNet.aggregation, mlp: MogaNet.mlp)
      try stage.batchNorm("\(first + depth)")
    }
    network.finishWithMean()
    self.network = network
  }

  /// A gate by contexts of several sizes.
  private static func aggregation(
    _ branch: inout MapBuilder, after norm: BatchNorm
  ) throws(NetworkError) {
    let channels = branch.shape.channels
    try branch.convolution("proj_1", channels, after: norm)
    branch.append(
      ContrastWithMean(
        sigma: try branch.weights.scale("sigma.scale", [1, channels, 1, 1]),
        shape: branch.shape, backend: branch.weights.backend))
    var gate = branch.scope("")
    try gate.convolution("gate", channels, activation: .silu)
    var value = branch.scope("value")
    try value.convolution("dw_conv0", channels, Window(5), groups: channels)
    // The first eighth is as it is, three see twice as far, four three times.
    var (middle, last) = (
      value.part("", channels: channels / 8 * 3), value.part("", channels: channels / 2)
    )
    try middle.convolution(
      "dw_conv1", middle.shape.channels, Window(5, dilation: 2),
      groups: middle.shape.channels)
    try last.convolution(
      "dw_conv2", last.shape.channels, Window(7, dilation: 3), groups: last.shape.channels)
    value.append(ChannelSplit([value.part("", channels: channels / 8), middle, last]))
    try value.convolution("pw_conv", channels, activation: .silu)
    branch.append(Product(gate, value))
  }

  /// Two layers with a depthwise convolution between them, and x + sigma · (x - d) for what comes out
  /// of it, where d is one channel made of all.
  private static func mlp(
    _ branch: inout MapBuilder, scaledBy scale: [Double]
  ) throws(NetworkError) {
    let hidden = branch.shape.channels
    var convolved = branch.scope("")
    try convolved.convolution(
      "dwconv", hidden, Window(3), groups: hidden, activation: .gelu)
    var summary = convolved.scope("")
    try summary.convolution("decompose", 1, activation: .gelu)
    branch.append(Appending(layers: convolved.sequence, more: summary.sequence))
    // The last layer does the sum too: it takes [x, d].
    let sigma = try branch.weights.scale("sigma.scale", [1, hidden, 1, 1])
    var kernel = try Kernel([scale.count, hidden, 1, 1], branch.weights.scope("fc2"))
    kernel = kernel.appendingInput(sigma.map { -$0 })
    kernel.fold(preceding: BatchNorm(scale: sigma.map { 1 + $0 } + [1]))
    kernel.scale(by: scale)
    try branch.append(kernel, Window(1))
  }
}

/// SiLU(x + sigma · (x - mean)), where the mean is that of a channel's places.
private struct ContrastWithMean: InPlaceLayer {
  let output: MapShape
  private let mean: Pooling
  private let scale, meanScale: Vector

  init(sigma: [Double], shape: MapShape, backend: Backend) {
    output = shape
    mean = .mean(shape, backend: backend)
    scale = Vector(sigma.map { Float(1 + $0) })
    meanScale = Vector(sigma.map { Float(-$0) })
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      let means = workspace.matrix(rows: x.rows / output.area, columns: x.columns)
      mean(x, into: means)
      workspace.affine(means, into: means, scale: meanScale)
      workspace.affine(
        x, into: y, scale: scale, perImageShift: means, activation: .silu, combine: combine)
    }
  }
}

/// What layers give and, as further channels, what others make of it.
private struct Appending: MapLayer {
  let layers, more: MapSequence

  var input: MapShape { layers.input }
  var output: MapShape {
    MapShape(
      channels: layers.output.channels + more.output.channels, size: layers.output.size)
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      let result = y.columns(0..<layers.output.channels)
      layers(x, into: result, in: workspace)
      more(result, into: y.columns(result.columns..<y.columns), in: workspace)
    }
  }
}
