import ZooTensors

/// birder's `PNASNet` class, which has no feature maps.
///
/// Progressive Neural Architecture Search (https://arxiv.org/abs/1712.00559).
struct PNASNet: ConvolutionalFamily {
  private static let reductions = 2

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let count = try build.options.integer("num_cells")
    let filters = try build.options.integer("num_conv_filters", in: 4...)
    let multiplier: Double = try build.options("stem_multiplier")
    guard multiplier > 0, multiplier <= 64 else {
      throw .invalidOption(
        "stem_multiplier", reason: "is \(multiplier), not above 0 and at most 64")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution(
      "0", norm: "1", Int(32 * multiplier), Window(3, stride: 2, padding: 0), bias: false,
      eps: PNASNetCell.eps)
    network.append(stem)
    let places = (1...PNASNet.reductions).map { number in
      Int(Double(number) / Double(PNASNet.reductions + 1) * Double(count))
    }
    let cells = network.maps.body("")
    var body = PNASNetBody(
      first: try PNASNetCell(
        stem: cells.scope("cell_stem_0"), filters: Int(Double(filters) * 0.25)))
    try body.append(
      cells.scope("cell_stem_1"), filters: Int(Double(filters) * 0.5), reduces: true,
      follows: true)
    var scale = 1
    for index in 0..<count {
      let reduces = places.contains(index)
      if reduces { scale *= 2 }
      try body.append(
        cells.scope("cells.\(index)"), filters: filters * scale, reduces: reduces,
        follows: index == 0 || places.contains(index - 1))
    }
    var layers = network.maps.scope("")
    layers.append(body)
    network.append(layers)
    network.finishWithMean()
    self.network = network
  }
}

/// Cells, each of which takes the results of the two before it.
private struct PNASNetBody: MapLayer {
  private var cells: [PNASNetCell]

  init(first: PNASNetCell) { cells = [first] }

  var input: MapShape { cells[0].current.input }
  var output: MapShape { cells[cells.count - 1].output }

  /// - Parameters:
  ///   - reduces: whether the cell sees every second place only.
  ///   - follows: whether the cell before it does.
  mutating func append(
    _ cell: MapBuilder, filters: Int, reduces: Bool, follows: Bool
  ) throws(NetworkError) {
    let previous = cells.count > 1 ? cells[cells.count - 2].output : input
    cells.append(
      try PNASNetCell(
        previous: cell.scope("", taking: previous), current: cell.scope("", taking: output),
        filters: filters, reduces: reduces, follows: follows))
  }

  /// Whatever takes the result of a cell begins with ReLU, so that cells end with it; of the stem the
  /// first cell takes the result as it is, too.
  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.scope {
        var previous = x
        var current = workspace.matrix(rows: x.rows, columns: x.columns)
        workspace.affine(x, into: current, activation: .relu)
        for index in cells.indices {
          let output = cells[index].output
          let result =
            index == cells.count - 1
            ? y
            : workspace.matrix(
              rows: x.rows / input.area * output.area, columns: output.channels)
          cells[index](previous, current, into: result, in: workspace)
          (previous, current) = (current, result)
        }
      }
    }
  }
}

/// Five sums of two branches each, side by side.
private struct PNASNetCell {
  static let eps = 1e-3

  /// What a branch takes: what becomes of the result of the cell before the last or of the last one, as
  /// it is or after ReLU, or the third sum.
  private enum Source { case previous, current, activePrevious, activeCurrent, thirdSum }

  private struct Branch {
    let source: Source
    let layers: MapSequence

    init(_ source: Source, _ layers: MapBuilder) {
      (self.source, self.layers) = (source, layers.sequence)
    }
  }

  private let previous: MapSequence
  let current: MapSequence
  private let sums: [(first: Branch, second: Branch)]

  /// The first cell, which takes the result of the stem only.
  init(stem: MapBuilder, filters: Int) throws(NetworkError) {
    try self.init(
      previous: stem, current: PNASNetCell.projection(stem, "conv_1x1", filters), filters,
      stride: 2, isFirst: true)
  }

  init(
    previous: MapBuilder, current: MapBuilder, filters: Int, reduces: Bool, follows: Bool
  ) throws(NetworkError) {
    try self.init(
      previous: follows
        ? PNASNetCell.reduction(previous.scope("conv_prev_1x1"), filters)
        : PNASNetCell.projection(previous, "conv_prev_1x1", filters),
      current: PNASNetCell.projection(current, "conv_1x1", filters), filters,
      stride: reduces ? 2 : 1, isFirst: false)
  }

  private init(
    previous: MapBuilder, current: MapBuilder, _ filters: Int, stride: Int, isFirst: Bool
  ) throws(NetworkError) {
    (self.previous, self.current) = (previous.sequence, current.sequence)
    let (left, right) = (current.scope("", taking: previous.shape), current.scope(""))
    /// Two convolutions, each of single channels and then of single places.
    func separable(
      _ builder: MapBuilder, _ name: String, _ side: Int, stride: Int = stride
    ) throws(NetworkError) -> MapBuilder {
      var maps = builder.scope("comb_iter_\(name)")
      for (number, stride) in [(1, stride), (2, 1)] {
        let channels = maps.shape.channels
        try maps.convolution(
          "separable_\(number).depthwise_conv2d", channels, Window(side, stride: stride),
          groups: channels, bias: false)
        try maps.convolution(
          "separable_\(number).pointwise_conv2d", norm: "bn_sep_\(number)", filters,
          bias: false, eps: PNASNetCell.eps, activation: number == 1 ? .relu : .identity)
      }
      return maps
    }
    func pool(_ builder: MapBuilder) throws(NetworkError) -> MapBuilder {
      var maps = builder
      try maps.maxPool(Window(3, stride: stride))
      return maps
    }
    var pooled = try pool(left)
    if isFirst {
      try pooled.convolution(
        "comb_iter_0_right.1", norm: "comb_iter_0_right.2", filters, bias: false,
        eps: PNASNetCell.eps)
    }
    let kept =
      stride == 1
      ? Branch(.current, right)
      : Branch(
        .activeCurrent,
        try PNASNetCell.projection(right, "comb_iter_4_right", filters, stride: stride))
    let third = try separable(right, "2_left", 5)
    let last = try separable(right.scope("", taking: third.shape), "3_left", 3, stride: 1)
    sums = [
      (Branch(.previous, pooled), Branch(.activePrevious, try separable(left, "0_left", 5))),
      (
        Branch(.current, try pool(right)),
        Branch(.activeCurrent, try separable(right, "1_left", 7))
      ),
      (
        Branch(.activeCurrent, try separable(right, "2_right", 3)),
        Branch(.activeCurrent, third)
      ),
      (Branch(.current, try pool(right)), Branch(.thirdSum, last)),
      (kept, Branch(.activePrevious, try separable(left, "4_left", 3))),
    ]
  }

  /// A convolution of single places with a norm, after ReLU, which its input has had.
  private static func projection(
    _ builder: MapBuilder, _ name: String, _ filters: Int, stride: Int = 1
  ) throws(NetworkError) -> MapBuilder {
    var maps = builder.scope("")
    try maps.convolution(
      "\(name).conv", norm: "\(name).bn", filters, Window(1, stride: stride), bias: false,
      eps: eps)
    return maps
  }

  /// Every second place, beside those to the right of and below them, where beyond the map are zeros.
  private static func reduction(
    _ builder: MapBuilder, _ filters: Int
  ) throws(NetworkError) -> MapBuilder {
    var (maps, first, second) = (builder, builder, builder)
    try first.convolution("path_1_conv", filters / 2, Window(1, stride: 2), bias: false)
    var moved = Window(1, stride: 2)
    moved.padding = Window.Padding(top: -1, left: -1, bottom: 1, right: 1)
    try second.convolution("path_2_conv", filters - filters / 2, moved, bias: false)
    maps.append(Joined(first, second))
    try maps.batchNorm("final_path_bn", eps: eps)
    return maps
  }

  var output: MapShape {
    let sum = sums[0].first.layers.output
    return MapShape(channels: sums.count * sum.channels, size: sum.size)
  }

  /// The results of the two cells before this one to its own, each after ReLU.
  func callAsFunction(
    _ x: Matrix, _ z: Matrix, into y: Matrix, in workspace: Workspace
  ) {
    workspace.scope {
      let (left, right) = (previous(x, in: workspace), current(z, in: workspace))
      let activeLeft = workspace.matrix(rows: left.rows, columns: left.columns)
      let activeRight = workspace.matrix(rows: right.rows, columns: right.columns)
      workspace.affine(left, into: activeLeft, activation: .relu)
      workspace.affine(right, into: activeRight, activation: .relu)
      let width = y.columns / sums.count
      func input(_ source: Source) -> Matrix {
        switch source {
        case .previous: left
        case .current: right
        case .activePrevious: activeLeft
        case .activeCurrent: activeRight
        case .thirdSum: y.columns(2 * width..<3 * width)
        }
      }
      for index in sums.indices {
        let sum = y.columns(index * width..<(index + 1) * width)
        let (first, second) = sums[index]
        first.layers(input(first.source), into: sum, in: workspace)
        second.layers(
          input(second.source), into: sum, combine: .addThen(.relu), in: workspace)
      }
    }
  }
}
