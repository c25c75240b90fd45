import ArgumentParser
import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file for results, whose name tells the format.
struct OutputFile<Format: RawRepresentable & CaseIterable & Sendable>: ExpressibleByArgument,
  Sendable
where Format.RawValue == String {
  let path: String
  let format: Format

  init?(argument path: String) {
    guard let dot = path.lastIndex(of: "."),
      let format = Format(rawValue: path[path.index(after: dot)...].lowercased())
    else { return nil }
    self.path = path
    self.format = format
  }

  /// Finds out whether the file can be written, before there is work to lose.
  func check() throws(CommandError) { try checkWritable(path) }
}

/// Finds out whether a file can be written, before there is work to lose.
func checkWritable(_ path: String) throws(CommandError) {
  let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
    throw CommandError(.disk, "\(path) is a directory; name a file in it")
  }
  guard access(directory, W_OK | X_OK) == 0 else {
    throw CommandError(
      .disk,
      "\(path) cannot be written: \(String(cString: strerror(errno))); name a file in a "
        + "directory that you may write to")
  }
}
