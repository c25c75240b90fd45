import ZooCore
import ZooTensors

/// birder's `MetaFormer` class, with the options of PoolFormer, ConvFormer and CAFormer.
///
/// MetaFormer Baselines for Vision (https://arxiv.org/abs/2210.13452) and MetaFormer Is Actually What
/// You Need for Vision (https://arxiv.org/abs/2111.11418).
struct MetaFormer: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let widths: [Int] = try options("dims")
    let depths = try options.depths("depths", of: widths)
    let blocks = try MetaFormerBlock.ofStages(depths.count, options)
    let normsDown = try options("downsample_norm_name") as DownsampleNorm == .layer
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution("0", widths[0], Window(7, stride: 4, padding: 2))
    if normsDown { try stem.norm("1", .withoutBias) }
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      let width = widths[index]
      if stage.shape.channels != width {
        if normsDown { try stage.norm("downsample.norm", .withoutBias) }
        try stage.convolution("downsample.conv", width, Window(3, stride: 2))
      }
      for number in 0..<depths[index] {
        try blocks[index].append("blocks.\(number)", to: &stage)
      }
    }
    var features = network.maps.scope("features")
    features.globalPool()
    try features.norm("1")
    network.finish(features)
    self.network = network
  }

  func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout {
    let bias: Bool = try options("head_bias", default: true)
    guard try options("mlp_head", default: false) else { return .linear(bias: bias) }
    let head = MLPHead(
      hidden: 4 * embeddingSize, activation: .squaredReLU,
      norm: NormStyle(kind: .layer, eps: 1e-5), last: "4")
    return .mlp(head, bias: bias)
  }
}

private enum DownsampleNorm: OptionChoice {
  case none, layer
  static var choices: KeyValuePairs<String, DownsampleNorm> {
    ["Identity": .none, "LayerNorm2dNoBias": .layer]
  }
}

extension NormStyle {
  fileprivate static let withoutBias = NormStyle(kind: .layer, eps: 1e-6, bias: false)
}

/// What the blocks of a stage are made of.
private struct MetaFormerBlock {
  enum Mixer: OptionChoice {
    case pooling, separable, attention
    static var choices: KeyValuePairs<String, Mixer> {
      ["Pooling": .pooling, "SepConv": .separable, "Attention": .attention]
    }
  }

  enum BlockNorm: OptionChoice {
    /// Over all channels and places.
    case group, groupWithoutBias
    case layer
    static var choices: KeyValuePairs<String, BlockNorm> {
      [
        "GroupNorm1": .group, "GroupNorm1NoBias": .groupWithoutBias, "LayerNorm2dNoBias": .layer,
      ]
    }
  }

  enum MLPActivation: OptionChoice {
    case gelu, starReLU
    static var choices: KeyValuePairs<String, MLPActivation> {
      ["GELU": .gelu, "StarReLU": .starReLU]
    }
  }

  /// The first value of a scale, which only says whether there is one.
  struct InitialScale: OptionValue {
    static var expectation: String { "a number or null" }
    let exists: Bool
    init?(option: JSONValue) {
      guard option.isNull || option.double != nil else { return nil }
      exists = !option.isNull
    }
  }

  let mixer: Mixer
  let norm: BlockNorm
  let activation: MLPActivation
  let bias: Bool
  let scalesBranches, scalesShortcuts: Bool

  static func ofStages(
    _ count: Int, _ options: Options
  ) throws(NetworkError) -> [MetaFormerBlock] {
    let mixers: [Mixer] = try options("token_mixer_names")
    let norms: [BlockNorm] = try options("norm_layer_names")
    let branches: [InitialScale] = try options("layer_scale_init_values")
    let shortcuts: [InitialScale] = try options("res_scale_init_values")
    let activation: MLPActivation = try options("mlp_act_name")
    let bias: Bool = try options("mlp_bias")
    for (name, values) in [
      ("token_mixer_names", mixers.count), ("norm_layer_names", norms.count),
      ("layer_scale_init_values", branches.count), ("res_scale_init_values", shortcuts.count),
    ] where values != count {
      throw .invalidOption(name, reason: "has \(values) values, for \(count) stages")
    }
    return (0..<count).map {
      MetaFormerBlock(
        mixer: mixers[$0], norm: norms[$0], activation: activation, bias: bias,
        scalesBranches: branches[$0].exists, scalesShortcuts: shortcuts[$0].exists)
    }
  }

  /// s₁ · x + l₁ · mixer(norm(x)), and the same with an MLP.
  func append(_ name: String, to stage: inout MapBuilder) throws(NetworkError) {
    let block = stage.scope(name)
    let shape = [block.shape.channels, 1, 1]
    for number in 1...2 {
      let scale =
        scalesBranches ? try block.weights.scale("layer_scale\(number).scale", shape) : nil
      var branch = block
      try appendNorm("norm\(number)", to: &branch)
      if number == 1 {
        try appendMixer("token_mixer", scaledBy: scale, to: &branch)
      } else {
        try appendMLP("mlp", scaledBy: scale, to: &branch)
      }
      var shortcut: MapBuilder?
      if scalesShortcuts {
        var scaled = block
        scaled.append(
          BatchNorm(scale: try block.weights.scale("res_scale\(number).scale", shape)))
        shortcut = scaled
      }
      stage.append(Residual(branch, shortcut: shortcut))
    }
  }

  private func appendNorm(
    _ name: String, to branch: inout MapBuilder
  ) throws(NetworkError) {
    switch norm {
    case .layer: try branch.norm(name, .withoutBias)
    case .group: try branch.groupNorm(name, eps: 1e-5)
    case .groupWithoutBias: try branch.groupNorm(name, bias: false, eps: 1e-6)
    }
  }

  private func appendMixer(
    _ name: String, scaledBy scale: [Double]?, to branch: inout MapBuilder
  ) throws(NetworkError) {
    let channels = branch.shape.channels
    switch mixer {
    case .pooling:
      branch.append(
        try DifferenceFromMean(branch.shape, scale: scale, branch.weights.backend))
    case .separable:
      try branch.convolution(
        name + ".pw_conv1", 2 * channels, bias: false, activation: .squaredReLU)
      branch.append(try starReLU(name, branch))
      try branch.convolution(
        name + ".dwconv", 2 * channels, Window(7), groups: 2 * channels, bias: false)
      try branch.convolution(name + ".pw_conv2", channels, bias: false, scaledBy: scale)
    case .attention:
      guard channels >= 32 else {
        throw .invalidOption("dims", reason: "has \(channels) channels, less than a head's 32")
      }
      branch.append(
        try MapAttention(
          branch.shape,
          .init(heads: channels / 32, headSize: 32, qkvBias: false, projectionBias: false),
          scaledBy: scale, branch.weights.scope(name)))
    }
  }

  private func appendMLP(
    _ name: String, scaledBy scale: [Double]?, to branch: inout MapBuilder
  ) throws(NetworkError) {
    let channels = branch.shape.channels
    try branch.convolution(
      name + ".fc1", 4 * channels, bias: bias,
      activation: activation == .gelu ? .gelu : .squaredReLU)
    try branch.convolution(
      name + ".fc2", channels, bias: bias,
      after: activation == .gelu ? nil : try starReLU(name, branch), scaledBy: scale)
  }

  /// What is left of StarReLU, s · relu(x)² + b, after the square.
  private func starReLU(
    _ name: String, _ branch: MapBuilder
  ) throws(NetworkError) -> BatchNorm {
    func values(_ part: String) throws(NetworkError) -> [Double] {
      let value = try branch.weights.scale("\(name).act.\(part)", [1])
      return [Double](repeating: value[0], count: branch.shape.channels)
    }
    return BatchNorm(scale: try values("scale"), shift: try values("bias"))
  }
}

/// scale · (mean of the places around - x).
private struct DifferenceFromMean: MapLayer {
  private let pooling: Pooling
  private let scale, negative: Vector

  init(_ shape: MapShape, scale: [Double]?, _ backend: Backend) throws(NetworkError) {
    do {
      pooling = try Pooling(
        .average(countsPadding: false), Window(3), input: shape, backend: backend)
    } catch {
      throw .tensor(error)
    }
    let scale = scale?.map { Float($0) } ?? [Float](repeating: 1, count: shape.channels)
    self.scale = Vector(scale)
    negative = Vector(scale.map(-))
  }

  var input: MapShape { pooling.input }
  var output: MapShape { pooling.output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      let mixed = workspace.matrix(rows: x.rows, columns: x.columns)
      pooling(x, into: mixed)
      workspace.affine(mixed, into: mixed, scale: scale)
      workspace.affine(x, into: mixed, scale: negative, combine: .add)
      workspace.affine(mixed, into: y, combine: combine)
    }
  }
}
