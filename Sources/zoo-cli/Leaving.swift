import ArgumentParser
import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension RootCommand {
  /// Ends the process with the exit code and the message of an error.
  static func leave(after error: any Error) -> Never {
    switch error {
    case is ClosedPipe: leave(with: 0)
    case is CancellationError: leave(with: 128 + SIGINT)
    case let failure as any ZooFailure:
      StandardError.write("zoo: \(failure)")
      leave(with: failure.kind.rawValue)
    default:
      let code = exitCode(for: error)
      // The argument parser's own: help, version and usage errors.
      if code == .validationFailure {
        exit(withError: (try? Verbs.mistake(in: arguments())) ?? error)
      }
      if code != .failure { exit(withError: error) }
      StandardError.write("zoo: \(error)")
      leave(with: FailureKind.other.rawValue)
    }
  }

  /// Ends the process.
  static func leave(with code: Int32) -> Never { endProcess(code) }
}

// Inside of a command `exit` is the argument parser's.
private func endProcess(_ code: Int32) -> Never { exit(code) }

/// A failure of the command itself.
struct CommandError: ZooFailure {
  let kind: FailureKind
  let description: String

  init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

/// Whoever reads the output wants no more of it, as `head` does; no failure.
struct ClosedPipe: Error {}
