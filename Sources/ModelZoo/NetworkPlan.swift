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
    guard let signature = checkpoint.signature ?? entry?.signature else {
      throw .missingMetadata(
        file: checkpoint.file, key: "signature", advice: "save it with birder, which adds one")
    }
    guard let rgbStats = checkpoint.rgbStats ?? entry?.rgbStats else {
      throw .missingMetadata(
        file: checkpoint.file, key: "rgb_stats", advice: "state them in a registry of your own")
    }
    self.signature = signature
    self.rgbStats = rgbStats
    family = network.family
    configuration = network.config
      .merging(checkpoint.config ?? JSONObject())
      .merging(options.configuration)
    classes = checkpoint.signature?.outputs.first.flatMap { $0.count == 2 ? $0[1] : nil }
    size = sizeFromSignature(signature)
    newSize = options.size
  }
}

extension StateDict {
  /// The tensors by name.
  var byName: [String: TensorView] { Dictionary(map { ($0.name, $0.tensor) }) { $1 } }
}
