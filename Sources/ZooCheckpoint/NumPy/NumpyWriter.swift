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

  private static func header(of tensor: Tensor) -> [UInt8] {
    NumpyHeader(.float32, shape: tensor.shape).bytes
  }
}
