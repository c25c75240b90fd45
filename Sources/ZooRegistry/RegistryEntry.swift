import ZooCore

/// What a registry states of one model.
///
/// Whatever is not known is `nil` or empty.
public struct RegistryEntry: Sendable, Equatable {
  /// The model's name, such as `vit_b16_ls_franca-bioscan5m`.
  public let name: String
  /// The name of the network's configuration, such as `vit_b16_ls`.
  public let network: String
  /// What sets these weights apart from others of the network, such as `franca-bioscan5m`.
  public let tag: String?
  /// What the model was trained to do.
  public let task: ModelTask
  /// Whether the weights are those of the network with its parallel branches fused into one.
  public let isReparameterized: Bool
  /// The training epoch of the weights, where several epochs were published.
  public let epoch: Int?
  /// The network that a detector takes its feature maps from.
  public let backbone: NetworkReference?
  /// The network that a self-supervised or masked-image model trains.
  public let encoder: NetworkReference?
  /// One sentence about the model; may be empty.
  public let description: String
  /// The licence of the weights as an SPDX identifier in lower case, such as `apache-2.0`.
  public let license: String?
  /// How many parameters the network has without a classifier.
  public let parameters: Int?
  /// The width D of the embedding, `[N, D]`.
  public let embeddingSize: Int?
  /// The shapes of inputs and outputs; what the checkpoint states comes before this.
  public let signature: Signature?
  /// Whether the weights have a classifier of their own; `nil` where nobody says so.
  public let hasClassifier: Bool?
  /// The statistics that images are normalised with; the checkpoint's own come before these.
  public let rgbStats: RGBStats?
  /// Where ``rgbStats`` is from, such as `training command`.
  public let rgbStatsSource: String?
  /// The weights, one file for each format, the preferred one first; never empty.
  public let files: [ModelFile]
  /// The classification heads; empty for most models.
  public let heads: [HeadFile]
  /// Published results.
  public let metrics: [Metric]
  /// URLs of the papers behind the network and its training.
  public let papers: [String]
  /// BibTeX entries to cite.
  public let citation: String?
  /// The registries that have an entry of this name, as they were laid over each other; this entry
  /// is from the last.
  public let sources: [String]
  /// The entry as it stands in its registry, with fields that this version does not know.
  public let fields: JSONObject
}

extension RegistryEntry {
  /// How many classes the weights' own classifier tells apart; `nil` without one, and where only the
  /// file says how many.
  public var classes: Int? { signature.flatMap(RegistryEntry.classes) }

  /// As many as the signature states; 0 stands for any number.
  static func classes(of signature: Signature) -> Int? {
    guard signature.outputs.count == 1, signature.outputs[0].count == 2 else { return nil }
    return signature.outputs[0][1] > 0 ? signature.outputs[0][1] : nil
  }

  /// The weights in a format, such as `pt`.
  /// - Throws: ``RegistryError/unknownFormat(_:model:available:)``.
  public func file(format: String) throws(RegistryError) -> ModelFile {
    guard let file = files.first(where: { $0.format == format }) else {
      throw .unknownFormat(format, model: name, available: files.map(\.format))
    }
    return file
  }

  /// The classification head of a level, such as `family`.
  /// - Throws: ``RegistryError/unknownHead(_:model:available:)``.
  public func head(_ level: String) throws(RegistryError) -> HeadFile {
    guard let head = heads.first(where: { $0.level == level }) else {
      throw .unknownHead(level, model: name, available: heads.map(\.level))
    }
    return head
  }
}
