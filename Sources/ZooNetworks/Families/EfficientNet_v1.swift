import ZooTensors

/// birder's `EfficientNet_v1` class.
///
/// EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks
/// (https://arxiv.org/abs/1905.11946).
struct EfficientNet_v1: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let scale = try EfficientNetScale(build.options)
    var network = ConvolutionalNetwork(build)
    try network.appendStem(scale.width.width(32), activation: .silu)
    try network.append(scale.groups(scalesEnds: true), excites: true, activation: .silu)
    try network.finishWithMean(of: 4 * network.maps.shape.channels, activation: .silu)
    self.network = network
  }
}

/// Blocks of an EfficientNet, which are alike but that only the first strides.
struct BlockGroup {
  /// How much wider than their input the blocks are inside.
  var expansion: Int
  var outputs: Int
  var depth: Int
  /// What the first block's convolution sees.
  var window: Window
  var isFused = false
}

/// The options of ``EfficientNet_v1`` and ``EfficientNet_Lite``: how much wider and deeper the network
/// is than the smallest.
struct EfficientNetScale {
  /// The groups of the smallest network.
  private static let smallest = [
    BlockGroup(expansion: 1, outputs: 16, depth: 1, window: Window(3)),
    BlockGroup(expansion: 6, outputs: 24, depth: 2, window: Window(3, stride: 2)),
    BlockGroup(expansion: 6, outputs: 40, depth: 2, window: Window(5, stride: 2)),
    BlockGroup(expansion: 6, outputs: 80, depth: 3, window: Window(3, stride: 2)),
    BlockGroup(expansion: 6, outputs: 112, depth: 3, window: Window(5)),
    BlockGroup(expansion: 6, outputs: 192, depth: 4, window: Window(5, stride: 2)),
    BlockGroup(expansion: 6, outputs: 320, depth: 1, window: Window(3)),
  ]

  let width, depth: WidthFactor

  init(_ options: Options) throws(NetworkError) {
    width = try WidthFactor("width_coefficient", options)
    depth = try WidthFactor("depth_coefficient", options)
  }

  /// - Parameter scalesEnds: whether the first and the last group become deeper too.
  func groups(scalesEnds: Bool) -> [BlockGroup] {
    let last = EfficientNetScale.smallest.count - 1
    return EfficientNetScale.smallest.enumerated().map { index, group in
      var group = group
      group.outputs = width.width(group.outputs)
      if scalesEnds || index > 0 && index < last {
        group.depth = Int((Double(group.depth) * depth.value).rounded(.up))
      }
      return group
    }
  }
}

extension ConvolutionalNetwork {
  /// Adds groups of blocks `body.stageN.INDEX.block`.
  ///
  /// A stage begins with each group that strides; those from `stage1` to `stage4` have feature maps.
  ///
  /// - Parameter excites: whether blocks that are not fused weigh the channels inside, by a quarter as
  ///   many as their input has.
  mutating func append(
    _ groups: [BlockGroup], excites: Bool, activation: Activation
  ) throws(NetworkError) {
    let stages = stages(of: groups) { $0.window.stride.height > 1 }
    for (number, groups) in stages.enumerated() {
      var stage = maps.body("body.stage\(number)")
      for group in groups {
        for index in 0..<group.depth {
          let inputs = stage.shape.channels
          var block = InvertedResidual(
            inner: makeDivisible(Double(inputs * group.expansion), by: 8),
            outputs: group.outputs, window: group.window, activation: activation,
            isFused: group.isFused)
          if index > 0 { block.window = Window(group.window.kernel.height) }
          if excites, !group.isFused {
            block.excitation = .init(squeeze: max(1, inputs / 4), activation: activation)
          }
          try stage.append(block, "\(stage.layers.count).block")
        }
      }
      append(stage, stage: (1...4).contains(number) ? "stage\(number)" : nil)
    }
  }
}
