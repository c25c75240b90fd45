import ZooTensors

/// Where a module lies in a network that is laid out as GhostNet.
struct GhostPlace {
  /// Whether it is the first in its block, with an activation, or the last, without one.
  var isFirst: Bool
  /// The number of the block in the network.
  var block: Int
  var outputs: Int

  var name: String { isFirst ? "ghost1" : "ghost2" }
  var activation: Activation { isFirst ? .relu : .identity }
}

/// Side of the window, channels inside, outputs, excitation, and stride.
typealias GhostBlock = (side: Int, inner: Int, outputs: Int, excites: Bool, stride: Int)

extension ConvolutionalNetwork {
  /// The blocks of GhostNet v1, table 1 (https://arxiv.org/abs/1911.11907).
  private static let ghostBlocks: [GhostBlock] = [
    (3, 16, 16, false, 1), (3, 48, 24, false, 2), (3, 72, 24, false, 1), (5, 72, 40, true, 2),
    (5, 120, 40, true, 1), (3, 240, 80, false, 2), (3, 200, 80, false, 1),
    (3, 184, 80, false, 1), (3, 184, 80, false, 1), (3, 480, 112, true, 1),
    (3, 672, 112, true, 1), (5, 672, 160, true, 2), (5, 960, 160, false, 1),
    (5, 960, 160, true, 1), (5, 960, 160, false, 1), (5, 960, 160, true, 1),
  ]

  /// GhostNet's layers, or those of other blocks, from its option `width`.
  ///
  /// - Parameter module: adds a module with its place's outputs, a multiple of 4, below its name.
  static func ghost(
    _ build: Build, blocks: [GhostBlock] = ghostBlocks,
    module: (inout MapBuilder, GhostPlace) throws(NetworkError) -> Void
  ) throws(NetworkError) -> ConvolutionalNetwork {
    let width = try WidthFactor("width", build.options)
    var network = ConvolutionalNetwork(build)
    try network.appendStem(width.width(16, by: 4), activation: .relu)
    var count = 0
    let stages = stages(of: blocks) { $0.stride > 1 }
    for (number, rows) in stages.enumerated() {
      var stage = network.maps.body("body.stage\(number)")
      for row in rows {
        let (inner, outputs) = (width.width(row.inner, by: 4), width.width(row.outputs, by: 4))
        let window = Window(row.side, stride: row.stride)
        let block = stage.scope("\(stage.layers.count)")
        var branch = block
        try module(&branch, GhostPlace(isFirst: true, block: count, outputs: inner))
        if row.stride > 1 {
          try branch.convolution("conv_dw", norm: "bn_dw", inner, window, groups: inner)
        }
        if row.excites {
          try branch.squeezeExcite(
            "se", squeeze: makeDivisible(Double(inner) / 4, by: 4), gate: .hardSigmoid)
        }
        try module(&branch, GhostPlace(isFirst: false, block: count, outputs: outputs))
        count += 1
        guard row.stride > 1 || block.shape.channels != outputs else {
          stage.append(Residual(branch))
          continue
        }
        let inputs = block.shape.channels
        var shortcut = block.scope("shortcut")
        try shortcut.convolution("0", norm: "1", inputs, window, groups: inputs)
        try shortcut.convolution("2", norm: "3", outputs)
        stage.append(Residual(branch, shortcut: shortcut))
      }
      if number == stages.count - 1 {
        try stage.convNormActivation("\(stage.layers.count)", width.width(960, by: 4))
      }
      network.append(stage, stage: number == 0 ? nil : "stage\(number)")
    }
    var features = network.maps.body("features")
    features.globalPool()
    try features.convolution("1", 1280, activation: .relu)
    network.finish(features)
    return network
  }
}
