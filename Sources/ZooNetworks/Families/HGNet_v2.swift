import ZooTensors

/// birder's `HGNet_v2` class: PP-HGNetV2 of PaddleClas.
struct HGNet_v2: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let widths: [Int] = try build.options("stem_channels")
    guard widths.count == 2, widths[0] > 1, widths[1] > 0 else {
      throw .invalidOption("stem_channels", reason: "is \(widths), not two widths")
    }
    let body = try HGNetBody(
      build.options, hasAffines: try build.options("use_lab"), excites: false)
    func unit(
      _ maps: inout MapBuilder, _ name: String, _ outputs: Int, _ window: Window = Window(1)
    ) throws(NetworkError) {
      try maps.hgNetUnit(name, outputs, window, hasAffine: body.hasAffines)
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try unit(&stem, "stem1", widths[0], Window(3, stride: 2))
    // Windows that see a row and a column of zeros at the bottom and on the right.
    var square = Window(2)
    square.padding = Window.Padding(bottom: 1, right: 1)
    var pooled = stem.scope("")
    try pooled.maxPool(square)
    pooled.append(ZerosBeside(output: pooled.shape))
    var convolved = stem.scope("")
    try unit(&convolved, "stem2a", widths[0] / 2, square)
    try unit(&convolved, "stem2b", widths[0], square)
    stem.append(Joined(pooled, convolved))
    try unit(&stem, "stem3", widths[0], Window(3, stride: 2))
    try unit(&stem, "stem4", widths[1])
    network.append(stem)
    try body.append(to: &network)
    self.network = network
  }
}

/// The largest of each window and of zero in the last row and column, where the windows of a pool see
/// zeros, which it left out.
private struct ZerosBeside: InPlaceLayer {
  let output: MapShape

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      if !x.isSame(as: y) { workspace.copy(x, into: y) }
      let (width, area) = (output.size.width, output.area)
      let right = y.rows(from: width - 1, step: width, count: y.rows / width)
      workspace.affine(right, into: right, activation: .relu)
      for end in stride(from: area, through: y.rows, by: area) {
        let bottom = y.rows(end - width..<end)
        workspace.affine(bottom, into: bottom, activation: .relu)
      }
    }
  }
}
