import ZooTensors

/// A family of networks: what turns images into embeddings and feature maps.
package protocol Architecture: Sendable {
  /// Builds the layers from weights, taking all that belong to them, and reads the options.
  init(_ build: Build) throws(NetworkError)

  /// Whether another patch size than that of the weights can be asked for.
  static var takesPatchSize: Bool { get }

  /// Whether images may have any number of patches below and beside each other.
  static var takesAnyGrid: Bool { get }

  /// Height and width of a patch in pixels, if images may have any number of them.
  var naflexPatchSize: Int? { get }

  /// The size of an embedding, D.
  var embeddingSize: Int { get }

  /// How the classifier's weights are laid out; the usual way unless the family says so.
  func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout

  /// Images [N, 3, H, W] to embeddings [N, D].
  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix

  /// The names of the feature maps and the shape [C, h, w] that each has for an image, in order.
  var featureShapes: [(stage: String, shape: [Int])] { get }

  /// Images [N, 3, H, W] to feature maps [N, C, h, w], named and in order.
  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap]
}

extension Architecture {
  package static var takesPatchSize: Bool { false }
  package static var takesAnyGrid: Bool { false }
  package var naflexPatchSize: Int? { nil }

  package func classifierLayout(
    _ options: Options
  ) throws(NetworkError) -> ClassifierLayout {
    let bias: Bool = try options("head_bias", default: true)
    return try options("mlp_head", default: false) ? .mlp(bias: bias) : .linear(bias: bias)
  }
}
