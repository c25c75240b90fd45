import ZooTensors

/// birder's `MobileNet_v4` class, the convolutional ones: small, medium and large.
///
/// MobileNetV4: Universal Models for the Mobile Ecosystem (https://arxiv.org/abs/2404.10518), tables of
/// its appendix.
struct MobileNet_v4: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let table: MobileNet_v4Table = try build.options("net_size")
    var network = ConvolutionalNetwork(build)
    try network.appendStem(table.stem, activation: .relu)
    try network.appendStages(table.convolutions.count) { stage, index throws(NetworkError) in
      let (inner, outputs) = table.convolutions[index]
      if table.startsWithBlock {
        let block = InvertedResidual(
          inner: inner, outputs: outputs, window: Window(3, stride: 2), activation: .relu,
          isFused: true)
        try stage.append(block, "0.block")
      } else {
        try stage.convNormActivation("0", inner, Window(3, stride: 2))
        try stage.convNormActivation("1", outputs)
      }
    }
    try network.appendStages(table.bottlenecks.count) { stage, index throws(NetworkError) in
      for (number, block) in table.bottlenecks[index].enumerated() {
        try stage.append(block, "\(number)", stride: number == 0 ? 2 : 1)
      }
    }
    var last = network.maps.body("body.stage5")
    try last.convNormActivation("0", 960)
    network.append(last)
    var features = network.maps.body("features")
    features.globalPool()
    try features.convNormActivation("1", 1280)
    network.finish(features)
    self.network = network
  }
}

/// The block of MobileNet v4: an inverted residual with up to two convolutions of single channels.
struct UniversalBottleneck {
  var outputs: Int
  /// How much wider than its input it is inside.
  var expansion: Int
  /// The sides of the windows before and after it widens; 0 is no convolution.
  var start, middle: Int
}

extension MapBuilder {
  /// A block whose second convolution of single channels strides.
  fileprivate mutating func append(
    _ block: UniversalBottleneck, _ name: String, stride: Int
  ) throws(NetworkError) {
    var branch = scope(name)
    let inner = makeDivisible(Double(shape.channels * block.expansion), by: 8)
    if block.start > 0 {
      try branch.depthwise("start_dw_conv", Window(block.start), activation: .identity)
    }
    try branch.convNormActivation("expand_conv", inner)
    if block.middle > 0 {
      try branch.depthwise("middle_dw_conv", Window(block.middle, stride: stride))
    }
    try branch.convNormActivation("proj_conv", block.outputs, activation: .identity)
    append(branch, addingInput: stride == 1 && block.outputs == shape.channels)
  }
}

/// What a size of MobileNet v4 consists of.
private struct MobileNet_v4Table: OptionChoice {
  var stem: Int
  /// Stages of two convolutions: the outputs of the first, of 3 x 3, and of the second.
  var convolutions: [(inner: Int, outputs: Int)]
  /// Whether those two are a block, without an activation at its end.
  var startsWithBlock: Bool
  /// The stages after them, whose first blocks stride.
  var bottlenecks: [[UniversalBottleneck]]

  /// - Parameter bottlenecks: stages of outputs, and of expansion, start and middle of each block.
  private init(
    stem: Int, convolutions: [(inner: Int, outputs: Int)], startsWithBlock: Bool,
    bottlenecks: [(outputs: Int, blocks: [(expansion: Int, start: Int, middle: Int)])]
  ) {
    (self.stem, self.convolutions) = (stem, convolutions)
    self.startsWithBlock = startsWithBlock
    self.bottlenecks = bottlenecks.map { outputs, blocks in
      blocks.map { block in
        UniversalBottleneck(
          outputs: outputs, expansion: block.expansion, start: block.start,
          middle: block.middle)
      }
    }
  }

  static var choices: KeyValuePairs<String, MobileNet_v4Table> {
    ["small": small, "medium": medium, "large": large]
  }

  private static let small = MobileNet_v4Table(
    stem: 32, convolutions: [(32, 32), (96, 64)], startsWithBlock: false,
    bottlenecks: [
      (96, [(3, 5, 5), (2, 0, 3), (2, 0, 3), (2, 0, 3), (2, 0, 3), (4, 3, 0)]),
      (128, [(6, 3, 3), (4, 5, 5), (4, 0, 5), (3, 0, 5), (4, 0, 3), (4, 0, 3)]),
    ])

  private static let medium = MobileNet_v4Table(
    stem: 32, convolutions: [(128, 48)], startsWithBlock: true,
    bottlenecks: [
      (80, [(4, 3, 5), (2, 3, 3)]),
      (
        160,
        [
          (6, 3, 5), (4, 3, 3), (4, 3, 3), (4, 3, 5), (4, 3, 3), (4, 3, 0), (2, 0, 0), (4, 3, 0),
        ]
      ),
      (
        256,
        [
          (6, 5, 5), (4, 5, 5), (4, 3, 5), (4, 3, 5), (4, 0, 0), (4, 3, 0), (2, 3, 5), (4, 5, 5),
          (4, 0, 0), (4, 0, 0), (2, 5, 0),
        ]
      ),
    ])

  private static let large = MobileNet_v4Table(
    stem: 24, convolutions: [(96, 48)], startsWithBlock: true,
    bottlenecks: [
      (96, [(4, 3, 5), (4, 3, 3)]),
      (
        192,
        [
          (4, 3, 5), (4, 3, 3), (4, 3, 3), (4, 3, 3), (4, 3, 5), (4, 5, 3), (4, 5, 3), (4, 5, 3),
          (4, 5, 3), (4, 5, 3), (4, 3, 0),
        ]
      ),
      (
        512,
        [
          (4, 5, 5), (4, 5, 5), (4, 5, 5), (4, 5, 5), (4, 5, 0), (4, 5, 3), (4, 5, 0), (4, 5, 0),
          (4, 5, 3), (4, 5, 5), (4, 5, 0), (4, 5, 0), (4, 5, 0),
        ]
      ),
    ])
}
