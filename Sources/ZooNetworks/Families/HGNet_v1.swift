import ZooCore
import ZooTensors

/// birder's `HGNet_v1` class: PP-HGNet of PaddleClas.
struct HGNet_v1: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let widths: [Int] = try build.options("stem_channels")
    guard widths.allSatisfy({ $0 > 0 }) else {
      throw .invalidOption("stem_channels", reason: "is \(widths), with what is not positive")
    }
    let body = try HGNetBody(build.options, hasAffines: false, excites: true)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    for (index, width) in widths.enumerated() {
      try stem.hgNetUnit("conv.\(index)", width, Window(3, stride: index == 0 ? 2 : 1))
    }
    try stem.maxPool(Window(3, stride: 2))
    network.append(stem)
    try body.append(to: &network)
    self.network = network
  }
}

/// What ``HGNet_v1`` and ``HGNet_v2`` have in common: all that comes after the stem.
struct HGNetBody {
  /// One of the options `stage1` to `stage4`.
  private struct Stage: OptionValue {
    let inputs, inner, outputs, blocks, side, layers: Int
    let downsamples, isLight: Bool

    static var expectation: String {
      "a list of inputs, inner channels, outputs, blocks, whether the stage downsamples, whether its "
        + "layers are light, the odd side of windows and how many layers a block has"
    }

    init?(option: JSONValue) {
      guard let values = option.array, values.count == 8, let downsamples = values[4].bool,
        let isLight = values[5].bool
      else { return nil }
      let numbers = [0, 1, 2, 3, 6, 7].compactMap { Int(option: values[$0]) }
      guard numbers.count == 6, numbers.allSatisfy({ $0 > 0 }), numbers[4] % 2 == 1 else {
        return nil
      }
      (inputs, inner, outputs, blocks) = (numbers[0], numbers[1], numbers[2], numbers[3])
      (side, layers) = (numbers[4], numbers[5])
      (self.downsamples, self.isLight) = (downsamples, isLight)
    }
  }

  private static let embeddingSize = 2048

  /// Whether a learned scale and shift follow each activation.
  let hasAffines: Bool
  /// Whether what a block joins is weighed by channel after one convolution, or has two.
  private let excites: Bool
  private let stages: [Stage]

  init(_ options: Options, hasAffines: Bool, excites: Bool) throws(NetworkError) {
    (self.hasAffines, self.excites) = (hasAffines, excites)
    stages = try (1...4).map { number throws(NetworkError) in try options("stage\(number)") }
  }

  func append(to network: inout ConvolutionalNetwork) throws(NetworkError) {
    try network.appendStages(stages.count) { maps, index throws(NetworkError) in
      let stage = stages[index]
      guard maps.shape.channels == stage.inputs else {
        throw .invalidOption(
          "stage\(index + 1)",
          reason: "begins with \(stage.inputs) channels, not \(maps.shape.channels)")
      }
      if stage.downsamples {
        try maps.hgNetUnit(
          "downsample", stage.inputs, Window(3, stride: 2), groups: stage.inputs,
          activation: .identity)
      }
      for number in 0..<stage.blocks {
        let block = try self.block(stage, maps.scope("blocks.\(number)"))
        maps.append(block, addingInput: number > 0)
      }
    }
    var features = network.maps.body("features")
    features.globalPool()
    try features.convolution(
      "1", HGNetBody.embeddingSize, bias: false, activation: .relu)
    if hasAffines { try features.learnedAffine("3") }
    network.finish(features)
  }

  private func block(_ stage: Stage, _ builder: MapBuilder) throws(NetworkError) -> MapBuilder {
    var block = builder
    var chain = block.scope("layers")
    for layer in 0..<stage.layers {
      guard stage.isLight else {
        try chain.hgNetUnit(
          "\(layer)", stage.inner, Window(stage.side), hasAffine: hasAffines)
        continue
      }
      var light = chain.scope("\(layer)")
      try light.hgNetUnit("conv1", stage.inner, activation: .identity)
      try light.hgNetUnit(
        "conv2", stage.inner, Window(stage.side), groups: stage.inner, hasAffine: hasAffines)
      chain.append(light)
    }
    block.append(JoinedChain(chain))
    var aggregation = block.scope("aggregation")
    try aggregation.hgNetUnit(
      "0", excites ? stage.outputs : stage.outputs / 2, hasAffine: hasAffines)
    if excites {
      try aggregation.effectiveSqueezeExcite("1.conv", gate: .sigmoid)
    } else {
      try aggregation.hgNetUnit("1", stage.outputs, hasAffine: hasAffines)
    }
    block.append(aggregation)
    return block
  }
}

extension MapBuilder {
  /// A convolution `conv`, a BatchNorm `bn`, ReLU unless said otherwise, and perhaps an affine `lab`,
  /// as one layer.
  mutating func hgNetUnit(
    _ name: String, _ outputs: Int, _ window: Window = Window(1), groups: Int = 1,
    activation: Activation = .relu, hasAffine: Bool = false
  ) throws(NetworkError) {
    var unit = scope(name)
    try unit.convolution(
      "conv", norm: "bn", outputs, window, groups: groups, bias: false, activation: activation)
    if hasAffine { try unit.learnedAffine("lab") }
    append(unit)
  }

  /// A learned factor `scale` [1] and summand `bias` [1] for all channels.
  fileprivate mutating func learnedAffine(_ name: String) throws(NetworkError) {
    let weights = weights.scope(name)
    func value(_ name: String) throws(NetworkError) -> [Double] {
      let value = try weights.tensor(name, [1]).scalars[0]
      return [Double](repeating: Double(value), count: shape.channels)
    }
    append(BatchNorm(scale: try value("scale"), shift: try value("bias")))
  }
}
