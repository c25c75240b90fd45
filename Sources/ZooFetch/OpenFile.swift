#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An open file; it closes itself.
final class OpenFile: Sendable {
  let path: String
  private let descriptor: Int32

  convenience init(reading path: String) throws(FetchError) {
    try self.init(path, flags: O_RDONLY, action: "open")
  }

  /// Makes a new file; one that has the name already is an error.
  convenience init(creating path: String) throws(FetchError) {
    try self.init(path, flags: O_RDWR | O_CREAT | O_EXCL, action: "create")
  }

  init(_ path: String, flags: Int32, action: String) throws(FetchError) {
    let descriptor = open(path, flags | O_CLOEXEC, 0o644)
    let code = errno
    self.path = path
    self.descriptor = descriptor
    if descriptor < 0 { throw .disk(action, path, code: code) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes bytes at the current end of what this value wrote.
  func append(_ bytes: RawSpan) throws(FetchError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw .disk("write", path, code: errno)
      }
      rest = rest.extracting(droppingFirst: count)
    }
  }

  /// Reads from an offset until the buffer is full or the file ends; how many bytes it read.
  func read(into buffer: inout [UInt8], at offset: Int) throws(FetchError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = buffer.withUnsafeMutableBytes {
        let rest = UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
        return pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .disk("read", path, code: errno)
      }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Forgets the content, so that writing begins anew.
  func truncate() throws(FetchError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .disk("truncate", path, code: errno)
    }
  }

  func identity() throws(FetchError) -> FileIdentity {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .disk("look at", path, code: errno) }
    return FileIdentity(status)
  }

  /// Makes the content durable and the file read-only, for everyone to read.
  func seal() throws(FetchError) {
    guard fsync(descriptor) == 0 else { throw .disk("write", path, code: errno) }
    // A file system without permissions is no reason to lose a download.
    _ = fchmod(descriptor, 0o444)
  }
}
