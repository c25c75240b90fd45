#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes all bytes to an open file: from an offset on, or where the last ones ended.
///
/// - Returns: whether they are written; if not, `errno` says why.
package func writeAll(_ bytes: RawSpan, to descriptor: Int32, at offset: Int? = nil) -> Bool {
  var done = 0
  while done < bytes.byteCount {
    let count = bytes.extracting(droppingFirst: done).withUnsafeBytes { rest in
      if let offset {
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      } else {
        write(descriptor, rest.baseAddress, rest.count)
      }
    }
    if count < 0, errno == EINTR { continue }
    if count < 0, errno == EAGAIN {
      // Whoever else has a pipe open may have made it one that does not wait.
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&wanted, 1, -1)
      continue
    }
    if count < 0 { return false }
    done += count
  }
  return true
}
