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
  /// What the system says, or what else is wrong, and what to do next.
  package let reason: String
  package let kind: FailureKind

  package init(file: String, reason: String, kind: FailureKind = .disk) {
    self.file = file
    self.reason = reason
    self.kind = kind
  }

  /// What `errno` says about writing to a path.
  static func unwritable(_ path: String, advice: String? = nil) -> WriteError {
    let reason = "it cannot be written: \(String(cString: strerror(errno)))"
    return WriteError(
      file: OutputPlace.name(of: path), reason: reason + (advice.map { "; " + $0 } ?? ""))
  }

  package var description: String { "\(file): \(reason)" }
}

/// An output that appears under its name only when it is complete, if it is a file.
///
/// A file is written under a temporary name beside the file that its path leads to, flushed to the
/// disk and renamed; if anything fails, the temporary file is removed and an older file of the name
/// stays as it was. A new file gets the mode of the older one, and its owner where that is allowed.
/// Other outputs are written to directly; see ``OutputPlace``.
package final class AtomicFile {
  package let path: String
  private let place: OutputPlace
  private let temporaryPath: String?
  private let descriptor: Int32
  private var isSynchronized = false
  private var isDone = false

  /// Begins a file; if it is a pipe, waits until somebody reads it.
  ///
  /// - Parameter temporaryPath: where a file is written, on the same file system and used by nobody
  ///   else, or whoever uses it is gone; without it, a new name in the file's own directory.
  package init(_ path: String, temporaryPath given: String? = nil) throws(WriteError) {
    self.path = path
    place = try OutputPlace(path)
    switch place {
    case .file(let target):
      let temporary = given ?? AtomicFile.temporaryPath(of: target)
      if given != nil { AtomicFile.removeFile(temporary) }
      temporaryPath = temporary
      descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    case .device(let target):
      temporaryPath = nil
      descriptor = OutputPlace.open(target, waitsForReader: true)
    case .descriptor(let number):
      temporaryPath = nil
      descriptor = number
    }
    if descriptor < 0 { throw .unwritable(path) }
    if case .file(let target) = place { resemble(target) }
  }

  deinit {
    if case .descriptor = place { return }
    if descriptor < 0 { return }
    close(descriptor)
    if !isDone, let temporaryPath { unlink(temporaryPath) }
  }

  package func append(_ bytes: RawSpan) throws(WriteError) {
    isSynchronized = false
    guard writeAll(bytes, to: descriptor) else { throw .unwritable(path) }
  }

  /// Flushes what was written to the disk.
  package func synchronize() throws(WriteError) {
    if isSynchronized || place.isStream { return }
    guard fsync(descriptor) == 0 else { throw .unwritable(path) }
    isSynchronized = true
  }

  /// Gives the file its name.
  package func finish() throws(WriteError) {
    guard case .file(let target) = place, let temporaryPath else { return }
    try synchronize()
    isDone = rename(temporaryPath, target) == 0
    if isDone { return }
    // A file that is mounted, as in containers, can be written but not replaced.
    guard errno == EBUSY || errno == EXDEV, copy(to: target) else { throw .unwritable(path) }
  }

  private func copy(to target: String) -> Bool {
    let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if output < 0 { return false }
    defer { close(output) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      let count = buffer.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(offset))
      }
      if count < 0, errno == EINTR { continue }
      if count == 0 { return fsync(output) == 0 }
      guard count > 0, writeAll(buffer.span.bytes.extracting(first: count), to: output) else {
        return false
      }
      offset += count
    }
  }

  /// Takes over the mode of the file that is to be replaced, and its owner as far as is allowed.
  private func resemble(_ target: String) {
    var status = stat()
    guard stat(target, &status) == 0 else { return }
    let isOwned = fchown(descriptor, status.st_uid, status.st_gid) == 0
    if !isOwned { _ = fchown(descriptor, uid_t.max, status.st_gid) }
    // Rights of another owner are not for the program of this one.
    _ = fchmod(descriptor, status.st_mode & (isOwned ? 0o7777 : 0o777))
  }

  /// Removes what an earlier run left, if it is a file.
  package static func removeFile(_ path: String) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(path) }
  }

  private static func temporaryPath(of path: String) -> String {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let nameStart = slash.map { path.utf8.index(after: $0) } ?? path.startIndex
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    return "\(path[..<nameStart]).\(path[nameStart...]).\(unique).partial"
  }
}
