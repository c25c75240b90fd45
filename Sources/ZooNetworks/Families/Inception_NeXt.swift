import ZooTensors

/// birder's `Inception_NeXt` class: InceptionNeXt: When Inception Meets ConvNeXt
/// (https://arxiv.org/abs/2303.16900).
struct Inception_NeXt: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  private static let mlpRatios = [4, 4, 4, 3]

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let widths: [Int] = try options("channels")
    let depths = try options.depths("num_layers", of: widths)
    let band = try options.integer("band_kernel_size")
    let ratio: Double = try options("branch_ratio")
    guard widths.count <= Inception_NeXt.mlpRatios.count, band % 2 == 1 else {
      throw .invalidOption(
        "band_kernel_size", reason: "is \(band), not odd, or there are more than 4 stages")
    }
    guard ratio > 0, ratio <= 1.0 / 3, widths.allSatisfy({ Double($0) * ratio >= 1 }) else {
      throw .invalidOption(
        "branch_ratio", reason: "is \(ratio), which leaves a branch without channels")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution(
      "0", norm: "1", widths[0], .patches(4), bias: true)
    network.append(stem)
    try network.appendStages(depths.count) { stage, index throws(NetworkError) in
      let width = widths[index]
      if index > 0 {
        try stage.convolution(
          "downsample.1", width, .patches(2),
          after: try BatchNorm(
            size: stage.shape.channels, stage.weights.scope("downsample.0")))
      }
      for number in 0..<depths[index] {
        let block = stage.scope("blocks.\(number)")
        var branch = block.scope("block")
        branch.append(
          try Inception_NeXt.mixer(
            branch.scope("0"), channels: Int(Double(width) * ratio), band: band))
        try branch.convolution(
          "2.fc1", width * Inception_NeXt.mlpRatios[index],
          after: try BatchNorm(size: width, branch.weights.scope("1")), activation: .gelu)
        try branch.convolution(
          "2.fc2", width,
          scaledBy: try block.weights.scale("layer_scale", [width, 1, 1]))
        stage.append(Residual(branch))
      }
    }
    network.finishWithMean()
    self.network = network
  }

  /// Depthwise convolutions by a square and two bands of some channels each; the others, which come
  /// first, stay as they are.
  private static func mixer(
    _ builder: MapBuilder, channels: Int, band: Int
  ) throws(NetworkError) -> ChannelSplit {
    var parts = [builder.part("", channels: builder.shape.channels - 3 * channels)]
    for (name, window) in [
      ("dwconv_hw", Window(3)), ("dwconv_w", Window(height: 1, width: band)),
      ("dwconv_h", Window(height: band, width: 1)),
    ] {
      var part = builder.part("", channels: channels)
      try part.convolution(name, channels, window, groups: channels)
      parts.append(part)
    }
    return ChannelSplit(parts)
  }

  func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout {
    let bias: Bool = try options("head_bias", default: true)
    return try options("mlp_head", default: true) ? .mlp(bias: bias) : .linear(bias: bias)
  }
}
