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
    let order = SafetensorsHeader.order(of: tensors.map(\.tensor.dtype)).map { tensors[$0] }
    let entries = order.map {
      SafetensorsHeader.Entry($0.name, $0.tensor.dtype, shape: $0.tensor.shape)
    }
    try CheckpointOutput.create(at: path) { (file) throws(Fault) in
      try file.append(try SafetensorsHeader.bytes(entries, metadata: metadata))
      for (_, tensor) in order {
        try tensor.withDenseBytes { (bytes) throws(Fault) in try file.append(bytes) }
      }
    }
  }
}

/// The bytes of a number, the least significant first.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
