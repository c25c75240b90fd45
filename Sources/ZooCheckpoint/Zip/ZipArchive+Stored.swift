import ZooTensors

extension ZipArchive {
  /// Maps an archive of which nothing is compressed, and checks all of its bytes.
  ///
  /// - Throws: ``CheckpointError`` if it cannot be read or holds something else.
  package static func storedEntries(
    of path: String
  ) throws(CheckpointError) -> [(name: String, contents: ByteStorage)] {
    do throws(Fault) {
      let storage = try ByteStorage.mapping(path)
      var archive = try ZipArchive(storage, limits: CheckpointLimits())
      var entries: [(name: String, contents: ByteStorage)] = []
      for entry in archive.entries {
        if entry.isDeflated { throw .unsupported("its entry '\(entry.name)' is compressed") }
        let contents = try archive.contents(of: entry, checkingCRC: false)
        guard checksum(of: contents) == entry.crc else {
          throw .corrupt("zip entry '\(entry.name)' has another CRC than its bytes")
        }
        entries.append((entry.name, contents))
      }
      return entries
    } catch {
      throw CheckpointError(error, file: path)
    }
  }

  /// The CRC-32 of bytes whose memory is given back on the way.
  private static func checksum(of contents: ByteStorage) -> UInt32 {
    let step = 1 << 20
    var crc: UInt32 = 0
    for start in stride(from: 0, to: contents.bytes.count, by: step) {
      let range = start..<min(start + step, contents.bytes.count)
      crc = crc32(of: UnsafeRawBufferPointer(rebasing: contents.bytes[range]).bytes, after: crc)
      contents.discard(range)
    }
    return crc
  }
}
