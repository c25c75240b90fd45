#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that cannot be read as a whole.
public enum FileError: ZooFailure, Equatable {
  /// The file is missing, not a regular file, or may not be read.
  case unreadable(file: String, reason: String)
  /// The file has more bytes than are allowed.
  case tooManyBytes(file: String, found: Int, limit: Int)

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .unreadable: .other
    case .tooManyBytes: .integrity
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)"
    case .tooManyBytes(let file, let found, let limit):
      "\(file) has \(found) bytes where at most \(limit) are allowed"
    }
  }

  /// The sentence without the file.
  package var reason: String {
    switch self {
    case .unreadable(_, let reason): "it cannot be read: \(reason)"
    case .tooManyBytes(_, let found, let limit):
      "it has \(found) bytes where at most \(limit) are allowed"
    }
  }
}

/// The content of a regular file of at most `limit` bytes.
package func readFile(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
  try readFile(Array(path.utf8), limit: limit)
}

/// The content of a regular file of at most `limit` bytes, whose path need not be UTF-8.
package func readFile(_ pathBytes: [UInt8], limit: Int) throws(FileError) -> [UInt8] {
  let path = NameText.text(of: pathBytes)
  let cPath = (pathBytes + [0]).map(CChar.init(bitPattern:))
  func unreadable() -> FileError {
    .unreadable(file: path, reason: String(cString: strerror(errno)))
  }
  // O_NONBLOCK keeps a pipe from blocking the call that would tell that it is one.
  let file = open(cPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
