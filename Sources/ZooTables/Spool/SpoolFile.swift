import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that is read and written at any place, locked as long as it is open.
final class SpoolFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Opens a file, which is made if it is not there, and locks it.
  ///
  /// - Throws: ``TableError``; `usage` if another process has locked it.
  init(locking path: String) throws(TableError) {
    self.path = path
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw SpoolFile.unwritable(path) }
      // Not every file system has locks.
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        close(descriptor)
        throw TableError(
          .usage, path,
          "another process is at work on it; wait for that, or give this run another output")
      }
      // Who had the lock before may have removed the file.
      if SpoolFile.isCurrent(descriptor, path) {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  // Unlocked first: a process that is just being started has a copy of the descriptor for a moment.
  deinit {
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
    var mine = stat()
    var named = stat()
    return fstat(descriptor, &mine) == 0 && stat(path, &named) == 0
      && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
  }

  var size: Int {
    get throws(TableError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw unreadable() }
      return Int(status.st_size)
    }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(TableError) {
    guard writeAll(bytes, to: descriptor, at: offset) else { throw SpoolFile.unwritable(path) }
  }

  func truncate(to size: Int) throws(TableError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw SpoolFile.unwritable(path) }
  }

  func synchronize() throws(TableError) {
    guard fsync(descriptor) == 0 else { throw SpoolFile.unwritable(path) }
  }

  func bytes(_ range: Range<Int>) throws(TableError) -> [UInt8] {
    try elements(range, UInt8.self)
  }

  /// The numbers in a range of bytes, which has to be as long as they are.
  func floats(_ range: Range<Int>) throws(TableError) -> [Float] {
    try elements(range, Float.self)
  }

  private func elements<T: BitwiseCopyable>(
    _ range: Range<Int>, _: T.Type
  ) throws(TableError) -> [T] {
    let size = MemoryLayout<T>.size
    var code: Int32 = 0
    var filled = 0
    let elements = [T](unsafeUninitializedCapacity: range.count / size) { buffer, count in
      let buffer = UnsafeMutableRawBufferPointer(buffer)
      let wanted = range.count / size * size
      while filled < wanted, let base = buffer.baseAddress {
        let result = pread(
          descriptor, base + filled, wanted - filled, off_t(range.lowerBound + filled))
        if result < 0, errno == EINTR { continue }
        if result < 0 { code = errno }
        if result <= 0 { break }
        filled += result
      }
      count = filled / size
    }
    errno = code
    if code != 0 { throw unreadable() }
    guard filled == range.count else {
      throw .corrupt(path, "it became shorter while it was read; another program changed it")
    }
    return elements
  }

  private func unreadable() -> TableError {
    TableError(.other, path, "it cannot be read: \(String(cString: strerror(errno)))")
  }

  private static func unwritable(_ path: String) -> TableError {
    let isFull = [ENOSPC, EDQUOT, EFBIG].contains(errno)
    let advice = isFull ? "; make room and go on with --resume" : ""
    return TableError(
      .disk, path, "it cannot be written: \(String(cString: strerror(errno)))\(advice)")
  }
}
