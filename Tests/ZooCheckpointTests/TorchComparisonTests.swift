import Foundation
import Testing
import ZooCore

@testable import ZooCheckpoint

/// Reads the files of a directory for `scripts/check-torch`, which compares what torch reads.
struct TorchComparisonTests {
  private static let directory = ProcessInfo.processInfo.environment["ZOO_CHECK_TORCH"]

  @Test(.enabled(if: directory != nil))
  func outcomesForTorch() throws {
    let directory = URL(filePath: try #require(TorchComparisonTests.directory))
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    var lines = ""
    for name in names.filter({ $0.hasSuffix(".pt") }).sorted() {
      var line = JSONObject()
      line["file"] = .string(name)
      do throws(CheckpointError) {
        let checkpoint = try Checkpoint(path: directory.appending(path: name).path)
        line["read"] = outcome(of: checkpoint)
      } catch {
        line["refused"] = .string("\(error.kind)")
        line["reason"] = .string(error.reason)
      }
      lines += JSONValue.object(line).serialized() + "\n"
    }
    try Data(lines.utf8).write(to: directory.appending(path: "read.jsonl"))
  }

  private func outcome(of checkpoint: Checkpoint) -> JSONValue {
    var tensors = JSONObject()
    for (name, tensor) in checkpoint.stateDict {
      tensors[name] = [
        "dtype": .string(tensor.dtype.rawValue), "shape": .array(tensor.shape.map { .integer($0) }),
        "bytes": (try? tensor.denseBytes()).map { .string(hexadecimal($0)) } ?? .null,
      ]
    }
    return [
      "format": .string(checkpoint.format.rawValue),
      "wrapper": checkpoint.wrapper.map { .string($0) } ?? .null,
      "prefix": .string(checkpoint.strippedPrefix),
      "left_out": .array(checkpoint.leftOut.map { .string($0) }), "tensors": .object(tensors),
      "metadata": .object(checkpoint.metadata),
    ]
  }
}
