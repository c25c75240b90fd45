import ZooTensors

/// birder's `ResNeXt` class: ResNets whose 3 x 3 convolutions are in groups.
///
/// Aggregated Residual Transformations for Deep Neural Networks (https://arxiv.org/abs/1611.05431).
struct ResNeXt: ConvolutionalFamily {
  private static let widths = [64, 128, 256, 512]
  private static let expansion = 4

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let units: [Int] = try options("units")
    let groups = try options.integer("groups", default: 32)
    let baseWidth = try options.integer("base_width", default: 4)
    let style = try ResNetStyle(options)
    guard (1...ResNeXt.widths.count).contains(units.count), units.allSatisfy({ $0 > 0 }) else {
      throw .invalidOption("units", reason: "is \(units), not one to four positive numbers")
    }
    var network = ConvolutionalNetwork(build)
    network.append(try style.stem(network.maps.scope("stem"), width: ResNeXt.widths[0]))
    try network.appendStages(units.count) { stage, index throws(NetworkError) in
      let width = ResNeXt.widths[index]
      let (inner, outputs) = (width * baseWidth / 64 * groups, width * ResNeXt.expansion)
      for unit in 0..<units[index] {
        let stride = index > 0 && unit == 0 ? 2 : 1
        let block = stage.scope("\(unit)")
        var branch = block.scope("block1")
        try branch.convNormActivation("0", inner)
        try branch.convNormActivation("1", inner, Window(3, stride: stride), groups: groups)
        try branch.convolution("2", norm: "3", outputs, bias: false)
        stage.append(try style.residual(block, branch, outputs, stride: stride))
      }
    }
    network.finishWithMean()
    self.network = network
  }
}
