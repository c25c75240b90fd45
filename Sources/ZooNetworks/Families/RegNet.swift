#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

import ZooTensors

/// birder's `RegNet` class, X and Y.
///
/// Designing Network Design Spaces (https://arxiv.org/abs/2003.13678).
struct RegNet: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let plan = try RegNetPlan(build.options)
    let ratio: Double = try build.options("se_ratio")
    guard (0...16).contains(ratio) else {
      throw .invalidOption("se_ratio", reason: "is \(ratio), not between 0 and 16")
    }
    var network = ConvolutionalNetwork(build)
    try plan.append(to: &network, excitation: ratio, activation: .relu) {
      stage, block, branch, isFirst throws(NetworkError) in
      var shortcut = block
      if isFirst {
        try shortcut.convNormActivation(
          "proj", branch.shape.channels, Window(1, stride: 2), activation: .identity)
      }
      stage.append(
        Residual(branch, shortcut: isFirst ? shortcut : nil, activation: .relu))
    }
    network.finishWithMean()
    self.network = network
  }
}

/// The widths and depths of a RegNet's stages: quantised, from a line.
struct RegNetPlan {
  private static let stemWidth = 32

  struct Stage {
    let depth: Int
    let width: Int
    /// The width of the 3 x 3 convolution, and of one of its groups.
    let inner: Int
    let group: Int
  }

  let stages: [Stage]

  /// - Parameter multiplier: how much wider the 3 x 3 convolution of a block is.
  init(_ options: Options, multiplier: Int = 1) throws(NetworkError) {
    let depth = try options.integer("depth")
    let start = try options.integer("w_0")
    let slope: Double = try options("w_a")
    let step: Double = try options("w_m")
    let group = try options.integer("group_width")
    guard depth <= 1024 else {
      throw .invalidOption("depth", reason: "is \(depth); 1024 blocks are the most")
    }
    guard start % 8 == 0, (0...Double(1 << 24)).contains(slope), (1...16).contains(step), step > 1
    else {
      throw .invalidOption(
        "w_0", reason: "is \(start), not a multiple of 8 with a slope \(slope) and a step \(step)")
    }
    // In float32, as PyTorch computes it.
    let widths = try (0..<depth).map { index throws(NetworkError) in
      let exact = Float(index) * Float(slope) + Float(start)
      let steps = (logf(exact / Float(start)) / Float(log(step))).rounded(.toNearestOrEven)
      let width = (Float(start) * powf(Float(step), steps) / 8).rounded(.toNearestOrEven) * 8
      guard width < Float(1 << 24) else {
        throw .invalidOption("w_a", reason: "is \(slope), which makes blocks of \(width) channels")
      }
      return Int(width)
    }
    var stages: [Stage] = []
    for (index, width) in widths.enumerated() where index == 0 || widths[index - 1] != width {
      let inner = width * multiplier
      let group = min(group, inner)
      let adjusted = makeDivisible(Double(inner), by: group)
      stages.append(
        Stage(
          depth: (widths[index...].firstIndex { $0 != width } ?? depth) - index,
          width: adjusted / multiplier, inner: adjusted / multiplier * multiplier, group: group))
    }
    self.stages = stages
  }
}

extension RegNetPlan {
  /// Adds the stem and the stages.
  ///
  /// - Parameters:
  ///   - ratio: the share of a block's input channels that its excitation squeezes to.
  ///   - residual: adds a block to a stage, given what it takes and its branch; the first of a stage
  ///     strides.
  func append(
    to network: inout ConvolutionalNetwork, excitation ratio: Double, activation: Activation,
    residual: (
      _ stage: inout MapBuilder, _ block: MapBuilder, _ branch: MapBuilder, _ isFirst: Bool
    ) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    try network.appendStem(RegNetPlan.stemWidth, activation: activation)
    try network.appendStages(stages.count) { stage, index throws(NetworkError) in
      for unit in 0..<stages[index].depth {
        let block = stage.scope("block.\(unit)")
        let branch = try stages[index].bottleneck(
          block, stride: unit == 0 ? 2 : 1, excitation: ratio, activation: activation)
        try residual(&stage, block, branch, unit == 0)
      }
    }
  }
}

extension RegNetPlan.Stage {
  /// The branch of a block: 1 x 1, 3 x 3 in groups, excitation by a `ratio` of the block's input,
  /// 1 x 1.
  fileprivate func bottleneck(
    _ block: MapBuilder, stride: Int, excitation ratio: Double, activation: Activation
  ) throws(NetworkError) -> MapBuilder {
    let squeeze = Int((ratio * Double(block.shape.channels)).rounded(.toNearestOrEven))
    var branch = block.scope("f.block")
    try branch.convNormActivation("0", inner, activation: activation)
    try branch.convNormActivation(
      "1", inner, Window(3, stride: stride), groups: inner / group, activation: activation)
    if squeeze > 0 {
      try branch.squeezeExcite("2", squeeze: squeeze, activation: activation)
    }
    try branch.convNormActivation("3", width, activation: .identity)
    return branch
  }
}
