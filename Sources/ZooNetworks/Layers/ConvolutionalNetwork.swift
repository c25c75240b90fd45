import ZooTensors

/// Floats of a map between two parts of a network that are computed at once, if there are several
/// images.
private let floatsAtOnce = 1 << 19

/// A convolutional network: a stem, stages with feature maps, and what makes an embedding of the last.
struct ConvolutionalNetwork {
  /// Layers, and the name of the feature map that comes out of them if there is one.
  private var parts: [(layers: MapSequence, stage: String?)] = []
  private var features: MapSequence
  /// Where the next part begins.
  private(set) var maps: MapBuilder

  /// A network without parts.
  init(_ build: Build) {
    maps = build.maps
    features = maps.sequence
  }

  /// Adds layers that began at ``maps``.
  ///
  /// - Parameter stage: the name of the feature map that comes out of them, if it is one.
  mutating func append(_ builder: MapBuilder, stage: String? = nil) {
    if builder.layers.isEmpty { return }
    parts.append((builder.sequence, stage))
    maps.append(builder.sequence)
  }

  /// Adds the usual first convolution, `stem`, of every second place.
  mutating func appendStem(_ outputs: Int, activation: Activation) throws(NetworkError) {
    var stem = maps.scope("")
    try stem.convNormActivation("stem", outputs, Window(3, stride: 2), activation: activation)
    append(stem)
  }

  /// Sets what makes an embedding [D, 1, 1] of the output of the last part.
  mutating func finish(_ builder: MapBuilder) { features = builder.sequence }

  /// Makes embeddings as most networks do: the mean of all places.
  mutating func finishWithMean() {
    var features = maps.scope("")
    features.globalPool()
    finish(features)
  }

  /// Makes embeddings of `outputs` values: a convolution `features.0` of single places, and the mean
  /// of all places.
  mutating func finishWithMean(
    of outputs: Int, activation: Activation
  ) throws(NetworkError) {
    var features = maps.body("features")
    try features.convNormActivation("0", outputs, activation: activation)
    features.globalPool()
    finish(features)
  }

  /// The size of an embedding, D.
  var embeddingSize: Int { features.output.channels * features.output.area }

  /// Images [N, 3, H, W] to embeddings [N, D].
  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    let result = workspace.matrix(rows: images.shape[0], columns: embeddingSize)
    workspace.scope {
      var map = workspace.channelsLast(images)
      for index in parts.indices { map = pass(map, through: parts[index].layers, in: workspace) }
      features(map, into: result, in: workspace)
    }
    return result
  }

  /// Some images at a time, so that what is between the layers stays in the processor's cache.
  private func pass(
    _ x: Matrix, through layers: MapSequence, in workspace: Workspace
  ) -> Matrix {
    let (input, output) = (layers.input, layers.output)
    let images = x.rows / input.area
    let y = workspace.matrix(rows: images * output.area, columns: output.channels)
    let most = max(
      1, floatsAtOnce / max(input.channels * input.area, output.channels * output.area))
    var first = 0
    while first < images {
      let last = min(first + most, images)
      layers(
        x.rows(first * input.area..<last * input.area),
        into: y.rows(first * output.area..<last * output.area), in: workspace)
      first = last
    }
    return y
  }

  var featureShapes: [(stage: String, shape: [Int])] {
    parts.compactMap { part in
      let shape = part.layers.output
      return part.stage.map { ($0, [shape.channels, shape.size.height, shape.size.width]) }
    }
  }

  /// Images [N, 3, H, W] to a feature map [N, C, h, w] for each stage.
  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] {
    var maps: [FeatureMap] = []
    var map = workspace.channelsLast(images)
    for (layers, stage) in parts {
      map = pass(map, through: layers, in: workspace)
      guard let stage else { continue }
      let size = layers.output.size
      maps.append(
        FeatureMap(
          stage: stage,
          tensor: workspace.featureMaps(
            map, images: images.shape[0], height: size.height, width: size.width)))
    }
    return maps
  }
}

/// A family that is a convolutional network.
protocol ConvolutionalFamily: Architecture {
  var network: ConvolutionalNetwork { get }
}

extension ConvolutionalFamily {
  package var embeddingSize: Int { network.embeddingSize }
  package func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    network.embedding(images, in: workspace)
  }
  package var featureShapes: [(stage: String, shape: [Int])] { network.featureShapes }
  package func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] {
    network.featureMaps(images, in: workspace)
  }
}
