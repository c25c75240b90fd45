import ZooCore

/// A named configuration of an architecture.
public struct NetworkConfiguration: Sendable, Equatable {
  /// The name, such as `vit_b16_ls`.
  public let name: String
  /// The architecture's family, such as `vit`.
  public let family: String
  /// The class that implements the family in birder, such as `ViT`; `nil` if there is none.
  public let className: String?
  /// The options of the architecture, in birder's names; what is missing has its default.
  public let config: JSONObject
}

/// A network that a model is built around.
public struct NetworkReference: Sendable, Equatable {
  /// The name of the network's configuration.
  public let network: String
  /// The tag of the weights that its training began with; `nil` if unknown.
  public let tag: String?
}
