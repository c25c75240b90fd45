import ModelZoo
import Testing

/// A small NaFlex network, and what birder computes with it; `Fixtures/make_naflex.py` says how.
enum NaFlex {
  private static let folder = repository + "/Tests/ModelZooTests/Fixtures/naflex/"
  static let weights = folder + "naflex_small_shapes.safetensors"
  static let images = repository + "/Tests/ZooVisionTests/Fixtures/"

  /// Images that go through the network in one padded batch.
  struct Run: Sendable, CustomTestStringConvertible {
    let images: [String]
    let options: JSONValue
    let sizes: [[Int]]
    let embedding: Tensor
    let probabilities: Tensor

    var testDescription: String { options.serialized() }
    var centerCrop: Double { options["center_crop"]?.double ?? 1 }

    /// What the model is loaded with.
    var loadOptions: LoadOptions {
      LoadOptions(
        size: options["size"]?.integers.map { ImageSize(height: $0[0], width: $0[1]) },
        sizing: .naflex(maxSequenceLength: options["max_seq_len"]?.integer),
        patchSize: options["patch_size"]?.integer)
    }
  }

  /// All of the reference's runs; none, if they cannot be read.
  static let runs: [Run] = (try? readRuns()) ?? []

  private static func readRuns() throws -> [Run] {
    let json = try JSONValue(parsing: try bytes(of: folder + "expected.json"))
    return try #require(json.array).map { run in
      func tensor(_ key: String) throws -> Tensor {
        Tensor.stack(
          try #require(run[key]?.array).map { row in
            let row = try #require(row.floats)
            return Tensor(shape: [row.count], scalars: row)
          })
      }
      return Run(
        images: try #require(run["images"]?.strings).map { images + $0 },
        options: try #require(run["options"]),
        sizes: try #require(run["sizes"]?.array).map { try #require($0.integers) },
        embedding: try tensor("embedding"), probabilities: try tensor("probabilities"))
    }
  }

  /// A zoo whose registry has the network.
  static func zoo(cache: TemporaryDirectory) throws -> Zoo {
    let file = folder + "registry.json"
    return try Digits.zoo(
      cache: cache, registry: Registry(parsing: try bytes(of: file), source: file))
  }
}
