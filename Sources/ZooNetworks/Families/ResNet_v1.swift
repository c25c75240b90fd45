import ZooTensors

/// birder's `ResNet_v1` class, with the options of SE-ResNet and ResNet-D.
///
/// Deep Residual Learning for Image Recognition (https://arxiv.org/abs/1512.03385),
/// Squeeze-and-Excitation Networks (https://arxiv.org/abs/1709.01507), and Bag of Tricks for Image
/// Classification with Convolutional Neural Networks (https://arxiv.org/abs/1812.01187).
struct ResNet_v1: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let sizes = try ResNetSizes(options)
    let style = try ResNetStyle(options)
    let exponent: Float? = try options.optional("pooling_param")
    var network = ConvolutionalNetwork(build)
    network.append(try style.stem(network.maps.scope("stem"), width: sizes.stem))
    try network.appendStages(sizes.stages.count) { stage, index throws(NetworkError) in
      let (outputs, units) = sizes.stages[index]
      for unit in 0..<units {
        let stride = index > 0 && unit == 0 ? 2 : 1
        let block = stage.scope("\(unit)")
        var branch = block.scope("block1")
        if sizes.isBottleneck {
          try branch.convNormActivation("0", outputs / 4)
          try branch.convNormActivation("1", outputs / 4, Window(3, stride: stride))
          try branch.convolution("2", norm: "3", outputs, bias: false)
        } else {
          try branch.convNormActivation("0", outputs, Window(3, stride: stride))
          try branch.convolution("1", norm: "2", outputs, Window(3), bias: false)
        }
        stage.append(try style.residual(block, branch, outputs, stride: stride))
      }
    }
    var features = network.maps.scope("features")
    if let exponent {
      features.append(GeneralizedMean(input: features.shape, exponent: exponent))
    } else {
      features.globalPool()
    }
    network.finish(features)
    self.network = network
  }
}

/// The options of ``ResNet_v1`` and ``ResNet_v2`` that give widths and depths.
struct ResNetSizes {
  let isBottleneck: Bool
  /// The width of the stem.
  let stem: Int
  let stages: [(outputs: Int, units: Int)]

  init(_ options: Options) throws(NetworkError) {
    isBottleneck = try options("bottle_neck")
    let widths: [Int] = try options("filter_list")
    let units: [Int] = try options("units")
    guard widths.count == units.count + 1, !units.isEmpty,
      (widths + units).allSatisfy({ $0 > 0 })
    else {
      throw .invalidOption("filter_list", reason: "is \(widths), for \(units) units")
    }
    stem = widths[0]
    stages = Array(zip(widths.dropFirst(), units))
  }
}

/// What the residual networks of ``ResNet_v1`` and ``ResNeXt`` have in common.
struct ResNetStyle {
  private let squeezesAndExcites: Bool
  private let hasDeepStem: Bool
  private let averagesDown: Bool

  init(_ options: Options) throws(NetworkError) {
    squeezesAndExcites = try options("squeeze_excitation", default: false)
    hasDeepStem = try options("deep_stem", default: false)
    averagesDown = try options("avg_down", default: false)
  }

  /// One convolution of 7 x 7 or three of 3 x 3, and a pool.
  func stem(_ builder: MapBuilder, width: Int) throws(NetworkError) -> MapBuilder {
    var stem = builder
    if hasDeepStem {
      try stem.convNormActivation("0", 32, Window(3, stride: 2))
      try stem.convNormActivation("1", 32, Window(3))
      try stem.convNormActivation("2", width, Window(3))
    } else {
      try stem.convNormActivation("0", width, Window(7, stride: 2))
    }
    try stem.maxPool(Window(3, stride: 2))
    return stem
  }

  /// relu(shortcut(x) + excite(branch(x))), with a projection where shapes differ.
  func residual(
    _ block: MapBuilder, _ branch: MapBuilder, _ outputs: Int, stride: Int
  ) throws(NetworkError) -> Residual {
    var branch = branch
    if squeezesAndExcites {
      var excitation = block.scope("", taking: branch.shape)
      try excitation.squeezeExcite("se", squeeze: outputs / 16)
      branch.append(excitation)
    }
    guard block.shape.channels != outputs || stride > 1 else {
      return Residual(branch, activation: .relu)
    }
    var shortcut = block.scope("block2")
    if averagesDown, stride > 1 {
      try shortcut.averagePool(
        Window(2, stride: stride, padding: 0, roundsUp: true), countsPadding: false)
      try shortcut.convolution("1", norm: "2", outputs, bias: false)
    } else {
      try shortcut.convolution(
        "0", norm: "1", outputs, Window(1, stride: stride), bias: false)
    }
    return Residual(branch, shortcut: shortcut, activation: .relu)
  }
}
