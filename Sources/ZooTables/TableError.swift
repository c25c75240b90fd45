import ZooCheckpoint
import ZooCore

/// A table that cannot be kept, written, read or merged.
public struct TableError: ZooFailure, Equatable {
  /// Damaged (`integrity`), not writable (`disk`), not to be had in that format (`unsupported`),
  /// asked for in a way that cannot be carried out (`usage`), or not to be read at all (`other`).
  public let kind: FailureKind
  /// The path of the file.
  public let file: String
  /// What is wrong with it, and what to do next.
  public let reason: String

  /// One sentence: the file and the reason.
  public var description: String { "\(file): \(reason)" }

  package init(_ kind: FailureKind, _ file: String, _ reason: String) {
    self.kind = kind
    self.file = file
    self.reason = reason
  }

  /// Bytes that this program does not write.
  package static func corrupt(_ file: String, _ reason: String) -> TableError {
    TableError(.integrity, file, reason)
  }

  package init(_ error: CheckpointError) {
    self.init(error.kind, error.file, error.reason)
  }

  package init(_ error: WriteError) {
    self.init(error.kind, error.file, error.reason)
  }

  package init(_ error: FileError, file: String) {
    self.init(error.kind, file, error.reason)
  }
}
