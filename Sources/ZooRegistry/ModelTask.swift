/// What a model was trained to do.
///
/// The counterpart of birder's `Task`; `Task` is the name of Swift's own concurrency type.
public enum ModelTask: String, Sendable, CaseIterable {
  /// Image classification, and encoders that give embeddings and feature maps.
  case imageClassification = "image_classification"
  /// Object detection.
  case objectDetection = "object_detection"
  /// Self-supervised training, with the heads that only training needs.
  case selfSupervisedLearning = "self_supervised_learning"
  /// Masked image modelling, with the decoder that only training needs.
  case maskedImageModeling = "masked_image_modeling"

  /// The task of an entry that names none.
  static let `default` = imageClassification
}
