import ZooCore

#if os(Linux)
  import CCurl
#endif
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
    guard writeAll(bytes, to: descriptor) else { throw .disk("write", path, code: errno) }
  }

  /// Writes bytes from an offset on.
  func put(_ bytes: RawSpan, at offset: Int) throws(FetchError) {
    guard writeAll(bytes, to: descriptor, at: offset) else {
      throw .disk("write", path, code: errno)
    }
  }

  /// Gives the file a size, and room on the disk where the file system can promise it: a disk that
  /// is too full shows before the first byte comes.
  func allocate(_ size: Int) throws(FetchError) {
    #if os(Linux)
      var code = EINTR
      while code == EINTR {
        if fallocate(descriptor, 0, 0, off_t(size)) == 0 { return }
        code = errno
      }
      guard [EOPNOTSUPP, ENOSYS, EINVAL].contains(code) else {
        throw .disk("make room for \(size) bytes in", path, code: code)
      }
    #endif
    guard ftruncate(descriptor, off_t(size)) == 0 else {
      throw .disk("make room for \(size) bytes in", path, code: errno)
    }
  }

  /// What is known of the lock on a file.
  enum Lock {
    case held
    case free
    /// The file system has no locks.
    case unknown
  }

  /// Locks the file, without waiting; whether it could.
  func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  /// Whether someone else has locked the file.
  func lockOfOthers() -> Lock {
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
      unlock()
      return .free
    }
    return errno == EWOULDBLOCK ? .held : .unknown
  }

  func unlock() { _ = flock(descriptor, LOCK_UN) }

  /// Sets the time of its last change to now.
  func touch() { _ = futimens(descriptor, nil) }

  /// Makes the content durable; whether the system says that it is.
  func synchronize() -> Bool { fsync(descriptor) == 0 }

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
    guard synchronize() else { throw .disk("write", path, code: errno) }
    // A file system without permissions is no reason to lose a download.
    _ = fchmod(descriptor, 0o444)
  }
}
