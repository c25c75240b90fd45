import ZooCore
import ZooTensors

/// Writes files that `torch.load(weights_only=True)` reads, which appear under their name only when
/// complete.
public enum TorchWriter {
  /// Writes float32 tensors.
  ///
  /// - Parameters:
  ///   - tensors: names and tensors; each name once.
  ///   - metadata: what stands beside them.
  ///   - wrapper: the key under which the tensors stand, as birder's `state`; `nil` puts them at the
  ///     top, among the metadata.
  ///   - path: the file, replaced if it is there.
  /// - Throws: ``CheckpointError`` if the file cannot be written.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: JSONObject = JSONObject(),
    wrapper: String? = "state", to path: String
  ) throws(CheckpointError) {
    try write(
      tensors.map { ($0.name, $0.tensor as any DenseTensor) }, metadata, wrapper, to: path)
  }

  /// Writes the tensors of a state dict, with their element types and in row-major order.
  ///
  /// Tensors that are one and the same stay so, as tied weights are.
  /// - Throws: ``CheckpointError`` if the file cannot be written.
  public static func write(
    _ state: StateDict, metadata: JSONObject = JSONObject(), wrapper: String? = "state",
    to path: String
  ) throws(CheckpointError) {
    try write(state.map { ($0.name, $0.tensor as any DenseTensor) }, metadata, wrapper, to: path)
  }

  static func write(
    _ tensors: [(name: String, tensor: any DenseTensor)], _ metadata: JSONObject,
    _ wrapper: String?, to path: String
  ) throws(CheckpointError) {
    try CheckpointOutput.create(at: path) { (file) throws(Fault) in
      var storages: [any DenseTensor] = []
      let pickle = try pickle(tensors, metadata, wrapper, storages: &storages)
      var archive = ZipWriter()
      // PyTorch aligns storages so that they can be mapped.
      let alignment = 64
      try archive.add(pickle, named: "archive/data.pkl", to: file)
      try archive.add(Array("little".utf8), named: "archive/byteorder", to: file)
      for (index, tensor) in storages.enumerated() {
        try tensor.withDenseBytes { (bytes) throws(Fault) in
          try archive.add(
            bytes, named: "archive/data/\(index)", alignment: alignment, to: file)
        }
      }
      try archive.add(Array("3\n".utf8), named: "archive/version", to: file)
      try archive.finish(to: file)
    }
  }

  private static func pickle(
    _ tensors: [(name: String, tensor: any DenseTensor)], _ metadata: JSONObject,
    _ wrapper: String?, storages: inout [any DenseTensor]
  ) throws(Fault) -> [UInt8] {
    var writer = PickleWriter()
    writer.beginDict(ordered: wrapper == nil)
    if let wrapper {
      guard metadata[wrapper] == nil else { throw duplicate(wrapper) }
      writer.write(wrapper)
      writer.beginDict(ordered: true)
    }
    var names: Set<String> = []
    var known: [TensorIdentity: Int] = [:]
    for (name, tensor) in tensors {
      guard names.insert(name).inserted, wrapper != nil || metadata[name] == nil else {
        throw duplicate(name)
      }
      let index = tensor.identity.flatMap { known[$0] } ?? storages.count
      if index == storages.count {
        storages.append(tensor)
        if let identity = tensor.identity { known[identity] = index }
      }
      writer.write(name)
      try writer.write(tensor: tensor.dtype, shape: tensor.shape, storage: String(index))
    }
    if wrapper != nil { writer.endDict() }
    for (key, value) in metadata {
      writer.write(key)
      writer.write(value)
    }
    writer.endDict()
    writer.finish()
    return writer.bytes
  }

  private static func duplicate(_ name: String) -> Fault {
    Fault(kind: .usage, reason: "two things to be written are called '\(name)'")
  }
}
