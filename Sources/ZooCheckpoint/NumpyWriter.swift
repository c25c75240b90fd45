import ZooTensors

/// Writes NumPy's `.npy` and `.npz` files, which appear under their name only when complete.
public enum NumpyWriter {
  /// Writes one float32 array in row-major order.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written.
  public static func writeNPY(_ tensor: Tensor, to path: String) throws(CheckpointError) {
    try CheckpointOutput.create(at: path) { (file) throws(Fault) in
      try file.append(header(of: tensor))
      try tensor.withDenseBytes { (bytes) throws(Fault) in try file.append(bytes) }
    }
  }

  /// Writes several float32 arrays into one archive, which `numpy.load` opens as a mapping.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written, or a name stands twice.
  public static func writeNPZ(
    _ tensors: [(name: String, tensor: Tensor)], to path: String
  ) throws(CheckpointError) {
    try CheckpointOutput.create(at: path) { (file) throws(Fault) in
      var archive = ZipWriter()
      for (name, tensor) in tensors {
        var contents = header(of: tensor)
        try tensor.withDenseBytes { contents += $0 }
        try archive.add(contents, named: name + ".npy", to: file)
      }
      try archive.finish(to: file)
    }
  }

  /// The header of version 1.0: a Python dict, padded so that the data begin at a multiple of 64.
  private static func header(of tensor: Tensor) -> [UInt8] {
    let extents = tensor.shape.map { String($0) }.joined(separator: ", ")
    let shape = tensor.shape.count == 1 ? extents + "," : extents
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }"
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let unpadded = magic.count + 2 + text.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = UInt16(text.utf8.count + padding + 1)
    return magic + littleEndian(length) + Array(text.utf8)
      + Array(repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
  }
}
