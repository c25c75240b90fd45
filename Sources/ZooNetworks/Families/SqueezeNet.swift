import ZooTensors

/// birder's `SqueezeNet` class: SqueezeNet 1.1, whose embedding is the whole last map.
///
/// SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size
/// (https://arxiv.org/abs/1602.07360).
struct SqueezeNet: ConvolutionalFamily {
  /// What each fire module squeezes to, and the width of each half of its result; the modules between
  /// two pools.
  private static let stages = [
    [(16, 64), (16, 64)], [(32, 128), (32, 128)], [(48, 192), (48, 192), (64, 256), (64, 256)],
  ]

  let network: ConvolutionalNetwork
  private let channels: Int

  init(_ build: Build) throws(NetworkError) {
    let pool = Window(3, stride: 2, padding: 0, roundsUp: true)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution("0", 64, Window(3, stride: 2, padding: 0), activation: .relu)
    try stem.maxPool(pool)
    network.append(stem)
    var body = network.maps.body("body")
    for (index, stage) in SqueezeNet.stages.enumerated() {
      if index > 0 { try body.maxPool(pool) }
      for (squeeze, expand) in stage {
        var fire = body.scope("\(body.layers.count)")
        try fire.convolution("squeeze", squeeze, activation: .relu)
        var (left, right) = (fire.scope(""), fire.scope(""))
        try left.convolution("left", expand, activation: .relu)
        try right.convolution("right", expand, Window(3), activation: .relu)
        fire.append(Joined(left, right))
        body.append(fire)
      }
    }
    network.append(body)
    channels = body.shape.channels
    var features = network.maps.scope("")
    features.append(Flattened(input: features.shape))
    network.finish(features)
    self.network = network
  }

  /// A convolution of single places, ReLU and the mean of all places.
  func classifierLayout(_ options: Options) -> ClassifierLayout {
    .meanOfPlaces("classifier.1", channels: channels)
  }
}
