/// What a checkpoint, and where it is silent the registry, say about a model.
public struct ModelInfo: Sendable {
  /// The model's name in the registry, or the path of the file it was loaded from.
  public let name: String
  /// The name of the network's configuration, such as `vit_b16_ls`.
  public let network: String
  /// The file of the weights.
  public let file: String
  /// The shapes of inputs and outputs; see ``sizeFromSignature(_:)``.
  public let signature: Signature
  /// Mean and standard deviation of the images that the model was trained on.
  public let rgbStats: RGBStats
  /// The names of the classifier's classes, in the order of its logits; empty without a classifier.
  public let classNames: [String]
  /// The options of the checkpoint that differ from the registered configuration.
  public let customConfig: JSONObject?
  /// The version of birder that wrote the file.
  public let birderVersion: String?
  /// What wrappers around the model had put into the file and was left out, a sentence each.
  public let notes: [String]
}
