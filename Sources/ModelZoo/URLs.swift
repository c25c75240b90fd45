#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Zoo {
  /// A network with the weights of a file; see ``loadModel(from:network:options:)`` of a path.
  ///
  /// - Throws: as for a path; ``FileError`` for the URL of something else than a file.
  public func loadModel(
    from url: URL, network: String? = nil, options: LoadOptions = LoadOptions()
  ) async throws -> (net: VisionNetwork, info: ModelInfo) {
    try await loadModel(from: try url.filePath(), network: network, options: options)
  }

  /// The head in a file for a network's embeddings; see ``loadHead(from:for:)`` of a path.
  ///
  /// - Throws: as for a path; ``FileError`` for the URL of something else than a file.
  public func loadHead(from url: URL, for net: VisionNetwork) async throws -> Head {
    try await loadHead(from: try url.filePath(), for: net)
  }
}

/// Classifies one image file; see ``inferImage(_:_:_:returnEmbedding:tta:returnLogits:)`` of a path.
///
/// - Throws: ``ImageError``, also for the URL of something else than a file; ``NetworkError``;
///   `CancellationError`.
public func inferImage(
  _ net: VisionNetwork, _ image: URL, _ transform: ImageTransform, returnEmbedding: Bool = false,
  tta: Bool = false, returnLogits: Bool = false
) async throws -> (output: Tensor, embedding: Tensor?) {
  let decoded = try await offload { _ in try RGBImage(contentsOf: image) }
  return try await inferImage(
    net, decoded, transform, returnEmbedding: returnEmbedding, tta: tta, returnLogits: returnLogits)
}

/// Classifies the content of one image file; see
/// ``inferImage(_:_:_:returnEmbedding:tta:returnLogits:)`` of a path.
///
/// - Throws: ``ImageError``, ``NetworkError``; `CancellationError`.
public func inferImage(
  _ net: VisionNetwork, _ image: Data, _ transform: ImageTransform, returnEmbedding: Bool = false,
  tta: Bool = false, returnLogits: Bool = false
) async throws -> (output: Tensor, embedding: Tensor?) {
  let decoded = try await offload { _ in try RGBImage(decoding: image) }
  return try await inferImage(
    net, decoded, transform, returnEmbedding: returnEmbedding, tta: tta, returnLogits: returnLogits)
}
