import ZooCore
import ZooTensors

/// The part of a network that turns images into embeddings and feature maps.
package protocol Architecture: Sendable {
  /// Builds the layers from weights, taking all that belong to them.
  ///
  /// - Parameters:
  ///   - configuration: the options, registered ones merged with the checkpoint's and the caller's.
  ///   - size: height and width of the images that the weights were made for.
  ///   - newSize: height and width of the images to come.
  init(configuration: JSONObject, size: ImageSize, newSize: ImageSize, weights: Weights)
    throws(NetworkError)

  /// The size of an embedding, D.
  var embeddingSize: Int { get }

  /// Images [N, 3, H, W] to embeddings [N, D].
  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix

  /// The names of the feature maps and the shape [C, h, w] that each has for an image, in order.
  var featureShapes: [(stage: String, shape: [Int])] { get }

  /// Images [N, 3, H, W] to feature maps [N, C, h, w], named and in order.
  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap]
}

/// Height and width of an image in pixels.
public struct ImageSize: Sendable, Equatable {
  /// More pixels in a row or column than any network takes; a file that states more is not sound.
  static let largestSide = 16384

  /// Pixels from top to bottom.
  public var height: Int
  /// Pixels from left to right.
  public var width: Int

  /// Makes a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// The feature map of one stage of a network.
public struct FeatureMap: Sendable, Equatable {
  /// The name of the stage, such as "stage1".
  public let stage: String
  /// The features, [N, C, h, w].
  public let tensor: Tensor

  package init(stage: String, tensor: Tensor) {
    self.stage = stage
    self.tensor = tensor
  }
}

/// The families of networks that can be built, by the name that registries use.
package let architectures: [String: any Architecture.Type] = ["vit": ViT.self]
