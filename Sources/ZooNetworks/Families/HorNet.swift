import ZooCore
import ZooTensors

/// birder's `HorNet` class: HorNet: Efficient High-Order Spatial Interactions with Recursive Gated
/// Convolutions (https://arxiv.org/abs/2207.14284).
struct HorNet: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  private static let orders = [2, 3, 4, 5]

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let width = try options.integer("base_dim")
    let filters: [Bool] = try options("gf_layer")
    let depths: [Int] = try options("depths")
    guard depths.count == HorNet.orders.count, depths.allSatisfy({ $0 > 0 }) else {
      throw .invalidOption("depths", reason: "is \(depths), not of 4 stages")
    }
    guard filters.count == depths.count else {
      throw .invalidOption("gf_layer", reason: "is \(filters), not of 4 stages")
    }
    for size in [build.size, build.newSize] where size.height != size.width {
      throw .invalidSize(size, reason: "height and width must be equal")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution("0", width, .patches(4))
    try stem.normWithItsEps("1")
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      if index > 0 {
        try stage.normWithItsEps("downsample.0")
        try stage.convolution(
          "downsample.1", width << index, .patches(2))
      }
      // The side of a filter in the file.
      let side = filters[index] ? build.size.height >> (index + 2) : nil
      if side == 0 { throw .invalidSize(build.size, reason: "filters need a larger one") }
      for number in 0..<depths[index] {
        let block = stage.scope("blocks.\(number)")
        stage.append(
          try HorNet.interaction(block, order: HorNet.orders[index], filterSide: side))
        stage.append(try HorNet.mlp(block))
      }
    }
    var features = network.maps.scope("features")
    features.globalPool()
    try features.norm("2")
    network.finish(features)
    self.network = network
  }

  private static func interaction(
    _ block: MapBuilder, order: Int, filterSide: Int?
  ) throws(NetworkError) -> Residual {
    let channels = block.shape.channels
    var branch = block.scope("")
    try branch.normWithItsEps("norm1")
    branch.append(
      try GatedConvolution(
        branch.scope("gn_conv"), order: order, filterSide: filterSide,
        scale: try block.weights.scale("layer_scale_1.gamma", [channels, 1, 1])))
    return Residual(branch)
  }

  private static func mlp(_ block: MapBuilder) throws(NetworkError) -> Residual {
    let channels = block.shape.channels
    var branch = block.scope("")
    try branch.norm("norm2")
    try branch.linear("pw_conv1", 4 * channels, activation: .gelu)
    try branch.linear(
      "pw_conv2", channels,
      scaledBy: try block.weights.scale("layer_scale_2.gamma", [channels, 1, 1]))
    return Residual(branch)
  }
}

/// A recursive gated convolution: few channels are weighed by their surroundings, become twice as many,
/// are weighed again, and so on.
private struct GatedConvolution: MapLayer {
  let output: MapShape
  private let project, surroundings, last: MapSequence
  private let steps: [MapSequence]

  /// - Parameter scale: factors of the result.
  init(
    _ builder: MapBuilder, order: Int, filterSide: Int?, scale: [Double]
  ) throws(NetworkError) {
    output = builder.shape
    let channels = output.channels
    // A filter has two halves.
    let divisor = 1 << (filterSide == nil ? order - 1 : order)
    guard channels % divisor == 0 else {
      throw .invalidOption(
        "base_dim", reason: "leads to \(channels) channels, no multiple of \(divisor)")
    }
    var project = builder
    try project.convolution("proj_in", 2 * channels)
    self.project = project.sequence
    let first = channels >> (order - 1)
    var surroundings = builder.part("", channels: 2 * channels - first)
    try surroundings.appendSurroundings("dwconv", filterSide: filterSide)
    self.surroundings = surroundings.sequence
    var steps: [MapSequence] = []
    for index in 0..<order - 1 {
      var step = builder.part("", channels: first << index)
      try step.convolution("pws.\(index)", first << (index + 1))
      steps.append(step.sequence)
    }
    self.steps = steps
    var last = builder
    try last.convolution("proj_out", channels, scaledBy: scale)
    self.last = last.sequence
  }

  var input: MapShape { output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      let projected = project(x, in: workspace)
      let first = projected.columns - surroundings.input.channels
      let weights = surroundings(
        projected.columns(first..<projected.columns), in: workspace)
      var product = weights.columns(0..<first)
      workspace.affine(projected.columns(0..<first), into: product, combine: .multiply)
      var end = first
      for index in steps.indices {
        let next = weights.columns(end..<end + steps[index].output.channels)
        steps[index](product, into: next, combine: .multiply, in: workspace)
        product = next
        end += next.columns
      }
      last(product, into: y, combine: combine, in: workspace)
    }
  }
}

extension MapBuilder {
  /// A third of what a place has around it: a depthwise convolution, or a filter of all places.
  fileprivate mutating func appendSurroundings(
    _ name: String, filterSide: Int?
  ) throws(NetworkError) {
    let channels = shape.channels
    let third = [Double](repeating: 1.0 / 3, count: channels)
    guard let filterSide else {
      return try convolution(name, channels, Window(7), groups: channels, scaledBy: third)
    }
    try normWithItsEps(name + ".pre_norm")
    append(try GlobalLocalFilter(scope(name), madeSide: filterSide))
    try normWithItsEps(name + ".post_norm", scaledBy: third)
  }
}

/// A depthwise convolution of the first half of the channels, and one of the other half that sees all
/// places of a map that repeats itself; channels of both by turns.
///
/// The other half's weights are those of a spectrum (https://arxiv.org/abs/2107.00645). A product of
/// spectra is a convolution; maps are small here, so that it costs no more than the layers around it.
private struct GlobalLocalFilter: MapLayer {
  let output: MapShape
  private let local, global: MapSequence

  /// - Parameter madeSide: the height and width of the maps that the weights were made for.
  init(_ builder: MapBuilder, madeSide: Int) throws(NetworkError) {
    output = builder.shape
    let (half, side) = (output.channels / 2, output.size.height)
    var local = builder.part("", channels: half)
    try local.convolution("dw", half, Window(3), groups: half, bias: false)
    self.local = local.sequence
    let spectrum = try builder.weights.layerWeightUnlessOutline(
      "complex_weight", [half, madeSide, madeSide / 2 + 1, 2])?.tensor
    let filter = spectrum.map { spectrum in
      let coming =
        side == madeSide
        ? spectrum : spectrum.resizedAligningCorners(height: side, width: side / 2 + 1)
      return coming.inverseRealFourier(width: side).mirrored()
        .reshaped([half, 1, side, side])
    }
    var global = builder.part("", channels: half)
    global.append(Repeating(input: global.shape))
    try global.append(
      Kernel(shape: [half, 1, side, side], weight: filter, bias: nil),
      Window(side, padding: 0), groups: half)
    self.global = global.sequence
  }

  var input: MapShape { output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.scope {
        let half = x.columns / 2
        let near = local(x.columns(0..<half), in: workspace)
        let far = global(x.columns(half..<x.columns), in: workspace)
        workspace.interleave(near, far, into: y)
      }
    }
  }
}

/// A map that goes on with itself below and to the right, as far as a window of its size reaches.
private struct Repeating: MapLayer {
  let input: MapShape

  var output: MapShape {
    let size = ImageSize(height: 2 * input.size.height - 1, width: 2 * input.size.width - 1)
    return MapShape(channels: input.channels, size: size)
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.repeating(x, of: input.size, into: y, of: output.size)
    }
  }
}
