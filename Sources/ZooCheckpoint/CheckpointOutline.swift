import ZooCore
import ZooTensors

/// What is in a file of weights, without the weights: names, types and shapes, and the metadata.
///
/// All that can be checked without reading a tensor has been, as ``Checkpoint`` does it.
public struct CheckpointOutline: Sendable {
  /// A tensor's description.
  public struct Entry: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The type of its elements.
    public let dtype: DType
    /// Its extents, outermost first.
    public let shape: [Int]
  }

  /// The file as a checkpoint whose tensors read as zeros.
  package let checkpoint: Checkpoint
  /// The size of the file in bytes.
  public let size: Int

  /// The path or URL of the file.
  public var file: String { checkpoint.file }
  /// How the file is written.
  public var format: Checkpoint.Format { checkpoint.format }
  /// Everything that is not a tensor of the state dict, as JSON.
  public var metadata: JSONObject { checkpoint.metadata }
  /// The tensors, in the order of the file.
  public var tensors: [Entry] {
    checkpoint.stateDict.map {
      Entry(name: $0.name, dtype: $0.tensor.dtype, shape: $0.tensor.shape)
    }
  }

  /// What is in the file, as ``Checkpoint/report(checkingValues:)`` gives it, and its `size` in bytes.
  package func report() -> JSONValue {
    var report = checkpoint.report().object ?? JSONObject()
    report["size"] = .integer(size)
    return .object(report)
  }
}
