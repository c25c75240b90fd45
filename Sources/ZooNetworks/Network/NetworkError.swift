import ZooCore
import ZooTensors

/// A network that cannot be built from its configuration and weights, or run on its input.
public enum NetworkError: ZooFailure, Equatable {
  /// The checkpoint lacks a tensor that the network needs.
  case missingKey(String, shape: [Int])
  /// A tensor of the checkpoint has another shape than the network needs.
  case wrongShape(key: String, expected: [Int], found: [Int])
  /// A tensor of the checkpoint holds elements that cannot be computed with.
  case unsupportedDType(key: String, dtype: DType)
  /// The checkpoint has tensors that the network does not use.
  case unusedKeys([String])
  /// No network of this family can be built by this version.
  case unsupportedFamily(String, supported: [String])
  /// An option of the configuration is missing, unknown or has a value that cannot be used.
  case invalidOption(String, reason: String)
  /// The family's patches have the size that they had in training; those of others are flexible.
  case fixedPatchSize(flexible: [String])
  /// The family takes images of one size, which do not keep their aspect ratios; others do.
  case fixedAspectRatio(flexible: [String])
  /// Images of several sizes have no feature maps of one shape.
  case featureMapsOfSeveralSizes
  /// The input size does not suit the network.
  case invalidSize(ImageSize, reason: String)
  /// A batch does not have the shape that the network needs.
  case wrongBatch(expected: String, found: [Int])
  /// The network has no feature maps.
  case noFeatureMaps
  /// The classifier was reset and has no weights yet.
  case classifierWithoutWeights(classes: Int)
  /// The network has no classifier, so that it gives embeddings and cannot tell classes.
  case noClassifier
  /// The system could not give the memory or threads to compute with.
  case tensor(TensorError)

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .missingKey, .wrongShape, .unusedKeys: .integrity
    case .unsupportedDType, .unsupportedFamily, .invalidOption, .noClassifier,
      .noFeatureMaps, .fixedPatchSize, .fixedAspectRatio:
      .unsupported
    case .invalidSize, .wrongBatch, .classifierWithoutWeights, .featureMapsOfSeveralSizes: .usage
    case .tensor(let error): error.kind
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .missingKey(let key, let shape):
      "the weights have no tensor '\(key)', which the network needs with shape \(shape)"
    case .wrongShape(let key, let expected, let found):
      "the tensor '\(key)' of the weights has shape \(found) where the network needs \(expected)"
    case .unsupportedDType(let key, let dtype):
      "the tensor '\(key)' of the weights is \(dtype.rawValue), which cannot be computed with"
    case .unusedKeys(let keys):
      "the network does not use \(keys.count) of the weights' tensors, the first being "
        + keys.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    case .unsupportedFamily(let family, let supported):
      "networks of the family '\(family)' are not supported yet; these are: "
        + supported.joined(separator: ", ")
    case .invalidOption(let option, let reason):
      "the network's option '\(option)' \(reason)"
    case .fixedPatchSize(let flexible):
      "networks of this family have patches of the size that they were trained with; another can be"
        + " asked for in the families " + flexible.joined(separator: ", ")
    case .fixedAspectRatio(let flexible):
      "networks of this family take images of one size; only these families can keep the aspect"
        + " ratio of each image: " + flexible.joined(separator: ", ")
    case .featureMapsOfSeveralSizes:
      "images of several sizes have no feature maps of one shape; take those of each group with"
        + " detectionFeatures(_:)"
    case .invalidSize(let size, let reason):
      "the network cannot take images of \(size) pixels: \(reason)"
    case .wrongBatch(let expected, let found):
      "a batch has shape \(found) where the network needs \(expected)"
    case .noFeatureMaps:
      "networks of this family have no feature maps"
    case .classifierWithoutWeights(let classes):
      "the classifier was reset to \(classes) classes and has no weights; load a head first"
    case .noClassifier:
      "the network has no classifier; load a head into it, or ask for embeddings in place of classes"
    case .tensor(let error): error.description
    }
  }
}
