#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the system says about an error number.
func systemText(_ code: Int32) -> String { String(cString: strerror(code)) }

/// A path as the system takes it.
///
/// Names of files are bytes, which need not be UTF-8.
func systemPath(_ path: some Sequence<UInt8>) -> [CChar] {
  path.map(CChar.init(bitPattern:)) + [0]
}

/// What stands at a path, links followed.
enum PathStatus {
  case file, directory, other
  /// Nothing that can be reached, and the system's error number.
  case missing(code: Int32)

  init(_ path: [UInt8]) {
    var status = stat()
    guard stat(systemPath(path), &status) == 0 else {
      self = .missing(code: errno)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }
}

/// The error number that reading a file would end in, by its permissions.
func readingError(_ path: [UInt8]) -> Int32? {
  access(systemPath(path), R_OK) == 0 ? nil : errno
}

/// Reads from a descriptor until the bytes are there or the file ends; the error number on failure.
///
/// - Parameter offset: Where to begin; `nil` goes on where the last read ended.
func readBytes(
  _ descriptor: Int32, _ count: Int, at offset: Int?
) -> (bytes: [UInt8], code: Int32) {
  var code: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    while filled < count, let base = buffer.baseAddress {
      let result =
        if let offset {
          pread(descriptor, base + filled, count - filled, off_t(offset + filled))
        } else {
          read(descriptor, base + filled, count - filled)
        }
      if result < 0, errno == EINTR { continue }
      if result < 0 { code = errno }
      if result <= 0 { return }
      filled += result
    }
  }
  return (bytes, code)
}

/// The first bytes of a regular file; `nil` for what is none.
func firstBytes(_ path: [UInt8], _ count: Int = 512) throws(CollectionError) -> [UInt8]? {
  let descriptor = open(systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw .system(path, errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  let (bytes, code) = readBytes(descriptor, count, at: nil)
  guard code == 0 else { throw .system(path, code) }
  return bytes
}

/// A path without links in it, from the root on.
func realPath(_ path: [UInt8]) throws(CollectionError) -> [UInt8] {
  guard let real = realpath(systemPath(path), nil) else { throw .system(path, errno) }
  defer { free(real) }
  return Array(UnsafeRawBufferPointer(start: real, count: strlen(real)))
}

/// Where a link says that it leads; `nil` for what is no link.
func linkTarget(_ path: [UInt8]) -> [UInt8]? {
  var target = [CChar](repeating: 0, count: 4096)
  let count = readlink(systemPath(path), &target, target.count)
  return count > 0 ? target.prefix(count).map(UInt8.init(bitPattern:)) : nil
}
