import Foundation
import ModelZoo
import Testing

/// What the reference computes for the samples of the digits model.
struct Expected {
  struct Sample {
    let path: String
    let labels: [String: String]
    let probabilities: [String: [Double]]
  }

  let samples: [Sample]
  let embeddings: Tensor
  let stage1: Tensor

  init() throws {
    let text = try Data(contentsOf: ZooCommand.examples.appending(path: "expected.json"))
    let json = try JSONValue(parsing: text)
    samples = try #require(json["samples"]?.array).map { sample in
      var labels: [String: String] = [:]
      var probabilities: [String: [Double]] = [:]
      for level in ["digit", "parity"] {
        labels[level] = try #require(sample[level]?.string)
        probabilities[level] = try #require(sample["probabilities"]?[level]?.array)
          .compactMap(\.double)
      }
      let file = try #require(sample["file"]?.string)
      return Sample(
        path: ZooCommand.examples.appending(path: file).path, labels: labels,
        probabilities: probabilities)
    }
    let tensors = try Checkpoint(
      path: ZooCommand.examples.appending(path: "expected.safetensors").path
    ).stateDict
    embeddings = try #require(tensors["embedding"]).float32()
    stage1 = try #require(tensors["stage1"]).float32()
  }
}

/// Checks that numbers agree within 1e-4 of the largest magnitude.
func expectClose(
  _ found: [Float], _ expected: [Float], _ location: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record("\(found.count) numbers, expected \(expected.count)", sourceLocation: location)
    return
  }
  let largest = expected.map(\.magnitude).max() ?? 0
  let difference = zip(found, expected).map { ($0 - $1).magnitude }.max() ?? 0
  #expect(difference <= 1e-4 * largest, sourceLocation: location)
}
