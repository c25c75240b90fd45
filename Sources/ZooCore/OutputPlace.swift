#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What an output's path leads to, and so how it is written.
///
/// Links are followed to their end. Only a file is ever replaced; what stands for a device, a program
/// or an open file is written to.
package enum OutputPlace: Sendable, Equatable {
  /// A file, or where one can be made; the path is not that of a link.
  case file(String)
  /// A device or a pipe.
  case device(String)
  /// What this process has open under a number, such as standard output for `/dev/stdout`.
  case descriptor(Int32)

  /// The path that stands for standard output on every system, whether it has a `/dev` or not.
  package static let standardOutput = "/dev/stdout"

  /// Looks at what is there.
  ///
  /// - Throws: ``WriteError`` if nothing can be written there.
  package init(_ path: String) throws(WriteError) {
    self = try OutputPlace.following(path)
    switch self {
    case .descriptor(let number):
      let flags = fcntl(number, F_GETFL)
      guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
        throw WriteError(file: OutputPlace.name(of: path), reason: "it is not open for writing")
      }
    case .file(let target), .device(let target):
      var status = stat()
      guard stat(target, &status) == 0 else {
        // A file that is there may be hidden behind a directory that cannot be searched.
        guard errno == ENOENT else { throw .unwritable(path) }
        try OutputPlace.checkDirectory(of: target, path)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        guard access(target, W_OK) == 0 else { throw .unwritable(path) }
        try OutputPlace.checkDirectory(of: target, path)
      case S_IFDIR:
        throw WriteError(file: path, reason: "it is a directory; name a file in it")
      case S_IFSOCK:
        throw WriteError(
          file: path, reason: "it is a socket, which only connections can write to; name a file",
          kind: .usage)
      default:
        guard access(target, W_OK) == 0 else { throw .unwritable(path) }
        self = .device(target)
      }
    }
  }

  private static func checkDirectory(of target: String, _ path: String) throws(WriteError) {
    let directory = directory(of: target)
    guard !target.isEmpty, !target.hasSuffix("/") else {
      throw WriteError(file: path, reason: "it is the name of a directory; name a file in it")
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw .unwritable(path, advice: "name a file in a directory that you may write to")
    }
  }
}

extension OutputPlace {
  /// Whether what is written is gone at once, to a program, a screen or a device.
  package var isStream: Bool {
    if case .file = self { false } else { true }
  }

  /// Whether it is the screen of a terminal.
  package var isTerminal: Bool {
    switch self {
    case .file: return false
    case .descriptor(let number): return isatty(number) == 1
    case .device(let path):
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
      let descriptor = openFile(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
      if descriptor < 0 { return false }
      defer { close(descriptor) }
      return isatty(descriptor) == 1
    }
  }

  /// Keeps a pipe open as long as this process lives, so that its reader sees the end of it whatever
  /// becomes of the output.
  ///
  /// - Parameter waitsForReader: whether to wait until there is one.
  package func hold(waitsForReader: Bool) {
    guard case .device(let path) = self, OutputPlace.isPipe(path) else { return }
    _ = OutputPlace.open(path, waitsForReader: waitsForReader)
  }

  /// Opens a device or a pipe.
  ///
  /// - Parameter waitsForReader: whether to wait for that of a pipe, unless the task is cancelled.
  /// - Returns: a negative number if it cannot be opened; then `errno` says why.
  static func open(_ path: String, waitsForReader: Bool) -> Int32 {
    while true {
      let descriptor = openFile(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
      if descriptor >= 0 {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
      }
      guard waitsForReader, errno == ENXIO, isPipe(path), !Task.isCancelled else { return -1 }
      usleep(20_000)
    }
  }

  private static func isPipe(_ path: String) -> Bool {
    let code = errno
    defer { errno = code }
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// What messages call an output.
  package static func name(of path: String) -> String {
    path == standardOutput ? "standard output" : path
  }

  /// Where what belongs to an unfinished output is kept: beside the file itself, not beside a link.
  package static func partialPath(of path: String) -> String {
    guard case .file(let target)? = try? following(path) else { return path + ".partial" }
    return target + ".partial"
  }

  /// The directory of a path, for system calls.
  package static func directory(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
  }

  /// The end of a chain of links: a file or whatever else is there under its own name, or nothing yet,
  /// or what is open under a number.
  static func following(_ path: String) throws(WriteError) -> OutputPlace {
    var target = path
    for _ in 0..<40 {
      if let number = number(of: target) { return .descriptor(number) }
      var buffer = [CChar](repeating: 0, count: 4096)
      let count = readlink(target, &buffer, buffer.count)
      if count < 0 { return .file(target) }
      let bytes = buffer.prefix(count).map(UInt8.init(bitPattern:))
      guard count < buffer.count, let text = String(validating: bytes, as: UTF8.self) else {
        throw WriteError(
          file: path, reason: "it is a link to a name that is no text; name another file",
          kind: .unsupported)
      }
      let start = target.utf8.lastIndex(of: UInt8(ascii: "/")).map { target[...$0] } ?? ""
      target = text.hasPrefix("/") ? text : start + text
    }
    throw WriteError(file: path, reason: "it is a link that leads to itself; name another file")
  }

  /// The number under which a path means an open file.
  private static func number(of path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return STDIN_FILENO
    case standardOutput: return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for directory in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(directory) {
        return Int32(path.dropFirst(directory.count))
      }
      return nil
    }
  }
}

// Inside of the type `open` is its own.
private func openFile(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
