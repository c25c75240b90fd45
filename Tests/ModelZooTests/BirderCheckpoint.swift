import ModelZoo
import Testing

/// A checkpoint that birder wrote; `Fixtures/make_checkpoints.py` says how.
struct BirderCheckpoint: Sendable, CustomTestStringConvertible {
  let name: String
  private let manifest: JSONValue

  var testDescription: String { name }

  /// All of the manifest; none, if it cannot be read.
  static let all: [BirderCheckpoint] = {
    let manifest = try? JSONValue(parsing: try bytes(of: birderFolder + "cases.json"))
    return (manifest?.array ?? []).compactMap { entry in
      entry["name"]?.string.map { BirderCheckpoint(name: $0, manifest: entry) }
    }
  }()

  var hasAugmentation: Bool { manifest["tta"]?.bool ?? false }
  var hasHead: Bool { manifest["head"]?.string != nil }
  var stages: [String]? { manifest["stages"]?.strings }

  /// A file of the fixtures.
  func path(_ key: String) throws -> String {
    birderFolder + (try #require(manifest[key]?.string))
  }

  /// An output of birder.
  func expected(_ output: String) throws -> Tensor { try tensor(output, in: path("expected")) }

  /// A zoo whose registry has the network, and the model as it is loaded there.
  func load(cache: TemporaryDirectory) async throws -> (Zoo, VisionNetwork, ModelInfo) {
    let registry: JSONValue = [
      "schema": 1,
      "networks": ["small": ["family": "vit", "config": try #require(manifest["config"])]],
    ]
    let zoo = try Digits.zoo(
      cache: cache, registry: Registry(parsing: registry.serialized().utf8, source: "small.json"))
    let size = manifest["load_size"]?.integers.map { ImageSize(height: $0[0], width: $0[1]) }
    var options = LoadOptions(size: size)
    if let override = manifest["override"]?.object { options.configuration = override }
    let (net, info) = try await zoo.loadModel(
      from: path("file"), network: "small", options: options)
    return (zoo, net, info)
  }

  /// The pictures, as the model takes them.
  func images(_ transform: ImageTransform) throws -> Tensor {
    Tensor.stack(
      try #require(manifest["images"]?.strings).map {
        transform(try RGBImage(contentsOf: birderFolder + $0))
      })
  }
}
