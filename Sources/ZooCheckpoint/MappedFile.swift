import ZooCore
import ZooTensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ByteStorage {
  /// Maps a regular file into memory, read-only.
  ///
  /// - Throws: ``CheckpointError`` if it cannot be opened.
  package static func mapping(file: String) throws(CheckpointError) -> ByteStorage {
    do throws(Fault) {
      return try mapping(file)
    } catch {
      throw CheckpointError(error, file: file)
    }
  }

  /// Maps a regular file into memory, read-only.
  ///
  /// The mapping shows the file itself: a process that truncates it meanwhile takes pages away
  /// from under the reader. Files of the cache are never written after they got their name. As long
  /// as the file is mapped it has a shared lock (`flock`), by which those who tidy up a cache see
  /// that it is in use.
  static func mapping(_ path: String) throws(Fault) -> ByteStorage {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw Fault(kind: .other, reason: "it cannot be opened: \(systemErrorText())")
    }
    var isMapped = false
    defer { if !isMapped { close(descriptor) } }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Fault(kind: .other, reason: "it cannot be examined: \(systemErrorText())")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Fault(kind: .other, reason: "it is \(typeName(of: status)), not a regular file")
    }
    let size = Int(status.st_size)
    // An empty range cannot be mapped.
    guard size > 0 else { return ByteStorage(copying: []) }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else {
      throw Fault(kind: .other, reason: "it cannot be mapped into memory: \(systemErrorText())")
    }
    isMapped = true
    // Not every file system has locks, and nothing here depends on one.
    _ = flock(descriptor, LOCK_SH | LOCK_NB)
    let address = UInt(bitPattern: base)
    return ByteStorage(
      bytes: UnsafeRawBufferPointer(start: base, count: size), discardPages: discardWholePages
    ) {
      munmap(UnsafeMutableRawPointer(bitPattern: address), size)
      close(descriptor)
    }
  }
}

/// Gives back the pages of a mapped file of which all bytes are in a range.
@Sendable private func discardWholePages(_ bytes: UnsafeRawBufferPointer) {
  let size = Int(getpagesize())
  guard let first = bytes.baseAddress else { return }
  let start = first.alignedUp(toMultipleOf: size)
  let end = (first + bytes.count).alignedDown(toMultipleOf: size)
  if end > start { madvise(UnsafeMutableRawPointer(mutating: start), end - start, MADV_DONTNEED) }
}

/// What the system says about the last failed call.
func systemErrorText() -> String { String(cString: strerror(errno)) }

private func typeName(of status: stat) -> String {
  switch status.st_mode & S_IFMT {
  case S_IFDIR: "a directory"
  case S_IFIFO: "a FIFO"
  case S_IFSOCK: "a socket"
  case S_IFBLK, S_IFCHR: "a device"
  default: "something else"
  }
}
