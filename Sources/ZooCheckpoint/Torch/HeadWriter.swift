import ZooCore
import ZooTensors

/// Writes head files (`.head.pt`), as `zoo classify --head` and birder read them.
public enum HeadWriter {
  /// Writes a linear head.
  ///
  /// - Parameters:
  ///   - weight: [classes, D].
  ///   - bias: [classes], if the head has one.
  ///   - classNames: a name for each class, each once.
  ///   - metadata: what stands beside these, such as `birder_version`.
  ///   - path: the file, replaced if it is there; safetensors if its name ends with `.safetensors`.
  /// - Throws: ``CheckpointError`` if the shapes and names do not fit together, or the file cannot
  ///   be written.
  public static func write(
    weight: Tensor, bias: Tensor? = nil, classNames: [String],
    metadata: JSONObject = JSONObject(), to path: String
  ) throws(CheckpointError) {
    func misuse(_ reason: String) -> CheckpointError {
      CheckpointError(Fault(kind: .usage, reason: "no head is written: \(reason)"), file: path)
    }
    guard weight.shape.count == 2, weight.shape[0] == classNames.count else {
      throw misuse("the weight has shape \(weight.shape) for \(classNames.count) class names")
    }
    guard bias.map({ $0.shape == [classNames.count] }) ?? true else {
      throw misuse("the bias has shape \(bias?.shape ?? []) for \(classNames.count) classes")
    }
    var classes = JSONObject()
    for (index, name) in classNames.enumerated() {
      guard classes[name] == nil else { throw misuse("two classes are called '\(name)'") }
      classes[name] = .integer(index)
    }
    var members = metadata
    members["class_to_idx"] = .object(classes)
    var tensors = [(name: "weight", tensor: weight)]
    if let bias { tensors.append(("bias", bias)) }
    switch Checkpoint.Format(writtenTo: path) {
    case .safetensors:
      try SafetensorsWriter.write(
        tensors, metadata: SafetensorsMetadata.texts(of: members), to: path)
    default: try TorchWriter.write(tensors, metadata: members, to: path)
    }
  }
}
