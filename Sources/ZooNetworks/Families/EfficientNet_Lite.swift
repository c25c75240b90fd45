/// birder's `EfficientNet_Lite` class: EfficientNet v1 without excitation, for devices without floating
/// point.
///
/// EfficientNet-Lite (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite).
struct EfficientNet_Lite: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let scale = try EfficientNetScale(build.options)
    var network = ConvolutionalNetwork(build)
    try network.appendStem(32, activation: .relu6)
    try network.append(scale.groups(scalesEnds: false), excites: false, activation: .relu6)
    try network.finishWithMean(of: 1280, activation: .relu6)
    self.network = network
  }
}
