import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where results go.
enum StandardOutput {
  static let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Writes a text and, by default, a line feed; to a terminal with what does not print escaped.
  ///
  /// - Throws: ``ClosedPipe``; ``CommandError`` where it goes to a file that cannot be written.
  static func write(_ text: String, terminator: String = "\n") throws {
    let text = isTerminal ? text.printable(keepsLines: true) : text
    try Array((text + terminator).utf8).withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = writeOnce(UnsafeRawBufferPointer(rebasing: rest), to: STDOUT_FILENO)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EPIPE { throw ClosedPipe() }
        if count < 0 {
          throw CommandError(
            .disk, "standard output cannot be written: \(String(cString: strerror(errno)))")
        }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Whether whoever read it has gone.
  static var isClosed: Bool {
    var pipe = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&pipe, 1, 0) == 1 && pipe.revents & Int16(POLLERR) != 0
  }

  /// Writes JSON, on several lines.
  static func write(_ json: JSONValue) throws { try write(json.serialized(pretty: true)) }
}

/// The system's `write`.
func writeOnce(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int {
  write(file, bytes.baseAddress, bytes.count)
}
