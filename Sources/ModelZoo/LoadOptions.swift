/// How a model is loaded.
public struct LoadOptions: Sendable {
  /// The format of the weights, `pt` or `safetensors`; `nil` takes what is cached, else the first.
  public var format: String?
  /// The height and width of the images to come, if not those that the weights were made for: the
  /// position embedding is resized, as birder's `adjust_size` does it.
  ///
  /// Of weights whose size neither the file nor the registry states, this is it. Where images keep
  /// their aspect ratios, it only tells how many patches they have.
  public var size: ImageSize?
  /// Whether images are brought to one size, or keep their aspect ratios.
  public var sizing: ImageSizing
  /// Height and width of the patches to come, if not those that the weights were made for: the
  /// projection and the position embedding are resized, as birder's `adjust_patch_size` does it.
  public var patchSize: Int?
  /// The statistics that images are normalised with; `nil` takes those of the file or the registry.
  public var rgbStats: RGBStats?
  /// What the linear layers of the network's blocks compute with.
  public var precision: Precision
  /// Whether every convolution is computed as its sum of products.
  ///
  /// Otherwise those of 3 x 3 in float32 may be computed by Winograd's algorithm, which takes less time
  /// and more memory, and differs by some 3e-6 of the largest magnitude.
  public var isExact: Bool
  /// Options laid over the network's registered configuration and the checkpoint's.
  public var configuration: JSONObject
  /// Whether the keys and shapes of a file to be downloaded are compared with those that the
  /// network needs first.
  public var prechecks: Bool

  /// Makes options.
  public init(
    format: String? = nil, size: ImageSize? = nil, sizing: ImageSizing = .fixed,
    patchSize: Int? = nil, rgbStats: RGBStats? = nil, precision: Precision = .f32,
    isExact: Bool = false, configuration: JSONObject = JSONObject(), prechecks: Bool = true
  ) {
    self.format = format
    self.size = size
    self.sizing = sizing
    self.patchSize = patchSize
    self.rgbStats = rgbStats
    self.precision = precision
    self.isExact = isExact
    self.configuration = configuration
    self.prechecks = prechecks
  }
}

/// What sizes the images have that a network is given.
public enum ImageSizing: Sendable, Hashable {
  /// All the same: the network's ``VisionNetwork/inputSize``.
  case fixed
  /// Each its own, of at most so many patches, with its aspect ratio kept (NaFlex); `nil` stands for as
  /// many patches as the fixed size has. Only for networks that are made for it.
  case naflex(maxSequenceLength: Int? = nil)
}

/// Is told how much of a file has come; called from other threads.
public typealias ProgressHandler = @Sendable (FetchProgress) -> Void
