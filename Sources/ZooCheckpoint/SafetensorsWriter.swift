import ZooCore
import ZooTensors

/// Writes safetensors files, which appear under their name only when complete.
public enum SafetensorsWriter {
  /// Writes float32 tensors.
  ///
  /// - Parameters:
  ///   - tensors: names and tensors; each name once.
  ///   - metadata: texts for the file's `__metadata__`.
  ///   - path: the file, replaced if it is there.
  /// - Throws: ``CheckpointError`` if the file cannot be written.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)],
    metadata: [(key: String, value: String)] = [], to path: String
  ) throws(CheckpointError) {
    try write(tensors.map { ($0.name, $0.tensor as any DenseTensor) }, metadata, to: path)
  }

  /// Writes the tensors of a state dict, with their element types.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written, or the format lacks a type.
  public static func write(
    _ state: StateDict, metadata: [(key: String, value: String)] = [], to path: String
  ) throws(CheckpointError) {
    try write(state.map { ($0.name, $0.tensor as any DenseTensor) }, metadata, to: path)
  }

  static func write(
    _ tensors: [(name: String, tensor: any DenseTensor)],
    _ metadata: [(key: String, value: String)], to path: String
  ) throws(CheckpointError) {
    // Large elements first, so that all are aligned.
    let order = [16, 8, 4, 2, 1].flatMap { size in
      tensors.filter { $0.tensor.dtype.byteCount == size }
    }
    try CheckpointOutput.create(at: path) { (file) throws(Fault) in
      try file.append(try header(order, metadata))
      for (_, tensor) in order {
        try tensor.withDenseBytes { (bytes) throws(Fault) in try file.append(bytes) }
      }
    }
  }

  /// The length and the JSON text, padded to a multiple of eight bytes.
  private static func header(
    _ tensors: [(name: String, tensor: any DenseTensor)],
    _ metadata: [(key: String, value: String)]
  ) throws(Fault) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var texts = JSONObject()
      for (key, value) in metadata { texts[key] = .string(value) }
      header["__metadata__"] = .object(texts)
    }
    var offset = 0
    for (name, tensor) in tensors {
      guard let type = tensor.dtype.safetensorsName else {
        throw .unsupported(
          "safetensors has no type for the \(tensor.dtype.rawValue) elements of '\(name)'")
      }
      guard header[name] == nil, name != "__metadata__" else {
        throw Fault(kind: .usage, reason: "two tensors to be written are called '\(name)'")
      }
      let end = offset + tensor.byteCount
      header[name] = [
        "dtype": .string(type), "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      offset = end
    }
    var text = Array(JSONValue.object(header).serialized().utf8)
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return littleEndian(UInt64(text.count)) + text
  }
}

/// The bytes of a number, the least significant first.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
