import ZooTensors

/// birder's `VAN` class: Visual Attention Network (https://arxiv.org/abs/2202.09741).
struct VAN: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let stages = try VANStage.all(build.options)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("body.stage1")
    try stem.patchEmbedding(stages[0].width, Window(7, stride: 4))
    network.append(stem)
    try network.appendStages(stages.count) { stage, index throws(NetworkError) in
      if index > 0 { try stage.patchEmbedding(stages[index].width, Window(3, stride: 2)) }
      try stage.appendBlocks(
        of: stages[index], "block.", attention: VAN.attention, mlp: VAN.mlp)
      try stage.norm("norm")
    }
    network.finishWithMean()
    self.network = network
  }

  /// Channels, weighed by what is far around each place.
  private static func attention(
    _ branch: inout MapBuilder, after norm: BatchNorm
  ) throws(NetworkError) {
    let channels = branch.shape.channels
    try branch.convolution("proj_1", channels, after: norm, activation: .gelu)
    var gate = branch.scope("spatial_gating_unit")
    try gate.convolution("conv0", channels, Window(5), groups: channels)
    try gate.convolution("conv_spatial", channels, Window(7, dilation: 3), groups: channels)
    try gate.convolution("conv1", channels)
    branch.append(Product(branch.scope(""), gate))
  }

  private static func mlp(
    _ branch: inout MapBuilder, scaledBy scale: [Double]
  ) throws(NetworkError) {
    let hidden = branch.shape.channels
    try branch.convolution("dwconv", hidden, Window(3), groups: hidden, activation: .gelu)
    try branch.convolution("fc2", scale.count, scaledBy: scale)
  }
}

/// The options of ``VAN`` and ``MogaNet``, for one stage.
struct VANStage {
  /// How much wider an MLP is inside than its input, in each stage.
  private static let mlpRatios = [8, 8, 4, 4]

  let width, depth: Int
  /// Channels inside the MLPs.
  let hidden: Int

  static func all(_ options: Options) throws(NetworkError) -> [VANStage] {
    let widths: [Int] = try options("embed_dims")
    let depths = try options.depths("depths", of: widths)
    guard depths.count <= mlpRatios.count else {
      throw .invalidOption("depths", reason: "is \(depths), of at most 4 stages")
    }
    return depths.indices.map { index in
      VANStage(
        width: widths[index], depth: depths[index], hidden: widths[index] * mlpRatios[index])
    }
  }
}

extension MapBuilder {
  fileprivate mutating func patchEmbedding(
    _ width: Int, _ window: Window
  ) throws(NetworkError) {
    try convolution(
      "patch_embed.proj", norm: "patch_embed.norm", width, window, bias: true)
  }

  /// The blocks of a stage of VAN or MogaNet: x + s₁ · (n + attention(n)), where n is the normed x, and
  /// x + s₂ · mlp(norm(x)).
  ///
  /// - Parameters:
  ///   - name: what the names of the blocks begin with, to which numbers from `first` on are added.
  ///   - attention: adds the layers before `attn.proj_2`, the first of them after the norm.
  ///   - mlp: adds the layers after `mlp.fc1`, the last of them scaled.
  mutating func appendBlocks(
    of stage: VANStage, _ name: String, from first: Int = 0,
    attention: (inout MapBuilder, _ norm: BatchNorm) throws(NetworkError) -> Void,
    mlp: (inout MapBuilder, _ scale: [Double]) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    for number in first..<first + stage.depth {
      let (block, width) = (scope("\(name)\(number)"), stage.width)
      var norm = try BatchNorm(size: width, block.weights.scope("norm1"))
      var scale = try block.weights.scale("layer_scale_1", [1, width, 1, 1])
      var branch = block.scope("attn")
      try attention(&branch, norm)
      try branch.convolution("proj_2", width, scaledBy: scale)
      var shortcut = block
      shortcut.append(norm.addedToInput(scaledBy: scale))
      append(Residual(branch, shortcut: shortcut))

      norm = try BatchNorm(size: width, block.weights.scope("norm2"))
      scale = try block.weights.scale("layer_scale_2", [1, width, 1, 1])
      branch = block.scope("mlp")
      try branch.convolution("fc1", stage.hidden, after: norm)
      try mlp(&branch, scale)
      append(Residual(branch))
    }
  }
}
