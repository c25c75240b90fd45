import ZooCore

/// A file of tensors that is being written, and appears under its name only when it is complete.
struct CheckpointOutput {
  private let file: AtomicFile

  /// Writes a whole file.
  static func create(
    at path: String, _ body: (CheckpointOutput) throws(Fault) -> Void
  ) throws(CheckpointError) {
    do throws(Fault) {
      let output = try Fault.catching { () throws(WriteError) in try AtomicFile(path) }
      try body(CheckpointOutput(file: output))
      try Fault.catching { () throws(WriteError) in try output.finish() }
    } catch {
      throw CheckpointError(error, file: path)
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    try Fault.catching { () throws(WriteError) in try file.append(bytes.bytes) }
  }

  func append(_ bytes: [UInt8]) throws(Fault) {
    try Fault.catching { () throws(WriteError) in try file.append(bytes.span.bytes) }
  }
}

extension Fault {
  /// Does something to a file whose path is named further up.
  fileprivate static func catching<R>(_ body: () throws(WriteError) -> R) throws(Fault) -> R {
    do throws(WriteError) {
      return try body()
    } catch {
      throw Fault(kind: error.kind, reason: error.reason)
    }
  }
}
