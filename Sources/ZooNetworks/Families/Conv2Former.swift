import ZooTensors

/// birder's `Conv2Former` class: Conv2Former: A Simple Transformer-Style ConvNet for Visual Recognition
/// (https://arxiv.org/abs/2211.11943).
struct Conv2Former: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  private static let embeddingSize = 1280

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let widths: [Int] = try options("dims")
    let depths = try options.depths("depths", of: widths)
    let kernel: [Int] = try options("kernel_size")
    guard kernel.count == 2, kernel.allSatisfy({ $0 > 0 && $0 % 2 == 1 }) else {
      throw .invalidOption("kernel_size", reason: "is \(kernel), not two odd sizes")
    }
    let window = Window(height: kernel[0], width: kernel[1])
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution(
      "0", widths[0] / 2, Window(3, stride: 2), bias: false, activation: .gelu)
    try stem.batchNorm("2")
    try stem.convolution("3", widths[0] / 2, Window(3), bias: false, activation: .gelu)
    try stem.convolution(
      "6", widths[0], .patches(2), bias: false,
      after: try BatchNorm(size: widths[0] / 2, stem.weights.scope("5")))
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      if index > 0 {
        try stage.normWithItsEps("downsample.0")
        try stage.convolution("downsample.1", widths[index], .patches(2))
      }
      for number in 0..<depths[index] {
        let block = stage.scope("blocks.\(number)")
        stage.append(try Conv2Former.attention(block, window))
        stage.append(try Conv2Former.mlp(block))
      }
    }
    var features = network.maps.scope("features")
    try features.convolution("0", Conv2Former.embeddingSize, activation: .gelu)
    try features.normWithItsEps("2")
    features.globalPool()
    network.finish(features)
    self.network = network
  }

  /// Values, each weighed by what is around it in all channels alike.
  private static func attention(
    _ block: MapBuilder, _ window: Window
  ) throws(NetworkError) -> Residual {
    let channels = block.shape.channels
    var branch = block.scope("attn")
    try branch.normWithItsEps("norm")
    var gate = branch.scope("attn")
    try gate.convolution("0", channels, activation: .gelu)
    try gate.convolution("2", channels, window, groups: channels)
    var value = branch.scope("")
    try value.convolution("v", channels)
    branch.append(Product(gate, value))
    try branch.convolution(
      "proj", channels,
      scaledBy: try block.weights.scale("layer_scale_1", [1, channels, 1, 1]))
    return Residual(branch)
  }

  private static func mlp(_ block: MapBuilder) throws(NetworkError) -> Residual {
    let channels = block.shape.channels
    var branch = block.scope("mlp")
    try branch.normWithItsEps("norm")
    try branch.convolution("fc1", 4 * channels, activation: .gelu)
    var position = branch.scope("")
    try position.convolution(
      "pos", 4 * channels, Window(3), groups: 4 * channels, activation: .gelu)
    branch.append(Residual(position))
    try branch.convolution(
      "fc2", channels,
      scaledBy: try block.weights.scale("layer_scale_2", [1, channels, 1, 1]))
    return Residual(branch)
  }
}
