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

  /// The same for layers that are always computed in float32.
  func float32(_ name: String) -> MapBuilder {
    MapBuilder(self, weights.scope(name).inFloat32)
  }

  /// An empty builder for some of the channels that go into the next layer; see ``ChannelSplit``.
  func part(_ name: String, channels: Int) -> MapBuilder {
    var part = scope(name)
    part.shape.channels = channels
    return part
  }

  /// An empty builder for what takes maps of another shape.
  func scope(_ name: String, taking shape: MapShape) -> MapBuilder {
    var builder = scope(name)
    builder.shape = shape
    return builder
  }

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
  ///
  /// - Parameter addsInput: whether what flows into them is added to their result.
  mutating func append(_ builder: MapBuilder, addingInput addsInput: Bool = false) {
    switch builder.layers.count {
    case _ where addsInput: append(Residual(builder))
    case 0: break
    case 1: append(builder.layers[0])
    default: append(builder.sequence)
    }
  }

  // MARK: Convolutions

  /// A convolution `name` and, if there is one, the BatchNorm `norm` after it, folded in.
  ///
  /// - Parameters:
  ///   - outputs: channels of the result.
  ///   - bias: whether the convolution has one; unless said otherwise where there is no norm.
  ///   - preceding: a norm before it, to be folded in; not where there are groups or padding.
  ///   - scale: factors of the outputs, such as a layer scale; not where there is an activation.
  mutating func convolution(
    _ name: String, norm: String? = nil, _ outputs: Int, _ window: Window = Window(1),
    groups: Int = 1, bias: Bool? = nil, eps: Double = 1e-5, after preceding: BatchNorm? = nil,
    scaledBy scale: [Double]? = nil, activation: Activation = .identity
  ) throws(NetworkError) {
    try checkGroups(groups, outputs)
    var kernel = try Kernel(
      [outputs, shape.channels / groups, window.kernel.height, window.kernel.width],
      bias: bias ?? (norm == nil), weights.scope(name))
    if let preceding {
      precondition(groups == 1 && window.padding == Window.Padding(), "a norm that is not seen")
      kernel.fold(preceding: preceding)
    }
    if let norm {
      kernel.fold(try BatchNorm(size: outputs, eps: eps, weights.scope(norm)))
    }
    if let scale { kernel.scale(by: scale) }
    try append(kernel, window, groups: groups, activation: activation)
  }

  /// A linear layer over the channels of each place; parameters as those of a convolution.
  mutating func linear(
    _ name: String, _ outputs: Int, bias: Bool = true, after preceding: BatchNorm? = nil,
    scaledBy scale: [Double]? = nil, activation: Activation = .identity
  ) throws(NetworkError) {
    var kernel = try Kernel(
      linear: [outputs, shape.channels], bias: bias, weights.scope(name))
    if let preceding { kernel.fold(preceding: preceding) }
    if let scale { kernel.scale(by: scale) }
    try append(kernel, Window(1), activation: activation)
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
      try BatchNorm(size: shape.channels, eps: eps, weights.scope(name)), activation: activation)
  }

  /// A norm that was computed.
  mutating func append(_ norm: BatchNorm, activation: Activation = .identity) {
    append(ScaleShift(norm, shape: shape, activation: activation))
  }

  /// A norm over the channels of each place, and an activation; `scale` has factors of the result,
  /// which are folded in.
  mutating func norm(
    _ name: String, _ style: NormStyle = .layer, scaledBy scale: [Double]? = nil,
    activation: Activation = .identity
  ) throws(NetworkError) {
    append(
      ChannelNorm(
        norm: try weights.norm(name, style, size: shape.channels, scaledBy: scale), shape: shape,
        activation: activation))
  }

  /// The same as LayerNorm whose eps is a tensor of the file, `eps`.
  mutating func normWithItsEps(
    _ name: String, scaledBy scale: [Double]? = nil
  ) throws(NetworkError) {
    let eps = try weights.scope(name).tensor("eps", []).scalars[0]
    try norm(name, NormStyle(kind: .layer, eps: eps), scaledBy: scale)
  }

  /// GroupNorm with one group: a norm over all channels and places of an image.
  mutating func groupNorm(
    _ name: String, bias: Bool = true, eps: Float
  ) throws(NetworkError) {
    append(
      ImageNorm(
        norm: try weights.groupNorm(name, bias: bias, eps: eps, input: shape), output: shape))
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
