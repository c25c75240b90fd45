import Synchronization
import ZooCore
import ZooTensors

/// A network with its weights, ready to run on the CPU.
///
/// The methods compute on the network's own threads and block the caller until the result is there;
/// in asynchronous code call `inferImage` and `inferBatch`, which do not hold up a task's thread.
/// Several callers may share a network: their passes run one after another.
public final class VisionNetwork: Sendable {
  private enum ClassifierState {
    case identity
    case withoutWeights(classes: Int)
    case loaded(Classifier)
  }

  /// Height and width of the images that the network takes.
  public let inputSize: ImageSize
  private let architecture: any Architecture
  private let backend: Backend
  private let classifierState: Mutex<ClassifierState>

  /// Builds a network of a family and loads its weights, all of them and nothing else.
  ///
  /// - Parameters:
  ///   - family: the network's family, such as "vit".
  ///   - configuration: the options: registered ones merged with the checkpoint's and the caller's.
  ///   - classes: how many classes the weights' classifier has, 0 for a network without one; `nil`
  ///     takes what the weights say.
  ///   - size: the size of the images that the weights were made for.
  ///   - newSize: the size of the images to come, if it is another one.
  ///   - patchSize: the size of the patches to come, if it is another than that of the weights.
  ///   - precision: what the linear layers of its blocks compute with.
  ///   - weights: the state dict.
  /// - Throws: ``NetworkError`` that names the tensor or the option.
  package convenience init(
    family: String, configuration: JSONObject, classes: Int?, size: ImageSize,
    newSize: ImageSize? = nil, patchSize: Int? = nil, precision: Precision = .f32,
    weights: [String: TensorView], backend: Backend
  ) throws(NetworkError) {
    try self.init(
      family: family, configuration: configuration, classes: classes, size: size,
      newSize: newSize, patchSize: patchSize,
      weights: Weights(weights, precision: precision, backend: backend))
  }

  init(
    family: String, configuration: JSONObject, classes: Int?, size: ImageSize,
    newSize: ImageSize? = nil, patchSize: Int? = nil, weights source: Weights
  ) throws(NetworkError) {
    guard let type = families[family] else {
      throw .unsupportedFamily(family, supported: families.keys.sorted())
    }
    if patchSize != nil, !type.takesPatchSize {
      throw .invalidOption(
        "patch_size", reason: "cannot be another than that of the weights in this family")
    }
    inputSize = newSize ?? size
    for size in [size, inputSize] { try size.check() }
    let options = Options(configuration)
    architecture = try type.init(
      Build(
        options: options, weights: source, size: size, newSize: inputSize, patchSize: patchSize))
    backend = source.backend
    let layout = try architecture.classifierLayout(options)
    try options.finish()
    let classes = classes ?? source.shape(of: layout.key)?.first ?? 0
    classifierState = Mutex(
      classes == 0
        ? .identity : .loaded(try layout.make(classes, architecture.embeddingSize, source)))
    try source.finish()
  }

  /// The size of an embedding, D.
  public var embeddingSize: Int { architecture.embeddingSize }

  /// How many classes the classifier has; 0 without one.
  public var classes: Int {
    classifierState.withLock { state in
      switch state {
      case .identity: 0
      case .withoutWeights(let classes): classes
      case .loaded(let classifier): classifier.classes
      }
    }
  }

  /// The embeddings [N, D] of images [N, 3, H, W].
  ///
  /// - Throws: ``NetworkError/wrongBatch(expected:found:)`` if H and W are not ``inputSize``.
  public func embedding(_ batch: Tensor) throws(NetworkError) -> Tensor {
    try check(batch)
    return backend.pass { workspace in
      architecture.embedding(batch, in: workspace).tensor()
    }
  }

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
    switch classifierState.withLock({ $0 }) {
    case .identity: return embeddings
    case .withoutWeights(let classes): throw .classifierWithoutWeights(classes: classes)
    case .loaded(let classifier): return try classifier.logits(embeddings)
    }
  }

  /// The feature maps of images [N, 3, H, W] that detectors are built on, stage by stage.
  ///
  /// A ViT/16 gives `stage1`, [N, D, H/16, W/16]: the output of its last block without the final
  /// norm, special tokens dropped. With the option `out_indices` there is a stage for each index.
  /// - Throws: ``NetworkError/wrongBatch(expected:found:)`` if H and W are not ``inputSize``, and
  ///   ``NetworkError/noFeatureMaps`` for a network without any.
  public func detectionFeatures(_ batch: Tensor) throws(NetworkError) -> [FeatureMap] {
    try check(batch)
    if architecture.featureShapes.isEmpty { throw .noFeatureMaps }
    return backend.pass { workspace in architecture.featureMaps(batch, in: workspace) }
  }

  /// The names of the stages of ``detectionFeatures(_:)``, and the shape [C, h, w] of one image's
  /// map in each; none for a network without feature maps.
  public var detectionFeatureShapes: [(stage: String, shape: [Int])] { architecture.featureShapes }

  /// Replaces the classifier by one for `classes` classes, which has no weights until a head is
  /// loaded into ``classifier``; 0 leaves the network without a classifier.
  public func resetClassifier(_ classes: Int) {
    precondition(classes >= 0, "a classifier has no negative number of classes")
    classifierState.withLock { $0 = classes == 0 ? .identity : .withoutWeights(classes: classes) }
  }

  /// The network's classifier, into which a head is loaded.
  public var classifier: ClassifierSlot { ClassifierSlot(network: self) }

  /// A head for this network's embeddings, to be used beside its own classifier.
  ///
  /// - Parameters:
  ///   - classes: how many classes the head has.
  ///   - state: the head's state dict: `weight` [classes, D] and, if there is one, `bias` [classes], or
  ///     the keys of birder's MLP head. What the network's own classifier is does not count.
  package func head(classes: Int, state: [String: TensorView]) throws(NetworkError) -> Classifier {
    let weights = Weights(state, backend: backend)
    let isMLP = weights.shape(of: "3.weight") != nil
    let make = isMLP ? Classifier.mlp : Classifier.linear
    let head = try make(
      classes, embeddingSize, weights.shape(of: isMLP ? "3.bias" : "bias") != nil, weights)
    try weights.finish()
    return head
  }

  fileprivate var loadedClassifier: Classifier? {
    classifierState.withLock { if case .loaded(let classifier) = $0 { classifier } else { nil } }
  }

  fileprivate func load(_ head: Classifier) throws(NetworkError) {
    let expected = [classes, embeddingSize]
    guard [head.classes, head.embeddingSize] == expected else {
      throw .wrongShape(
        key: "classifier.weight", expected: expected, found: [head.classes, head.embeddingSize])
    }
    classifierState.withLock { $0 = .loaded(head) }
  }

  private func check(_ batch: Tensor) throws(NetworkError) {
    let (shape, size) = (batch.shape, inputSize)
    guard shape.count == 4, shape[0] > 0, shape[1] == 3, shape[2] == size.height,
      shape[3] == size.width
    else {
      throw .wrongBatch(expected: "[N, 3, \(size.height), \(size.width)]", found: shape)
    }
  }
}

/// The place of a network's classifier; see ``VisionNetwork/classifier``.
public struct ClassifierSlot: Sendable {
  fileprivate let network: VisionNetwork

  /// The classifier; `nil` for a network without one, and before the weights of a new one are
  /// loaded.
  public var loaded: Classifier? { network.loadedClassifier }

  /// Puts a head in place of the classifier; its classes must be as many as the classifier's.
  ///
  /// - Throws: ``NetworkError/wrongShape(key:expected:found:)`` for another number of classes.
  public func load(_ head: Classifier) throws(NetworkError) { try network.load(head) }
}
