#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Standard input, output and error.
enum StandardFiles {
  /// Takes the place of those that are closed, so that no file which is opened later is taken for one
  /// of them; writing to them goes on to fail.
  static func reserve() {
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
      _ = open("/", O_RDONLY)
    }
  }
}
