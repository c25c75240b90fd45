/// How a model is loaded.
public struct LoadOptions: Sendable {
  /// The format of the weights, `pt` or `safetensors`; `nil` takes what is cached, else the first.
  public var format: String?
  /// The height and width of the images to come, if not those that the weights were made for: the
  /// position embedding is resized, as birder's `adjust_size` does it.
  public var size: ImageSize?
  /// Options laid over the network's registered configuration and the checkpoint's.
  public var configuration: JSONObject

  /// Makes options.
  public init(
    format: String? = nil, size: ImageSize? = nil, configuration: JSONObject = JSONObject()
  ) {
    self.format = format
    self.size = size
    self.configuration = configuration
  }
}

/// Is told how much of a file has come; called from other threads.
public typealias ProgressHandler = @Sendable (FetchProgress) -> Void
