import ZooCore
import ZooTensors

/// A network with its weights, ready to run on the CPU.
///
/// The methods compute on the network's own threads and block the caller until the result is there;
/// in asynchronous code call `inferImage` and `inferBatch`, which do not hold up a task's thread.
/// Several callers may share a network: their passes run one after another.
public final class VisionNetwork: Sendable {
  /// Height and width of the images that the network takes, unless it takes others, too: see
  /// ``naflexPatchSize``.
  public let inputSize: ImageSize
  /// The network's classifier, into which a head is loaded; all else of a network never changes.
  public let classifier: ClassifierSlot
  private let architecture: any Architecture
  private let backend: Backend

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
  ///   - isExact: whether convolutions do without Winograd's algorithm.
  ///   - weights: the state dict.
  /// - Throws: ``NetworkError`` that names the tensor or the option.
  package convenience init(
    family: String, configuration: JSONObject, classes: Int?, size: ImageSize,
    newSize: ImageSize? = nil, patchSize: Int? = nil, precision: Precision = .f32,
    isExact: Bool = false, weights: [String: TensorView], backend: Backend
  ) throws(NetworkError) {
    try self.init(
      family: family, configuration: configuration, classes: classes, size: size,
      newSize: newSize, patchSize: patchSize,
      weights: Weights(weights, precision: precision, isExact: isExact, backend: backend))
  }

  init(
    family: String, configuration: JSONObject, classes: Int?, size: ImageSize,
    newSize: ImageSize? = nil, patchSize: Int? = nil, weights source: Weights
  ) throws(NetworkError) {
    let type = try VisionNetwork.architecture(of: family, patchSize: patchSize)
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
    classifier = ClassifierSlot(
      classes == 0 ? nil : try layout.make(classes, architecture.embeddingSize, source),
      embeddingSize: architecture.embeddingSize)
    try source.finish()
  }

  /// Height and width of a patch in pixels, if the network takes images of any whole number of
  /// patches below and beside each other, as NaFlex does; `nil` if it takes one size only.
  public var naflexPatchSize: Int? { architecture.naflexPatchSize }

  /// The size of an embedding, D.
  public var embeddingSize: Int { architecture.embeddingSize }

  /// The embeddings [N, D] of images [N, 3, H, W].
  ///
  /// - Throws: ``NetworkError/wrongBatch(expected:found:)`` if H and W are not ``inputSize``, nor
  ///   multiples of ``naflexPatchSize``.
  public func embedding(_ batch: Tensor) throws(NetworkError) -> Tensor {
    try check(batch)
    return backend.pass { workspace in
      architecture.embedding(batch, in: workspace).tensor()
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

  /// A head for this network's embeddings, to be used beside its own classifier.
  ///
  /// - Parameters:
  ///   - classes: how many classes the head has.
  ///   - state: the head's state dict: `weight` [classes, D] and, if there is one, `bias` [classes], or
  ///     the keys of birder's MLP head. What the network's own classifier is does not count.
  package func head(classes: Int, state: [String: TensorView]) throws(NetworkError) -> Classifier {
    let weights = Weights(state, backend: backend)
    let isMLP = weights.shape(of: "3.weight") != nil
    let bias = weights.shape(of: isMLP ? "3.bias" : "bias") != nil
    let head =
      isMLP
      ? try Classifier.mlp(
        .birder(embeddingSize), classes: classes, embeddingSize: embeddingSize, bias: bias,
        weights)
      : try Classifier.linear(
        classes: classes, embeddingSize: embeddingSize, bias: bias, weights)
    try weights.finish()
    return head
  }

  private func check(_ batch: Tensor) throws(NetworkError) {
    let (shape, size, patch) = (batch.shape, inputSize, naflexPatchSize)
    if shape.count == 4, shape[0] > 0, shape[1] == 3 {
      if shape[2] == size.height, shape[3] == size.width { return }
      if let patch, shape[2...].allSatisfy({ $0 > 0 && $0 % patch == 0 }) { return }
    }
    throw .wrongBatch(
      expected: patch.map { "[N, 3, H, W] with H and W multiples of \($0)" }
        ?? "[N, 3, \(size.height), \(size.width)]", found: shape)
  }
}
