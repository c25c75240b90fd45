import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Turns SIGINT and SIGTERM into a cancellation; the second one ends the process at once.
struct Signals {
  private final class First: Sendable {
    let number = Mutex<Int32?>(nil)
  }
  private let first = First()
  private let sources: [any DispatchSourceSignal]

  /// The signal that came, if one has.
  var received: Int32? { first.number.withLock { $0 } }

  init(_ cancel: @escaping @Sendable () -> Void) {
    // A reader that stops early is noticed where the output is written.
    signal(SIGPIPE, SIG_IGN)
    // So is a limit on the size of files.
    signal(SIGXFSZ, SIG_IGN)
    sources = [SIGINT, SIGTERM].map { [first] number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        first.number.withLock { $0 = $0 ?? number }
        cancel()
      }
      source.activate()
      return source
    }
  }
}
