/// Writes a text file, which appears under its name only when complete.
package enum TextWriter {
  /// Writes lines, each of which gets a line feed.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written.
  package static func write(
    _ lines: some Sequence<String>, to path: String
  ) throws(CheckpointError) {
    try CheckpointOutput.create(at: path) { (file) throws(Fault) in
      let bufferSize = 1 << 20
      var buffer: [UInt8] = []
      for line in lines {
        buffer += line.utf8
        buffer.append(UInt8(ascii: "\n"))
        guard buffer.count >= bufferSize else { continue }
        try file.append(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
      try file.append(buffer)
    }
  }
}
