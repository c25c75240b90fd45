import Testing
import ZooCheckpoint
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// A small network and what birder computes for it; `Fixtures/make_golden.py` says how.
///
/// Weights and images are made up, here as there.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  let family: String
  let name: String
  let manifest: JSONValue
  /// What birder computes, by the names of the outputs.
  let expected: [String: TensorView]

  var testDescription: String { name }

  /// All cases of all families that can be built; a test of its own reports what cannot be read.
  static let all: [GoldenCase] = families.keys.sorted().flatMap { (try? cases(of: $0)) ?? [] }

  /// The case of each family that stands for it where one is enough.
  static let oneOfEach: [GoldenCase] = families.keys.sorted().compactMap { family in
    all.first { $0.family == family }
  }

  static func cases(of family: String, in file: String? = nil) throws -> [GoldenCase] {
    let file = try Checkpoint(path: fixtures + (file ?? "golden/\(family).safetensors"))
    let tensors = file.stateDict.map { ($0.name, $0.tensor) }
    let manifest = try JSONValue(parsing: try #require(file.metadata["cases"]?.string).utf8)
    return try #require(manifest.object).map { name, manifest in
      let own = tensors.filter { $0.0.hasPrefix(name + "/") }
      return GoldenCase(
        family: family, name: name, manifest: manifest,
        expected: Dictionary(
          uniqueKeysWithValues: own.map { (String($0.0.dropFirst(name.utf8.count + 1)), $0.1) }))
    }
  }

  var configuration: JSONObject { manifest["config"]?.object ?? JSONObject() }

  var classes: Int { manifest["classes"]?.integer ?? 0 }

  /// Whether the weights are those of a network whose branches were merged.
  var reparameterized: Bool { manifest["reparameterized"] == true }

  /// The size at which the weights were made.
  var size: ImageSize { get throws { try #require(try size("size")) } }

  /// The size of the images.
  var imageSize: ImageSize { get throws { try size("load_size") ?? size } }

  private func size(_ key: String) throws -> ImageSize? {
    guard let value = manifest[key], !value.isNull else { return nil }
    let extents = try #require(value.integers)
    return ImageSize(height: extents[0], width: extents[1])
  }

  /// What the made-up weights differ in from the usual ones.
  var rules: [MadeUpRule] {
    (manifest["rules"]?.array ?? []).compactMap { rule in
      guard let rule = rule.array, let suffix = rule[0].string, let center = rule[1].double,
        let scale = rule[2].double
      else { return nil }
      return MadeUpRule(suffix: suffix, center: Float(center), scale: Float(scale))
    }
  }

  func network(_ backend: Backend, precision: Precision = .f32) throws -> VisionNetwork {
    try VisionNetwork(
      family: family, configuration: configuration, classes: classes, size: size,
      newSize: imageSize, patchSize: manifest["patch_size"]?.integer,
      weights: Weights(
        madeUpIn: precision, rules: rules, reparameterized: reparameterized, backend: backend))
  }

  /// The weights as those of a file.
  func weights(_ backend: Backend) throws -> [String: TensorView] {
    let shapes = try VisionNetwork.stateDictShapes(
      family: family, configuration: configuration, classes: classes, size: size,
      reparameterized: reparameterized, backend: backend)
    return Dictionary(
      uniqueKeysWithValues: try shapes.map { key, shape in
        (key, try #require(madeUpTensor(key, shape, rules: rules)))
      })
  }

  /// The images [N, 3, H, W].
  func images() throws -> Tensor {
    let size = try imageSize
    let count = try #require(expected["embedding"]).shape[0]
    return try #require(
      madeUpTensor(
        "images", [count, 3, size.height, size.width],
        rules: [MadeUpRule(suffix: "", center: 0, scale: 2)])
    ).float32()
  }
}

/// The folder of the files that the reference made.
let fixtures =
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
  .joined(separator: "/") + "/Fixtures/"

/// The largest difference, as a share of the largest expected magnitude.
func difference(_ found: Tensor, _ expected: Tensor) -> Float {
  guard found.shape == expected.shape else { return .infinity }
  let largest = expected.scalars.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
  let worst = zip(found.scalars, expected.scalars).reduce(Float(0)) { most, pair in
    let distance = abs(pair.0 - pair.1)
    return distance > most || distance.isNaN ? distance : most
  }
  return worst / largest
}

/// The cosine of the angle between two vectors.
func cosine(_ x: [Float], _ y: [Float]) -> Double {
  func dot(_ x: [Float], _ y: [Float]) -> Double {
    zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
  return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
}
