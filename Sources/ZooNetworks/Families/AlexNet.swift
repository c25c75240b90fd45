import ZooCore
import ZooTensors

/// birder's `AlexNet` class: torchvision's network, which has no feature maps.
///
/// ImageNet Classification with Deep Convolutional Neural Networks (NeurIPS 2012), as in
/// One weird trick for parallelizing convolutional neural networks (https://arxiv.org/abs/1404.5997).
struct AlexNet: ConvolutionalFamily {
  private static let bins = ImageSize(height: 6, width: 6)

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    // Not an option of birder's: with it tests need not make up 57 million weights, two dozen times.
    let width = try build.options.integer("linear_width", default: 4096)
    let pool = Window(3, stride: 2, padding: 0)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("body")
    try stem.convolution("0", 64, Window(11, stride: 4, padding: 2), activation: .relu)
    try stem.maxPool(pool)
    network.append(stem)
    var body = network.maps.body("body")
    try body.convolution("3", 192, Window(5), activation: .relu)
    try body.maxPool(pool)
    try body.convolution("6", 384, Window(3), activation: .relu)
    try body.convolution("8", 256, Window(3), activation: .relu)
    try body.convolution("10", 256, Window(3), activation: .relu)
    try body.maxPool(pool)
    body.append(
      PoolLayer(
        pooling: Pooling(
          adaptive: AlexNet.bins, input: body.shape, backend: body.weights.backend)))
    network.append(body)
    var features = network.maps.body("features")
    features.append(Flattened(input: features.shape))
    try features.linear("1", width, activation: .relu)
    try features.linear("4", width, activation: .relu)
    network.finish(features)
    self.network = network
  }
}
