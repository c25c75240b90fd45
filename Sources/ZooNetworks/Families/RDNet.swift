import ZooTensors

/// birder's `RDNet` class: DenseNets Reloaded: Paradigm Shift Beyond ResNets and ViTs
/// (https://arxiv.org/abs/2403.19588).
struct RDNet: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  private enum BlockType: OptionChoice {
    case plain, excited
    static var choices: KeyValuePairs<String, BlockType> {
      ["Block": .plain, "BlockESE": .excited]
    }
  }

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let width = try options.integer("num_init_features")
    let growths: [Int] = try options("growth_rates")
    let depths = try options.depths("num_blocks_list", of: growths)
    let downsamples: [Bool] = try options("is_downsample_block")
    let types: [BlockType] = try options("block_type_name")
    let compression: Double = try options("transition_compression_ratio")
    guard downsamples.count == depths.count, types.count == depths.count else {
      throw .invalidOption(
        "is_downsample_block", reason: "and block_type_name must have \(depths.count) values")
    }
    guard compression > 0, compression <= 1 else {
      throw .invalidOption(
        "transition_compression_ratio", reason: "is \(compression), not above 0 and at most 1")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution("0", width, .patches(4))
    try stem.norm("1")
    network.append(stem)
    var number = 1
    var stage = network.maps.body("body.stage1")
    // The place of the next layer in the stage.
    var place = 0
    for index in depths.indices {
      if index > 0 {
        if downsamples[index] {
          network.append(stage, stage: "stage\(number)")
          number += 1
          stage = network.maps.body("body.stage\(number)")
          place = 0
        }
        let side = downsamples[index] ? 2 : 1
        let compressed = Int(Double(stage.shape.channels) * compression / 8) * 8
        try stage.norm("\(place)")
        try stage.convolution(
          "\(place + 1)", compressed, .patches(side))
        place += 2
      }
      stage.append(
        try DenseStage(
          stage.scope("\(place).layers"), blocks: depths[index], growth: growths[index],
          isExcited: types[index] == .excited))
      place += 1
    }
    network.append(stage, stage: "stage\(number)")
    var features = network.maps.scope("features")
    features.globalPool()
    try features.norm("1", NormStyle(kind: .layer, eps: 1e-5))
    network.finish(features)
    self.network = network
  }
}

/// Blocks each of which adds channels to those of all before it.
private struct DenseStage: MapLayer {
  let input, output: MapShape
  private let blocks: [MapSequence]

  init(
    _ builder: MapBuilder, blocks count: Int, growth: Int, isExcited: Bool
  ) throws(NetworkError) {
    input = builder.shape
    var (blocks, channels): ([MapSequence], Int) = ([], builder.shape.channels)
    for index in 0..<count {
      let block = builder.part("\(index)", channels: channels)
      var layers = block.scope("layers")
      let gamma = try block.weights.scale("gamma", [growth])
      try layers.convolution("0", channels, Window(7), groups: channels)
      try layers.norm("1")
      try layers.convolution("2", channels / 2 * 8, activation: .gelu)
      try layers.convolution("4", growth, scaledBy: isExcited ? nil : gamma)
      if isExcited {
        try layers.effectiveSqueezeExcite("5.fc", scaledBy: gamma)
      }
      blocks.append(layers.sequence)
      channels += growth
    }
    self.blocks = blocks
    output = MapShape(channels: channels, size: input.size)
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.copy(x, into: y.columns(0..<x.columns))
      for index in blocks.indices {
        let (first, next) = (blocks[index].input.channels, blocks[index].output.channels)
        blocks[index](
          y.columns(0..<first), into: y.columns(first..<first + next), in: workspace)
      }
    }
  }
}
