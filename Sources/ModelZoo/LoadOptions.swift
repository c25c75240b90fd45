/// How a model is loaded.
public struct LoadOptions: Sendable {
  /// The format of the weights, `pt` or `safetensors`; `nil` takes what is cached, else the first.
  public var format: String?
  /// The height and width of the images to come, if not those that the weights were made for: the
  /// position embedding is resized, as birder's `adjust_size` does it.
  ///
  /// Of weights whose size neither the file nor the registry states, this is it.
  public var size: ImageSize?
  /// The statistics that images are normalised with; `nil` takes those of the file or the registry.
  public var rgbStats: RGBStats?
  /// What the linear layers of the network's blocks compute with.
  public var precision: Precision
  /// Options laid over the network's registered configuration and the checkpoint's.
  public var configuration: JSONObject
  /// Whether the keys and shapes of a file to be downloaded are compared with those that the
  /// network needs first.
  public var prechecks: Bool

  /// Makes options.
  public init(
    format: String? = nil, size: ImageSize? = nil, rgbStats: RGBStats? = nil,
    precision: Precision = .f32, configuration: JSONObject = JSONObject(), prechecks: Bool = true
  ) {
    self.format = format
    self.size = size
    self.rgbStats = rgbStats
    self.precision = precision
    self.configuration = configuration
    self.prechecks = prechecks
  }
}

/// Is told how much of a file has come; called from other threads.
public typealias ProgressHandler = @Sendable (FetchProgress) -> Void
