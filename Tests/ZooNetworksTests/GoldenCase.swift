import Testing
import ZooCheckpoint
import ZooCore
import ZooTensors
import ZooVision

@testable import ZooNetworks

/// A small network made and run by birder; `Fixtures/make_golden.py` says how.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  let name: String
  let manifest: JSONValue

  static let directory =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/golden/"

  /// All cases of the manifest; none, if it cannot be read, which a test of its own reports.
  static let all: [GoldenCase] = {
    let text = (try? readFile(directory + "cases.json", limit: 1 << 20)) ?? []
    let cases = (try? JSONValue(parsing: text))?.array ?? []
    return cases.compactMap { manifest in
      manifest["name"]?.string.map { GoldenCase(name: $0, manifest: manifest) }
    }
  }()

  var testDescription: String { name }

  func path(_ key: String) throws -> String {
    GoldenCase.directory + (try #require(manifest[key]?.string))
  }

  /// A tensor of a fixture file.
  func tensor(_ name: String, of key: String) throws -> Tensor {
    let checkpoint = try Checkpoint(path: try path(key))
    return try #require(checkpoint.stateDict[name], "\(name) of \(self.name)").float32()
  }

  func object(_ key: String) -> JSONObject { manifest[key]?.object ?? JSONObject() }

  func size(_ key: String) throws -> ImageSize? {
    guard let value = manifest[key], !value.isNull else { return nil }
    let extents = try #require(value.integers)
    return ImageSize(height: extents[0], width: extents[1])
  }

  /// The network with the case's weights.
  func network(
    _ backend: Backend, precision: Precision = .f32, without dropped: String? = nil
  ) throws -> Network {
    let checkpoint = try Checkpoint(path: try path("file"))
    var weights = Dictionary(
      uniqueKeysWithValues: checkpoint.stateDict.map { ($0.name, $0.tensor) })
    if let dropped { weights[dropped] = nil }
    let (height, width) = sizeFromSignature(try #require(checkpoint.signature))
    return try Network(
      family: "vit",
      configuration: object("config").merging(checkpoint.config ?? JSONObject())
        .merging(object("override")),
      classes: try #require(manifest["num_classes"]?.integer),
      size: ImageSize(height: height, width: width), newSize: try size("load_size"),
      precision: precision, weights: weights, backend: backend)
  }
}

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
