import ZooTensors

/// birder's `VAN` class: Visual Attention Network (https://arxiv.org/abs/2202.09741).
struct VAN: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  private static let mlpRatios = [8, 8, 4, 4]

  init(_ build: Build) throws(NetworkError) {
    let widths: [Int] = try build.options("embed_dims")
    let depths = try build.options.depths("depths", of: widths)
    guard widths.count <= VAN.mlpRatios.count else {
      throw .invalidOption("depths", reason: "is \(depths), of at most 4 stages")
    }
    var network = ConvolutionalNetwork(build)
    for (index, width) in widths.enumerated() {
      let name = "stage\(index + 1)"
      var stage = network.maps.body("body.\(name)")
      // The first convolution is a stem.
      var embedding = (index == 0 ? network.maps : stage).scope(
        (index == 0 ? "body.\(name)." : "") + "patch_embed")
      try embedding.convolution(
        "proj", norm: "norm", width, index == 0 ? Window(7, stride: 4) : Window(3, stride: 2),
        bias: true)
      stage.append(embedding)
      for number in 0..<depths[index] {
        let block = stage.scope("block.\(number)")
        stage.append(try VAN.attention(block))
        stage.append(try VAN.mlp(block, hidden: width * VAN.mlpRatios[index]))
      }
      try stage.norm("norm")
      network.append(stage, stage: name)
    }
    network.finishWithMean()
    self.network = network
  }

  /// x + scale · (n + attention(n)), where n is the normed x.
  private static func attention(_ block: MapBuilder) throws(NetworkError) -> Residual {
    let channels = block.shape.channels
    let norm = try BatchNorm(size: channels, block.weights.scope("norm1"))
    let scale = try block.weights.scale("layer_scale_1", [1, channels, 1, 1])
    var branch = block.scope("attn")
    try branch.convolution("proj_1", channels, after: norm, activation: .gelu)
    var gate = branch.scope("spatial_gating_unit")
    try gate.convolution("conv0", channels, Window(5), groups: channels)
    try gate.convolution("conv_spatial", channels, Window(7, dilation: 3), groups: channels)
    try gate.convolution("conv1", channels)
    branch.append(Product(branch.scope(""), gate))
    try branch.convolution("proj_2", channels, scaledBy: scale)
    var shortcut = block.scope("")
    shortcut.append(norm.addedToInput(scaledBy: scale))
    return Residual(branch, shortcut: shortcut)
  }

  private static func mlp(_ block: MapBuilder, hidden: Int) throws(NetworkError) -> Residual {
    let channels = block.shape.channels
    var branch = block.scope("mlp")
    try branch.convolution(
      "fc1", hidden, after: try BatchNorm(size: channels, block.weights.scope("norm2")))
    try branch.convolution("dwconv", hidden, Window(3), groups: hidden, activation: .gelu)
    try branch.convolution(
      "fc2", channels,
      scaledBy: try block.weights.scale("layer_scale_2", [1, channels, 1, 1]))
    return Residual(branch)
  }
}
