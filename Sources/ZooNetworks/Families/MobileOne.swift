import ZooTensors

/// birder's `MobileOne` class.
///
/// MobileOne: An Improved One Millisecond Mobile Backbone (https://arxiv.org/abs/2206.04040).
struct MobileOne: ConvolutionalFamily {
  private static let depths = [2, 8, 10, 1]

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let widths = try RepVgg.widths(build.options)
    let branches = try build.options.integer("num_conv_branches", in: 0...)
    let excited: [Int] = try build.options("num_se_blocks")
    guard excited.count == MobileOne.depths.count,
      zip(excited, MobileOne.depths).allSatisfy({ (0...$1).contains($0) })
    else {
      throw .invalidOption("num_se_blocks", reason: "is \(excited), for \(MobileOne.depths)")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("")
    try stem.mobileOne(
      MergedConvolution(outputs: min(64, widths[0]), window: Window(3, stride: 2)), "stem",
      branches: 1)
    network.append(stem)
    try network.appendStages(MobileOne.depths.count) { stage, index throws(NetworkError) in
      let depth = MobileOne.depths[index]
      for block in 0..<depth {
        let (inputs, outputs) = (stage.shape.channels, widths[index])
        let excites = block >= depth - excited[index]
        try stage.mobileOne(
          MergedConvolution(
            outputs: inputs, window: Window(3, stride: block == 0 ? 2 : 1), groups: inputs,
            squeeze: excites ? inputs / 16 : nil), "\(2 * block)", branches: branches)
        try stage.mobileOne(
          MergedConvolution(
            outputs: outputs, window: Window(1), squeeze: excites ? outputs / 16 : nil),
          "\(2 * block + 1)", branches: branches)
      }
    }
    network.finishWithMean()
    self.network = network
  }
}
