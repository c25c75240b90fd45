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

  /// birder's MLP head, `classifier.0` to `classifier.3`.
  static func mlp(bias: Bool) -> ClassifierLayout {
    ClassifierLayout(key: "classifier.3.weight") { classes, size, weights throws(NetworkError) in
      try .mlp(classes: classes, embeddingSize: size, bias: bias, weights.scope("classifier"))
    }
  }
}
