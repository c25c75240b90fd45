#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The content of a regular file of at most `limit` bytes.
func readFile(_ path: String, limit: Int) throws(ImageError) -> [UInt8] {
  func unreadable() -> ImageError {
    .unreadable(file: path, reason: String(cString: strerror(errno)))
  }
  // O_NONBLOCK keeps a pipe from blocking the call that would tell that it is one.
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { throw unreadable() }
  defer { close(file) }
  var status = stat()
  guard fstat(file, &status) == 0 else { throw unreadable() }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw .unreadable(file: path, reason: "it is not a regular file")
  }
  let size = Int(status.st_size)
  guard size <= limit else { throw .tooManyBytes(file: path, found: size, limit: limit) }
  var failed = false
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size, let base = buffer.baseAddress {
      let result = read(file, base + count, size - count)
      if result < 0, errno == EINTR { continue }
      failed = result < 0
      if result <= 0 { return }
      count += result
    }
  }
  if failed { throw unreadable() }
  return bytes
}
