import ZooTensors

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
