import ZooTensors

/// birder's `FocalNet` class: Focal Modulation Networks (https://arxiv.org/abs/2203.11926).
struct FocalNet: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let levels: [Int] = try options("focal_levels")
    let windows: [Int] = try options("focal_windows")
    let depths = try options.depths("depths", of: levels)
    let width = try options.integer("embed_dim")
    let overlaps: Bool = try options("use_overlap_down")
    let blocks = try Blocks(options)
    guard windows.count == depths.count, windows.allSatisfy({ $0 > 0 && $0 % 2 == 1 }) else {
      throw .invalidOption(
        "focal_windows", reason: "is \(windows), not an odd size for each of \(depths.count) stages"
      )
    }
    guard depths.count <= 16 else {
      throw .invalidOption("depths", reason: "has \(depths.count) stages, more than 16")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution(
      "proj", width,
      overlaps ? Window(7, stride: 4, padding: 2) : .patches(4))
    try stem.norm("norm", FocalNet.norm)
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      if index > 0 {
        try stage.convolution(
          "downsample.proj", width << index,
          overlaps ? Window(3, stride: 2) : .patches(2))
        try stage.norm("downsample.norm", FocalNet.norm)
      }
      for number in 0..<depths[index] {
        try blocks.append(
          "blocks.\(number)", level: levels[index], window: windows[index], to: &stage)
      }
    }
    var features = network.maps.scope("features")
    try features.norm("0", FocalNet.norm)
    features.globalPool()
    network.finish(features)
    self.network = network
  }

  fileprivate static let norm = NormStyle(kind: .layer, eps: 1e-5)
}

/// What the blocks of a network have in common.
private struct Blocks {
  private let normsAfter: Bool
  private let normsInside: Bool
  private let hasScale: Bool
  private let takesMean: Bool

  init(_ options: Options) throws(NetworkError) {
    normsAfter = try options("use_post_norm")
    normsInside = try options("use_post_norm_in_modulation")
    takesMean = try options("normalize_modulator", default: false)
    let scale: Float? = try options.optional("layer_scale_value")
    hasScale = scale != nil
  }

  /// A modulation and an MLP, both residual and with a norm before or after them.
  func append(
    _ name: String, level: Int, window: Int, to stage: inout MapBuilder
  ) throws(NetworkError) {
    let channels = stage.shape.channels
    let block = stage.scope(name)
    try append(1, block, to: &stage) { branch, scale throws(NetworkError) in
      let modulation = branch.scope("modulation")
      var after = modulation
      if normsInside { try after.norm("norm", FocalNet.norm) }
      try after.convolution("proj", channels, scaledBy: scale)
      branch.append(
        try Modulation(
          modulation, level: level, window: window, takesMean: takesMean, after: after))
    }
    try append(2, block, to: &stage) { branch, scale throws(NetworkError) in
      try branch.convolution("mlp.fc1", 4 * channels, activation: .gelu)
      try branch.convolution("mlp.fc2", channels, scaledBy: scale)
    }
  }

  /// x + scale · norm(f(x)), or x + scale · f(norm(x)).
  ///
  /// - Parameter layers: adds f, whose last layer multiplies by the scale that it is given.
  private func append(
    _ number: Int, _ block: MapBuilder, to stage: inout MapBuilder,
    _ layers: (inout MapBuilder, [Double]?) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    let scale =
      hasScale
      ? try block.weights.scale("ls\(number).gamma", [block.shape.channels, 1, 1]) : nil
    var branch = block
    if !normsAfter { try branch.norm("norm\(number)", FocalNet.norm) }
    try layers(&branch, normsAfter ? nil : scale)
    if normsAfter { try branch.norm("norm\(number)_post", FocalNet.norm, scaledBy: scale) }
    stage.append(Residual(branch))
  }
}

/// after(query · h(contexts of growing size, weighed at each place)).
private struct Modulation: MapLayer {
  let output: MapShape
  private let project: MapSequence
  private let levels: [MapSequence]
  private let mean: Pooling
  private let mix, after: MapSequence

  init(
    _ builder: MapBuilder, level: Int, window: Int, takesMean: Bool, after: MapBuilder
  ) throws(NetworkError) {
    output = builder.shape
    let channels = output.channels
    var project = builder
    try project.convolution("f", 2 * channels + level + 1)
    self.project = project.sequence
    var levels: [MapSequence] = []
    for index in 0..<level {
      var context = builder
      try context.convolution(
        "focal_layers.\(index).0", channels, Window(window + 2 * index), groups: channels,
        bias: false, activation: .gelu)
      levels.append(context.sequence)
    }
    self.levels = levels
    mean = .mean(output, backend: builder.weights.backend)
    var mix = builder
    // A mean is a sum divided by its terms.
    let share = takesMean ? 1 / Double(level + 1) : 1
    try mix.convolution(
      "h", channels, after: BatchNorm(scale: [Double](repeating: share, count: channels)))
    (self.mix, self.after) = (mix.sequence, after.sequence)
  }

  var input: MapShape { output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    workspace.scope {
      let channels = output.channels
      let projected = project(x, in: workspace)
      let contexts = workspace.matrix(rows: x.rows, columns: levels.count * channels)
      for index in levels.indices {
        let first = index * channels
        levels[index](
          index == 0
            ? projected.columns(channels..<2 * channels)
            : contexts.columns(first - channels..<first),
          into: contexts.columns(first..<first + channels), in: workspace)
      }
      let whole = workspace.matrix(rows: x.rows / output.area, columns: channels)
      mean(contexts.columns(contexts.columns - channels..<contexts.columns), into: whole)
      workspace.affine(whole, into: whole, activation: .gelu)
      let context = workspace.matrix(rows: x.rows, columns: channels)
      workspace.weightedSum(
        of: contexts, perImage: whole,
        weights: projected.columns(2 * channels..<projected.columns), into: context)
      let query = projected.columns(0..<channels)
      mix(context, into: query, combine: .multiply, in: workspace)
      after(query, into: y, combine: combine, in: workspace)
    }
  }
}
