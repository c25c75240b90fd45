import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The bytes of a file, of which parts are read when they are needed.
struct ParquetSource: Sendable {
  /// How many bytes there are.
  let size: Int
  private let read: @Sendable (Range<Int>) throws(ParquetFault) -> [UInt8]

  /// Takes bytes in memory.
  init(_ bytes: [UInt8]) {
    size = bytes.count
    read = { range in Array(bytes[range]) }
  }

  /// Opens a regular file.
  init(opening path: String) throws(ParquetFault) {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    let file = OpenFile(descriptor: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    var status = stat()
    guard file.descriptor >= 0, fstat(file.descriptor, &status) == 0 else {
      throw ParquetSource.unreadable()
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ParquetFault(kind: .other, reason: "it is not a regular file")
    }
    size = Int(status.st_size)
    read = { (range) throws(ParquetFault) in try file.bytes(range) }
  }

  /// A part of the bytes.
  func bytes(_ range: Range<Int>) throws(ParquetFault) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw .corrupt("a part of it should lie beyond its end, which is", at: size)
    }
    return range.isEmpty ? [] : try read(range)
  }

  fileprivate static func unreadable() -> ParquetFault {
    ParquetFault(kind: .other, reason: "it cannot be read: \(String(cString: strerror(errno)))")
  }
}

/// A file that is closed when it is no longer needed.
private final class OpenFile: Sendable {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func bytes(_ range: Range<Int>) throws(ParquetFault) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count, let base = buffer.baseAddress {
        let result = pread(
          descriptor, base + count, range.count - count, off_t(range.lowerBound + count))
        if result < 0, errno == EINTR { continue }
        failed = result < 0
        if result <= 0 { return }
        count += result
      }
    }
    if failed { throw ParquetSource.unreadable() }
    guard bytes.count == range.count else {
      throw ParquetFault(kind: .other, reason: "it became shorter while it was read")
    }
    return bytes
  }
}
