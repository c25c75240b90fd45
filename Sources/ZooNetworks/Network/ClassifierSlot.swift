import Synchronization
import ZooTensors

/// The place of a network's classifier, where another can be put as in birder.
///
/// This is for birder's ways, `reset_classifier` and `classifier.load_state_dict`, and the one thing
/// of a network that changes. Without it, give the network's embeddings to any number of heads:
/// `head.classifier.logits(embeddings)`.
public final class ClassifierSlot: Sendable {
  private enum State {
    case none
    case withoutWeights(classes: Int)
    case loaded(Classifier)

    var classes: Int {
      switch self {
      case .none: 0
      case .withoutWeights(let classes): classes
      case .loaded(let classifier): classifier.classes
      }
    }
  }

  private let state: Mutex<State>
  private let embeddingSize: Int

  init(_ classifier: Classifier?, embeddingSize: Int) {
    state = Mutex(classifier.map(State.loaded) ?? .none)
    self.embeddingSize = embeddingSize
  }

  /// The classifier; `nil` for a network without one, and before the weights of a new one are
  /// loaded.
  public var loaded: Classifier? {
    state.withLock { if case .loaded(let classifier) = $0 { classifier } else { nil } }
  }

  /// Puts a head in place of the classifier; its classes must be as many as the classifier's.
  ///
  /// - Throws: ``NetworkError/wrongShape(key:expected:found:)`` for another number of classes, and
  ///   for a head that takes embeddings of another size.
  public func load(_ head: Head) throws(NetworkError) {
    try state.withLock { state throws(NetworkError) in
      let expected = [state.classes, embeddingSize]
      let found = [head.classifier.classes, head.classifier.embeddingSize]
      guard found == expected else {
        throw .wrongShape(key: "classifier.weight", expected: expected, found: found)
      }
      state = .loaded(head.classifier)
    }
  }

  fileprivate var classes: Int { state.withLock { $0.classes } }

  fileprivate func reset(_ classes: Int) {
    state.withLock { $0 = classes == 0 ? .none : .withoutWeights(classes: classes) }
  }

  fileprivate func logits(_ embeddings: Tensor) throws(NetworkError) -> Tensor {
    switch state.withLock({ $0 }) {
    case .none: return embeddings
    case .withoutWeights(let classes): throw .classifierWithoutWeights(classes: classes)
    case .loaded(let classifier): return try classifier.logits(embeddings)
    }
  }
}

extension VisionNetwork {
  /// How many classes the classifier has; 0 without one.
  public var classes: Int { classifier.classes }

  /// The logits [N, classes] of images [N, 3, H, W]; their embeddings [N, D] without a classifier.
  ///
  /// - Throws: ``NetworkError/wrongBatch(expected:found:)`` if H and W are not ``inputSize``, and
  ///   ``NetworkError/classifierWithoutWeights(classes:)`` between ``resetClassifier(_:)`` and the
  ///   loading of a head.
  public func forward(_ batch: Tensor) throws(NetworkError) -> Tensor {
    try classify(try embedding(batch))
  }

  /// The logits [N, classes] of embeddings [N, D]; the embeddings themselves without a classifier.
  ///
  /// - Throws: ``NetworkError/wrongBatch(expected:found:)`` for embeddings of another size, and
  ///   ``NetworkError/classifierWithoutWeights(classes:)``.
  public func classify(_ embeddings: Tensor) throws(NetworkError) -> Tensor {
    try classifier.logits(embeddings)
  }

  /// Replaces the classifier by one for `classes` classes, which has no weights until a head is
  /// loaded into ``classifier``; 0 leaves the network without a classifier.
  public func resetClassifier(_ classes: Int) {
    precondition(classes >= 0, "a classifier has no negative number of classes")
    classifier.reset(classes)
  }
}
