import ZooCore
import ZooTensors

/// What turns embeddings into logits: a network's own classifier, or a linear-probe head.
public struct Classifier: Sendable {
  private enum Layers {
    case linear(Linear)
    case mlp(Linear, Norm, Linear)
  }

  /// How many classes there are.
  public let classes: Int
  /// The size of the embeddings that it takes, D.
  public let embeddingSize: Int
  private let layers: Layers
  private let backend: Backend

  /// Takes the tensors of a linear layer, or of birder's MLP head where `isMLP`.
  ///
  /// A linear layer has `weight` [classes, D] and, unless `bias` is false, `bias` [classes].
  package init(
    classes: Int, embeddingSize: Int, bias: Bool = true, isMLP: Bool = false, weights: Weights
  ) throws(NetworkError) {
    self.classes = classes
    self.embeddingSize = embeddingSize
    backend = weights.backend
    if isMLP {
      let hidden = 3 * embeddingSize
      layers = .mlp(
        try weights.linear("0", inputs: embeddingSize, outputs: hidden),
        try weights.norm("2", .layer, size: hidden, eps: 1e-6),
        try weights.linear("3", inputs: hidden, outputs: classes, bias: bias))
    } else {
      layers = .linear(
        try weights.linear(
          shape: [classes, embeddingSize], bias: bias))
    }
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
    case .mlp(let expand, let norm, let linear):
      let hidden = workspace.matrix(rows: embeddings.rows, columns: expand.outputs)
      expand(embeddings, into: hidden, activation: .gelu, in: workspace)
      norm(hidden, into: hidden)
      linear(hidden, into: result, in: workspace)
    }
    return result
  }
}
