import ZooCore
import ZooTensors

/// Layers over maps as a family puts them one after the other: each takes the shape that the one
/// before gives.
///
///     var stem = build.maps.scope("stem")
///     try stem.convNormActivation("0", 64, Window(7, stride: 2))
///     try stem.maxPool(Window(3, stride: 2))
///
/// The methods take weights below the builder's prefix.
struct MapBuilder {
  let weights: Weights
  /// The shape of what flows into the next layer.
  private(set) var shape: MapShape
  private(set) var layers: [any MapLayer] = []
  /// The size of the images, for errors.
  private let images: ImageSize

  /// Begins with images [3, H, W].
  init(images: ImageSize, _ weights: Weights) {
    (self.images, self.weights) = (images, weights)
    shape = MapShape(channels: 3, size: images)
  }

  /// An empty builder for what takes the same input as the next layer, with the weights below `name`.
  func scope(_ name: String) -> MapBuilder { MapBuilder(self, weights.scope(name)) }

  /// The same for layers of the network's body, which compute in the precision that was asked for.
  func body(_ name: String) -> MapBuilder { MapBuilder(self, weights.scope(name).ofBlock) }

  private init(_ builder: MapBuilder, _ weights: Weights) {
    (images, shape, self.weights) = (builder.images, builder.shape, weights)
  }

  /// The layers as one.
  var sequence: MapSequence { MapSequence(layers: layers, input: shape) }

  /// Puts a layer at the end.
  mutating func append(_ layer: any MapLayer) {
    layers.append(layer)
    shape = layer.output
  }

  /// Puts the layers of a builder that began here at the end, as one.
  mutating func append(_ builder: MapBuilder) {
    if !builder.layers.isEmpty { append(builder.sequence) }
  }

  // MARK: Convolutions

  /// A convolution `name` and, if there is one, the BatchNorm `norm` after it, folded in.
  ///
  /// - Parameters:
  ///   - outputs: channels of the result.
  ///   - bias: whether the convolution has one; unless said otherwise where there is no norm.
  mutating func convolution(
    _ name: String, norm: String? = nil, _ outputs: Int, _ window: Window = Window(1),
    groups: Int = 1, bias: Bool? = nil, eps: Double = 1e-5, activation: Activation = .identity
  ) throws(NetworkError) {
    try checkGroups(groups, outputs)
    var kernel = try Kernel(
      [outputs, shape.channels / groups, window.kernel.height, window.kernel.width],
      bias: bias ?? (norm == nil), weights.scope(name))
    if let norm {
      kernel.fold(try BatchNorm(size: outputs, eps: eps, weights.scope(norm)))
    }
    try append(kernel, window, groups: groups, activation: activation)
  }

  /// torchvision's `Conv2dNormActivation`: a convolution `name.0`, a BatchNorm `name.1`, and ReLU
  /// unless said otherwise.
  mutating func convNormActivation(
    _ name: String, _ outputs: Int, _ window: Window = Window(1), groups: Int = 1,
    bias: Bool = false, activation: Activation = .relu
  ) throws(NetworkError) {
    try convolution(
      name + ".0", norm: name + ".1", outputs, window, groups: groups, bias: bias,
      activation: activation)
  }

  /// The same with each channel by itself.
  mutating func depthwise(
    _ name: String, _ window: Window, activation: Activation = .relu
  ) throws(NetworkError) {
    try convNormActivation(
      name, shape.channels, window, groups: shape.channels, activation: activation)
  }

  /// A convolution with a kernel that was computed.
  mutating func append(
    _ kernel: Kernel, _ window: Window, groups: Int = 1, activation: Activation = .identity
  ) throws(NetworkError) {
    try check(window)
    append(
      ConvolutionLayer(
        convolution: try weights.convolution(kernel, window, groups: groups, input: shape),
        activation: activation))
  }

  // MARK: Others

  /// A BatchNorm that no convolution precedes, and an activation.
  mutating func batchNorm(
    _ name: String, eps: Double = 1e-5, activation: Activation = .identity
  ) throws(NetworkError) {
    append(
      ScaleShift(
        try BatchNorm(size: shape.channels, eps: eps, weights.scope(name)), shape: shape,
        activation: activation))
  }

  /// A norm over the channels of each place, and an activation.
  mutating func norm(
    _ name: String, _ style: NormStyle = .layer, activation: Activation = .identity
  ) throws(NetworkError) {
    append(
      ChannelNorm(
        norm: try weights.norm(name, style, size: shape.channels), shape: shape,
        activation: activation))
  }

  /// torchvision's `SqueezeExcitation`; see ``SqueezeExcite``.
  mutating func squeezeExcite(
    _ name: String, squeeze: Int, activation: Activation = .relu, gate: Activation = .sigmoid
  ) throws(NetworkError) {
    append(
      try SqueezeExcite(
        shape, squeeze: squeeze, activation: activation, gate: gate,
        weights.scope(name).inFloat32))
  }

  /// The largest value of each window.
  mutating func maxPool(_ window: Window) throws(NetworkError) { try pool(.max, window) }

  /// The mean of each window.
  mutating func averagePool(_ window: Window, countsPadding: Bool = true) throws(NetworkError) {
    try pool(.average(countsPadding: countsPadding), window)
  }

  /// The mean of all places: a map of one place.
  mutating func globalPool() {
    append(PoolLayer(pooling: .mean(shape, backend: weights.backend)))
  }

  private mutating func pool(_ kind: Pooling.Kind, _ window: Window) throws(NetworkError) {
    try check(window)
    do {
      append(
        PoolLayer(
          pooling: try Pooling(kind, window, input: shape, backend: weights.backend)))
    } catch {
      throw .tensor(error)
    }
  }

  private func check(_ window: Window) throws(NetworkError) {
    guard window.outputSize(of: shape.size) == nil else { return }
    throw .invalidSize(
      images, reason: "a window of \(window.kernel) does not fit a map of \(shape.size)")
  }

  func checkGroups(_ groups: Int, _ outputs: Int) throws(NetworkError) {
    guard groups > 0, outputs > 0, shape.channels % groups == 0, outputs % groups == 0 else {
      throw .invalidOption(
        "groups", reason: "are \(groups), for \(shape.channels) channels to \(outputs)")
    }
  }
}

extension Build {
  /// Where a convolutional network begins: its images.
  var maps: MapBuilder { MapBuilder(images: newSize, weights) }
}
