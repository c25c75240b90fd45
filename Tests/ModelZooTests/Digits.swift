import ModelZoo
import Testing

/// The example model, and what birder computes for its samples.
enum Digits {
  static let model = "vit_digits_ls_sklearn-digits"
  static let folder = repository + "/Examples/digits"
  static let registryFile = folder + "/registry.json"
  static let levels = ["digit", "parity"]

  struct Sample {
    var path: String
    /// For each level the name of the right class.
    var labels: [String: String]
    /// For each level the probabilities [1, classes].
    var probabilities: [String: Tensor]
  }

  static func samples() throws -> [Sample] {
    let expected = try JSONValue(parsing: try bytes(of: folder + "/expected.json"))
    return try #require(expected["samples"]?.array).map { sample in
      var labels: [String: String] = [:]
      var probabilities: [String: Tensor] = [:]
      for level in levels {
        let row = try #require(sample["probabilities"]?[level]?.floats)
        labels[level] = sample[level]?.string
        probabilities[level] = Tensor(shape: [1, row.count], scalars: row)
      }
      return Sample(
        path: folder + "/" + (try #require(sample["file"]?.string)), labels: labels,
        probabilities: probabilities)
    }
  }

  /// `embedding` [12, 96] or `stage1` [12, 96, 4, 4] of the samples.
  static func expected(_ name: String) throws -> Tensor {
    try tensor(name, in: folder + "/expected.safetensors")
  }

  /// The built-in registry with the example's laid over it.
  static func registry() throws -> Registry {
    try Registry.builtIn().overlaid(
      with: Registry(parsing: try bytes(of: registryFile), source: registryFile))
  }

  /// A zoo with that registry, or another one, and an empty cache.
  static func zoo(
    cache: TemporaryDirectory, registry: Registry? = nil,
    transport: any Transport = CurlTransport()
  ) throws -> Zoo {
    try Zoo(
      registry: registry ?? Digits.registry(),
      fetcher: Fetcher(cache: try Cache(root: cache.path), transport: transport), threads: 2)
  }
}
