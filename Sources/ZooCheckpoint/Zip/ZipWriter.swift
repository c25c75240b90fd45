/// Writes a zip archive of stored entries.
struct ZipWriter {
  private var layout = ZipLayout()
  private var names: Set<String> = []

  /// Appends an entry.
  mutating func add(
    _ contents: [UInt8], named name: String, to file: CheckpointOutput
  ) throws(Fault) {
    let result = contents.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try add(bytes, named: name, to: file) }
    }
    try result.get()
  }

  /// Appends an entry whose contents begin at a multiple of `alignment` bytes.
  mutating func add(
    _ contents: UnsafeRawBufferPointer, named name: String, alignment: Int = 1,
    to file: CheckpointOutput
  ) throws(Fault) {
    guard names.insert(name).inserted, name.utf8.count <= Int(UInt16.max) else {
      throw Fault(kind: .usage, reason: "two entries to be written are called '\(name)'")
    }
    let crc = crc32(of: contents)
    try file.append(
      layout.beginEntry(named: name, size: contents.count, crc: crc, alignment: alignment))
    try file.append(contents)
  }

  /// Appends the directory and the end records.
  func finish(to file: CheckpointOutput) throws(Fault) { try file.append(layout.end) }
}
