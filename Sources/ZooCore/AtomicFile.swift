#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that cannot be made or written, or a disk that is full.
package struct WriteError: ZooFailure {
  package let file: String
  /// What the system says.
  package let reason: String

  package var kind: FailureKind { .disk }
  package var description: String { "\(file): \(reason)" }
}

/// A file that appears under its name only when it is complete.
///
/// It is written under a temporary name, flushed to the disk and renamed; if anything fails, the
/// temporary file is removed and an older file of the name stays as it was.
package final class AtomicFile {
  package let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isSynchronized = false
  private var isDone = false

  /// Begins a file.
  ///
  /// - Parameter temporaryPath: where it is written, on the same file system and used by nobody
  ///   else, or whoever uses it is gone; without it, a new name in the file's own directory.
  package init(_ path: String, temporaryPath given: String? = nil) throws(WriteError) {
    self.path = path
    temporaryPath = given ?? AtomicFile.temporaryPath(of: path)
    let mode = given == nil ? O_EXCL : O_TRUNC
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o666)
    if descriptor < 0 { throw failure() }
  }

  deinit {
    if descriptor < 0 { return }
    close(descriptor)
    if !isDone { unlink(temporaryPath) }
  }

  package func append(_ bytes: RawSpan) throws(WriteError) {
    isSynchronized = false
    guard writeAll(bytes, to: descriptor) else { throw failure() }
  }

  /// Flushes what was written to the disk.
  package func synchronize() throws(WriteError) {
    if isSynchronized { return }
    guard fsync(descriptor) == 0 else { throw failure() }
    isSynchronized = true
  }

  /// Gives the file its name.
  package func finish() throws(WriteError) {
    try synchronize()
    guard rename(temporaryPath, path) == 0 else { throw failure() }
    isDone = true
  }

  private static func temporaryPath(of path: String) -> String {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let nameStart = slash.map { path.utf8.index(after: $0) } ?? path.startIndex
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    return "\(path[..<nameStart]).\(path[nameStart...]).\(unique).partial"
  }

  private func failure() -> WriteError {
    WriteError(file: path, reason: "it cannot be written: \(String(cString: strerror(errno)))")
  }
}
