import Dispatch

/// Passes wait here for their turn, on one thread instead of one each.
private let inferenceQueue = DispatchQueue(label: "swift-model-zoo.inference")

/// Classifies one image file.
///
/// The counterpart of birder's `infer_image`, except that a network without a classifier tells no
/// classes: it is an error, or, where the embedding is asked for, an output [1, 0].
/// - Parameters:
///   - net: the network.
///   - image: the path of a JPEG, PNG or WebP file.
///   - transform: the preprocessing that came with the network.
///   - returnEmbedding: give the embedding [1, D] too.
///   - tta: test-time augmentation: the mean over five crops; without effect where the embedding is
///     asked for, as in birder.
///   - returnLogits: give logits in place of probabilities.
/// - Returns: Probabilities [1, classes], and the embedding [1, D] if asked for.
/// - Throws: ``ImageError``, ``NetworkError``; `CancellationError`.
public func inferImage(
  _ net: VisionNetwork, _ image: String, _ transform: ImageTransform, returnEmbedding: Bool = false,
  tta: Bool = false, returnLogits: Bool = false
) async throws -> (output: Tensor, embedding: Tensor?) {
  let decoded = try await offload { _ in try RGBImage(contentsOf: image) }
  return try await inferImage(
    net, decoded, transform, returnEmbedding: returnEmbedding, tta: tta, returnLogits: returnLogits)
}

/// Classifies one decoded image; see ``inferImage(_:_:_:returnEmbedding:tta:returnLogits:)``.
///
/// - Returns: Probabilities [1, classes], and the embedding [1, D] if asked for.
/// - Throws: ``NetworkError``; `CancellationError`.
public func inferImage(
  _ net: VisionNetwork, _ image: RGBImage, _ transform: ImageTransform,
  returnEmbedding: Bool = false,
  tta: Bool = false, returnLogits: Bool = false
) async throws -> (output: Tensor, embedding: Tensor?) {
  let batch = try await offload { _ in Tensor.stack([transform(image)]) }
  return try await inferBatch(
    net, batch, returnEmbedding: returnEmbedding, tta: tta, returnLogits: returnLogits)
}

/// Classifies a batch [N, 3, H, W] of transformed images; the counterpart of birder's `infer_batch`.
///
/// - Parameters:
///   - net: the network.
///   - batch: images as the transform gives them, stacked.
///   - returnEmbedding: give the embeddings [N, D] too.
///   - tta: test-time augmentation: the mean over five crops; without effect where embeddings are
///     asked for, as in birder.
///   - returnLogits: give logits in place of probabilities.
/// - Returns: Probabilities [N, classes], and the embeddings [N, D] if asked for.
/// - Throws: ``NetworkError``, which is ``NetworkError/noClassifier`` for a network without one
///   unless embeddings are asked for; `CancellationError`.
public func inferBatch(
  _ net: VisionNetwork, _ batch: Tensor, returnEmbedding: Bool = false, tta: Bool = false,
  returnLogits: Bool = false
) async throws -> (output: Tensor, embedding: Tensor?) {
  try await classify(net, returnEmbedding: returnEmbedding, returnLogits ? .logits : .probabilities)
  {
    tta && !returnEmbedding
      ? (try net.embedding(try batch.fiveCrops()), 5) : (try net.embedding(batch), 1)
  }
}

/// Classifies transformed images [3, H, W] that may have several sizes; see
/// ``inferBatch(_:_:returnEmbedding:tta:returnLogits:)``.
///
/// Those of one size go through the network together.
/// - Returns: Probabilities [N, classes], and the embeddings [N, D] if asked for, in the images' order.
/// - Throws: ``NetworkError``; `CancellationError`.
public func inferBatch(
  _ net: VisionNetwork, _ images: [Tensor], returnEmbedding: Bool = false,
  returnLogits: Bool = false
) async throws -> (output: Tensor, embedding: Tensor?) {
  try await classify(net, returnEmbedding: returnEmbedding, returnLogits ? .logits : .probabilities)
  {
    (try net.embeddings(of: ImageGroup.groups(of: images), crops: 1), 1)
  }
}

/// Classifies a batch [N, 3, H, W] with several heads, for which it is embedded only once.
///
/// - Parameters:
///   - net: the network whose embeddings the heads take.
///   - batch: transformed images.
///   - heads: published heads, or the network's own classifier as one.
///   - tta: test-time augmentation: the mean over five crops.
///   - scores: probabilities or logits.
/// - Returns: For each head its scores [N, classes].
/// - Throws: ``NetworkError``; `CancellationError`.
public func inferBatch(
  _ net: VisionNetwork, _ batch: Tensor, heads: [Head], tta: Bool = false,
  scores: ClassScores = .probabilities
) async throws -> [Tensor] {
  try await classify(heads, scores) {
    tta ? (try net.embedding(try batch.fiveCrops()), 5) : (try net.embedding(batch), 1)
  }
}

extension VisionNetwork {
  /// The embeddings [N, D] of a batch's images, of which there may be none; of five crops, the means.
  ///
  /// - Throws: ``NetworkError``; `CancellationError`.
  public func embeddings(of batch: ImageBatch) async throws -> Tensor {
    try await offload(to: inferenceQueue) { _ in
      try self.embeddings(of: batch.groups, crops: batch.crops).mean(ofParts: batch.crops)
    }
  }

  /// The embeddings [N, D] of transformed images [3, H, W] that may have several sizes, in their
  /// order.
  ///
  /// - Throws: ``NetworkError``; `CancellationError`.
  public func embeddings(of images: [Tensor]) async throws -> Tensor {
    try await offload(to: inferenceQueue) { _ in
      try self.embeddings(of: ImageGroup.groups(of: images), crops: 1)
    }
  }

  /// The feature maps [N, C, h, w] of a batch's images, of which there may be none, that detectors
  /// are built on; of five crops, those of each crop.
  ///
  /// - Throws: ``NetworkError``, which is ``NetworkError/featureMapsOfSeveralSizes`` for images that
  ///   keep their aspect ratios; `CancellationError`.
  public func detectionFeatures(of batch: ImageBatch) async throws -> [FeatureMap] {
    try await offload(to: inferenceQueue) { _ in
      guard let group = batch.groups.first else {
        return self.detectionFeatureShapes.map { stage, shape in
          FeatureMap(stage: stage, tensor: Tensor(shape: [0] + shape))
        }
      }
      if batch.groups.count > 1 { throw NetworkError.featureMapsOfSeveralSizes }
      return try self.detectionFeatures(group.images)
    }
  }
}

/// Classifies the images of a batch with several heads, for which they are embedded only once.
///
/// - Parameters:
///   - net: the network whose embeddings the heads take.
///   - batch: images of a collection; with five crops, results are the means over them.
///   - heads: published heads, or the network's own classifier as one.
///   - scores: probabilities or logits.
/// - Returns: For each head its scores [N, classes].
/// - Throws: ``NetworkError``; `CancellationError`.
public func inferBatch(
  _ net: VisionNetwork, _ batch: ImageBatch, heads: [Head],
  scores: ClassScores = .probabilities
) async throws -> [Tensor] {
  try await classify(heads, scores) {
    (try net.embeddings(of: batch.groups, crops: batch.crops), batch.crops)
  }
}

/// What a network's classifier says of embeddings [P · N, D], as means over the P parts.
private func classify(
  _ net: VisionNetwork, returnEmbedding: Bool, _ scores: ClassScores,
  _ embed: @escaping @Sendable () throws -> (embeddings: Tensor, parts: Int)
) async throws -> (output: Tensor, embedding: Tensor?) {
  try await offload(to: inferenceQueue) { _ in
    guard returnEmbedding || net.classes > 0 else { throw NetworkError.noClassifier }
    let (embeddings, parts) = try embed()
    guard net.classes > 0 else {
      return (Tensor(shape: [embeddings.shape[0], 0]), embeddings)
    }
    let logits =
      embeddings.count > 0
      ? try net.classify(embeddings) : Tensor(shape: [0, net.classes])
    return (scores.scores(of: logits, parts: parts), returnEmbedding ? embeddings : nil)
  }
}

/// What heads say of embeddings [P · N, D], as means over the P parts.
private func classify(
  _ heads: [Head], _ scores: ClassScores,
  _ embed: @escaping @Sendable () throws -> (embeddings: Tensor, parts: Int)
) async throws -> [Tensor] {
  try await offload(to: inferenceQueue) { _ in
    let (embeddings, parts) = try embed()
    return try heads.map { head in
      let logits =
        embeddings.count > 0
        ? try head.classifier.logits(embeddings) : Tensor(shape: [0, head.classifier.classes])
      return scores.scores(of: logits, parts: parts)
    }
  }
}

extension Tensor {
  /// The mean of equal parts of the outermost extent: from [P · N, …] to [N, …].
  func mean(ofParts parts: Int) -> Tensor {
    if parts == 1 { return self }
    let size = count / parts
    var total = Array(scalars[..<size])
    for part in 1..<parts {
      for index in 0..<size { total[index] += scalars[part * size + index] }
    }
    for index in 0..<size { total[index] /= Float(parts) }
    return Tensor(shape: [shape[0] / parts] + shape.dropFirst(), scalars: total)
  }
}
