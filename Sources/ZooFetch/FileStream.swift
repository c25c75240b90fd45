#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file, pipe or terminal that is read or written once, from its start to its end.
final class FileStream {
  /// What to call it in messages.
  let name: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// Opens a file for reading.
  init(reading path: String) throws(FetchError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .unreadable(path, code: errno) }
    name = path
    isOwned = true
  }

  /// Makes a new file.
  init(creating path: String) throws(FetchError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw .output("create", path, code: errno) }
    name = path
    isOwned = true
  }

  private init(_ descriptor: Int32, _ name: String) {
    self.descriptor = descriptor
    self.name = name
    isOwned = false
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  static var standardInput: FileStream { FileStream(STDIN_FILENO, "standard input") }

  static var standardOutput: FileStream { FileStream(STDOUT_FILENO, "standard output") }

  /// Reads until the buffer is full or the stream ends; how many bytes it read.
  func read(into buffer: inout [UInt8], upTo limit: Int) throws(FetchError) -> Int {
    let limit = min(limit, buffer.count)
    var filled = 0
    while filled < limit {
      let count = buffer.withUnsafeMutableBytes {
        systemRead(descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[filled..<limit]))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw .unreadable(name, code: errno) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  func write(_ bytes: RawSpan) throws(FetchError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw .output("write", name, code: errno) }
      rest = rest.extracting(droppingFirst: count)
    }
  }

  /// Makes what was written durable, where it goes to a disk.
  func synchronize() throws(FetchError) {
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else {
      throw .output("write", name, code: errno)
    }
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
  write(descriptor, buffer.baseAddress, buffer.count)
}

extension FetchError {
  /// An input that the user named and that cannot be read.
  static func unreadable(_ path: String, code: Int32) -> FetchError {
    FetchError(
      kind: .other, reason: "cannot read \(path): \(String(cString: strerror(code)))",
      advice: "check the path and its permissions", path: path)
  }

  /// An output that the user named and that cannot be written.
  static func output(_ action: String, _ path: String, code: Int32) -> FetchError {
    FetchError(
      kind: .disk, reason: "cannot \(action) \(path): \(String(cString: strerror(code)))",
      advice: "name a place that has room and that you may write to", path: path)
  }
}
