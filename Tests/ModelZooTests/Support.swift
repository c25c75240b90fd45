import Foundation
import ModelZoo
import Testing

/// The root of the repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

func bytes(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

func text(of path: String) throws -> String {
  String(decoding: try bytes(of: path), as: UTF8.self)
}

/// A tensor of a file that the reference wrote.
func tensor(_ name: String, in path: String) throws -> Tensor {
  try #require(try Checkpoint(path: path).stateDict[name], "\(name) of \(path)").float32()
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

/// How far outputs may be from the reference's, as ``difference(_:_:)`` measures it.
let tolerance: Float = 1e-4

extension Tensor {
  /// A row of a matrix [N, D], as [1, D].
  func row(_ index: Int) -> Tensor { Tensor.stack([self[index]]) }

  /// For each row of a matrix [N, C] the index of its largest element.
  var topIndices: [Int] {
    (0..<shape[0]).map { row in
      let scores = self[row].scalars
      return scores.indices.max { scores[$0] < scores[$1] } ?? -1
    }
  }
}

/// A directory that is removed with the value.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/zoo-library-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// All files below, as sorted relative paths.
  var files: [String] {
    let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return all.filter {
      var isDirectory = ObjCBool(false)
      return FileManager.default.fileExists(atPath: path + "/" + $0, isDirectory: &isDirectory)
        && !isDirectory.boolValue
    }.sorted()
  }
}

/// Checkpoints that birder wrote, with what it computes with them.
let birderFolder = repository + "/Tests/ModelZooTests/Fixtures/birder/"
