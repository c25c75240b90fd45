import ZooCore
import ZooTensors

/// What turns embeddings into logits: a network's own classifier, or a linear-probe head.
public struct Classifier: Sendable {
  private enum Layers {
    case linear(Linear)
    case mlp(Linear, Activation, Norm?, Linear)
    case meanOfPlaces(Linear, Pooling)
  }

  /// How many classes there are.
  public let classes: Int
  /// The size of the embeddings that it takes, D.
  public let embeddingSize: Int
  private let layers: Layers
  private let backend: Backend

  private init(classes: Int, embeddingSize: Int, _ layers: Layers, backend: Backend) {
    self.classes = classes
    self.embeddingSize = embeddingSize
    self.layers = layers
    self.backend = backend
  }

  /// Takes the `weight` [classes, D] and, if there is one, the `bias` [classes] of a linear layer.
  ///
  /// - Parameter window: further extents of the weight, those of a convolution.
  static func linear(
    classes: Int, embeddingSize: Int, window: [Int] = [], bias: Bool, _ weights: Weights
  ) throws(NetworkError) -> Classifier {
    Classifier(
      classes: classes, embeddingSize: embeddingSize,
      .linear(try weights.linear(shape: [classes, embeddingSize] + window, bias: bias)),
      backend: weights.backend)
  }

  /// Makes a linear layer of what was computed from tensors: weight [classes, D], bias [classes].
  static func linear(
    weight: Tensor, bias: Tensor?, _ weights: Weights
  ) throws(NetworkError) -> Classifier {
    Classifier(
      classes: weight.shape[0], embeddingSize: weight.shape[1],
      .linear(try weights.linear(weight: weight, bias: bias)), backend: weights.backend)
  }

  /// Takes two linear layers and what lies between them.
  static func mlp(
    _ head: MLPHead, classes: Int, embeddingSize: Int, bias: Bool, _ weights: Weights
  ) throws(NetworkError) -> Classifier {
    Classifier(
      classes: classes, embeddingSize: embeddingSize,
      .mlp(
        try weights.linear("0", inputs: embeddingSize, outputs: head.hidden), head.activation,
        try head.norm.map { norm throws(NetworkError) in
          try weights.norm("2", norm, size: head.hidden)
        },
        try weights.linear(head.last, inputs: head.hidden, outputs: classes, bias: bias)),
      backend: weights.backend)
  }

  /// Takes a convolution of single places of embeddings that are maps [channels, h, w]; after it come
  /// ReLU and the mean of all places.
  static func meanOfPlaces(
    classes: Int, channels: Int, embeddingSize: Int, _ weights: Weights
  ) throws(NetworkError) -> Classifier {
    let places = ImageSize(height: 1, width: embeddingSize / channels)
    return Classifier(
      classes: classes, embeddingSize: embeddingSize,
      .meanOfPlaces(
        try weights.linear(shape: [classes, channels, 1, 1]),
        .mean(MapShape(channels: classes, size: places), backend: weights.backend)),
      backend: weights.backend)
  }

  /// Logits [N, classes] of embeddings [N, D].
  ///
  /// - Throws: ``NetworkError/wrongBatch(expected:found:)`` for embeddings of another size.
  public func logits(_ embeddings: Tensor) throws(NetworkError) -> Tensor {
    guard embeddings.shape.count == 2, embeddings.shape[1] == embeddingSize else {
      throw .wrongBatch(expected: "[N, \(embeddingSize)]", found: embeddings.shape)
    }
    return backend.pass { workspace in
      let input = workspace.matrix(rows: embeddings.shape[0], columns: embeddingSize)
      input.fill(from: embeddings)
      return logits(input, in: workspace).tensor()
    }
  }

  func logits(_ embeddings: Matrix, in workspace: Workspace) -> Matrix {
    let result = workspace.matrix(rows: embeddings.rows, columns: classes)
    switch layers {
    case .linear(let linear): linear(embeddings, into: result, in: workspace)
    case .mlp(let expand, let activation, let norm, let linear):
      let hidden = workspace.matrix(rows: embeddings.rows, columns: expand.outputs)
      expand(embeddings, into: hidden, activation: activation, in: workspace)
      norm?(hidden, into: hidden)
      linear(hidden, into: result, in: workspace)
    case .meanOfPlaces(let linear, let mean):
      let places = embeddings.rows * mean.input.area
      let map = workspace.matrix(rows: places, columns: linear.inputs)
      let activated = workspace.matrix(rows: places, columns: classes)
      workspace.channelsLast(embeddings, into: map)
      linear(map, into: activated, activation: .relu, in: workspace)
      mean(activated, into: result)
    }
    return result
  }
}
