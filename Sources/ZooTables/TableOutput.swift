import ZooCore

/// An output of a table that is being written; a file appears under its name only when it is complete.
package final class TableOutput {
  package let path: String
  /// How many bytes were appended.
  package private(set) var position = 0
  private let file: AtomicFile
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// Begins a file; see ``AtomicFile``.
  package init(_ path: String, temporaryPath: String? = nil) throws(TableError) {
    self.path = path
    do throws(WriteError) {
      file = try AtomicFile(path, temporaryPath: temporaryPath)
    } catch {
      throw TableError(error)
    }
    buffer.reserveCapacity(TableOutput.bufferSize)
  }

  package func append(_ bytes: RawSpan) throws(TableError) {
    position += bytes.byteCount
    if bytes.byteCount < TableOutput.bufferSize {
      bytes.withUnsafeBytes { buffer += $0 }
      if buffer.count >= TableOutput.bufferSize { try flush() }
    } else {
      try flush()
      try write(bytes)
    }
  }

  package func append(_ bytes: [UInt8]) throws(TableError) { try append(bytes.span.bytes) }

  /// Flushes everything to the disk; what follows is quick and hardly fails.
  package func synchronize() throws(TableError) {
    try flush()
    do throws(WriteError) {
      try file.synchronize()
    } catch {
      throw TableError(error)
    }
  }

  /// Gives the file its name.
  package func finish() throws(TableError) {
    try flush()
    do throws(WriteError) {
      try file.finish()
    } catch {
      throw TableError(error)
    }
  }

  /// Hands on what is not written yet.
  package func flush() throws(TableError) {
    if buffer.isEmpty { return }
    var full: [UInt8] = []
    swap(&full, &buffer)
    try write(full.span.bytes)
    full.removeAll(keepingCapacity: true)
    swap(&full, &buffer)
  }

  private func write(_ bytes: RawSpan) throws(TableError) {
    do throws(WriteError) {
      try file.append(bytes)
    } catch {
      throw TableError(error)
    }
  }
}
