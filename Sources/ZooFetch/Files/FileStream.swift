import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file, pipe or terminal that is read once, from its start to its end.
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

  private init(_ descriptor: Int32, _ name: String) {
    self.descriptor = descriptor
    self.name = name
    isOwned = false
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  static var standardInput: FileStream { FileStream(STDIN_FILENO, "standard input") }

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
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

extension FetchError {
  /// An input that the user named and that cannot be read.
  static func unreadable(_ path: String, code: Int32) -> FetchError {
    FetchError(
      kind: .other, reason: "cannot read \(path): \(String(cString: strerror(code)))",
      advice: "check the path and its permissions", path: path)
  }

  /// Writes to an output that the user named.
  static func writing<Result>(
    _ body: () throws(WriteError) -> Result
  ) throws(FetchError) -> Result {
    do throws(WriteError) {
      return try body()
    } catch {
      throw FetchError(
        kind: error.kind, reason: error.description,
        advice: "name a place that has room and that you may write to", path: error.file)
    }
  }
}
