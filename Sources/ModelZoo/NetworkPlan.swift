/// What a checkpoint, the registry and the caller together say about a network.
struct NetworkPlan {
  let signature: Signature
  let rgbStats: RGBStats
  let family: String
  let configuration: JSONObject
  /// How many classes the checkpoint's classifier has by its signature; 0 without one, `nil` where
  /// the signature does not say.
  let classes: Int?
  /// The size of the images that the weights were made for.
  let size: ImageSize
  /// The size of the images to come, if it is another one.
  let newSize: ImageSize?

  /// - Throws: ``ModelError/missingMetadata(file:key:advice:)``.
  init(
    _ checkpoint: Checkpoint, _ network: NetworkConfiguration, entry: RegistryEntry?,
    options: LoadOptions
  ) throws(ModelError) {
    let stated = checkpoint.signature ?? entry?.signature
    let named = checkpoint.classToIndex?.count ?? 0
    guard let signature = stated ?? options.size.map({ Signature($0, classes: named) }) else {
      throw .missingMetadata(
        file: checkpoint.file, key: "signature",
        advice: "give the size of its images with --size (LoadOptions.size)")
    }
    guard let rgbStats = options.rgbStats ?? checkpoint.rgbStats ?? entry?.rgbStats else {
      throw .missingMetadata(
        file: checkpoint.file, key: "rgb_stats",
        advice: "give those of its training with --rgb-stats (LoadOptions.rgbStats)")
    }
    self.signature = signature
    self.rgbStats = rgbStats
    family = network.family
    configuration = network.config
      .merging(checkpoint.config ?? JSONObject())
      .merging(options.configuration)
    classes = checkpoint.signature?.outputs.first.flatMap { $0.count == 2 ? $0[1] : nil }
    size = sizeFromSignature(signature)
    newSize = stated == nil || options.sizing != .fixed ? nil : options.size
  }
}

extension Signature {
  fileprivate init(_ size: ImageSize, classes: Int) {
    self.init(inputs: [[0, 3, size.height, size.width]], outputs: [[0, classes]])
  }
}

extension StateDict {
  /// The tensors by name.
  var byName: [String: TensorView] { Dictionary(map { ($0.name, $0.tensor) }) { $1 } }
}
