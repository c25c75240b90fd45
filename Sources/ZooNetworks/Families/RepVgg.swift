import ZooTensors

/// birder's `RepVgg` class.
///
/// RepVGG: Making VGG-style ConvNets Great Again (https://arxiv.org/abs/2101.03697).
struct RepVgg: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let widths = try RepVgg.widths(options)
    let depths: [Int] = try options("num_blocks_per_stage")
    let groups = try options.integer("groups")
    let excites: Bool = try options("use_se")
    guard depths.count == widths.count, depths.allSatisfy({ $0 > 0 }) else {
      throw .invalidOption(
        "num_blocks_per_stage", reason: "is \(depths), not \(widths.count) positive numbers")
    }
    var network = ConvolutionalNetwork(build)
    func layer(_ outputs: Int, stride: Int, groups: Int) -> MergedConvolution {
      MergedConvolution(
        outputs: outputs, window: Window(3, stride: stride), groups: groups,
        squeeze: excites ? outputs / 16 : nil)
    }
    var stem = network.maps.scope("")
    try stem.repVGG(layer(min(64, widths[0]), stride: 2, groups: 1), "stem")
    network.append(stem)
    // Every second block is in groups, up to the 26th; the stem is block 0.
    var number = 0
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      for block in 0..<depths[index] {
        number += 1
        let isGrouped = number < 27 && number % 2 == 0
        try stage.repVGG(
          layer(widths[index], stride: block == 0 ? 2 : 1, groups: isGrouped ? groups : 1),
          "\(block)")
      }
    }
    network.finishWithMean()
    self.network = network
  }

  /// The widths of the four stages, which MobileOne has too.
  static func widths(_ options: Options) throws(NetworkError) -> [Int] {
    let factors: [Double] = try options("width_multipliers")
    guard factors.count == 4, factors.allSatisfy({ $0 > 0 && $0 <= 64 }) else {
      throw .invalidOption(
        "width_multipliers", reason: "is \(factors), not four factors above 0 and at most 64")
    }
    return zip([64, 128, 256, 512], factors).map { Int($0 * $1) }
  }
}
