import ZooTensors

/// Where a network's classifier lies in a state dict, and what it is made of.
package struct ClassifierLayout: Sendable {
  /// A tensor whose first extent is the number of classes; a network without it has no classifier.
  let key: String
  /// Takes the classifier from the top of a state dict, by the number of classes and the size of the
  /// embeddings.
  let make: @Sendable (Int, Int, Weights) throws(NetworkError) -> Classifier

  /// One linear layer, `classifier`.
  static func linear(bias: Bool) -> ClassifierLayout {
    ClassifierLayout(key: "classifier.weight") { classes, size, weights throws(NetworkError) in
      try .linear(
        classes: classes, embeddingSize: size, bias: bias, weights.scope("classifier"))
    }
  }

  /// A convolution `name` of an embedding as a map of one place.
  static func convolution(_ name: String) -> ClassifierLayout {
    ClassifierLayout(key: name + ".weight") { classes, size, weights throws(NetworkError) in
      try .linear(
        classes: classes, embeddingSize: size, window: [1, 1], bias: true, weights.scope(name))
    }
  }

  /// birder's MLP head, `classifier.0` to `classifier.3`, unless the family has another.
  static func mlp(_ head: MLPHead? = nil, bias: Bool) -> ClassifierLayout {
    ClassifierLayout(key: "classifier.\(head?.last ?? "3").weight") {
      classes, size, weights throws(NetworkError) in
      try .mlp(
        head ?? .birder(size), classes: classes, embeddingSize: size, bias: bias,
        weights.scope("classifier"))
    }
  }

  /// A convolution `name` of each place of an embedding that is a map, ReLU, and the mean of all
  /// places.
  static func meanOfPlaces(_ name: String, channels: Int) -> ClassifierLayout {
    ClassifierLayout(key: name + ".weight") { classes, size, weights throws(NetworkError) in
      try .meanOfPlaces(
        classes: classes, channels: channels, embeddingSize: size, weights.scope(name))
    }
  }

  /// Several linear layers, each for its part of an embedding, whose mean counts: one linear layer in
  /// the end.
  static func mean(
    of parts: [(name: String, size: Int)], _ options: Options
  ) throws(NetworkError) -> ClassifierLayout {
    let hasBias: Bool = try options("head_bias", default: true)
    return ClassifierLayout(key: parts[0].name + ".weight") {
      classes, size, weights throws(NetworkError) in
      var weight = [Float](repeating: 0, count: classes * size)
      var bias = [Float](repeating: 0, count: classes)
      let share = 1 / Float(parts.count)
      var start = 0
      for (name, width) in parts {
        let own = try weights.tensor(name + ".weight", [classes, width]).scalars
        for row in 0..<classes {
          for column in 0..<width {
            weight[row * size + start + column] = own[row * width + column] * share
          }
        }
        start += width
        if hasBias {
          let own = try weights.tensor(name + ".bias", [classes]).scalars
          for row in 0..<classes { bias[row] += own[row] * share }
        }
      }
      return try .linear(
        weight: Tensor(shape: [classes, size], scalars: weight),
        bias: hasBias ? Tensor(shape: [classes], scalars: bias) : nil, weights)
    }
  }
}

/// A classifier of two linear layers: `0`, an activation, perhaps a norm `2`, and a last one.
struct MLPHead: Sendable {
  /// The size of what lies between the linear layers.
  var hidden: Int
  var activation: Activation
  var norm: NormStyle?
  /// The name of the last layer.
  var last: String

  /// birder's usual one.
  static func birder(_ size: Int) -> MLPHead {
    MLPHead(hidden: 3 * size, activation: .gelu, norm: .layer, last: "3")
  }
}
