import Logging
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where errors, notes and progress go, so that results stand alone on standard output.
enum StandardError {
  static let isTerminal = isatty(STDERR_FILENO) == 1
  /// Whether lines can be written over: terminals that say that they are dumb, or nothing of
  /// themselves, would show the control characters.
  private static let movesCursor =
    isTerminal && !["", "dumb"].contains(getenv("TERM").map { String(cString: $0) } ?? "")

  private struct State {
    var block = StatusBlock()
    var isSilent = false
  }
  private static let state = Mutex(State())

  /// Writes a line.
  static func write(_ line: String) {
    state.withLock { state in
      let erased = state.block.replace(with: [], columns: columns)
      emit(erased + line.printable(keepsLines: true) + "\n")
    }
  }

  /// Writes a line that is not an error, unless notes are silenced.
  static func note(_ line: String) {
    if state.withLock({ !$0.isSilent }) { write("zoo: " + line) }
  }

  /// Drops all further notes.
  static func silenceNotes() { state.withLock { $0.isSilent = true } }

  /// Shows texts on the terminal's last lines, in place of those before, if it can do that.
  static func showStatus(_ lines: [String]) {
    guard movesCursor else { return }
    state.withLock { emit($0.block.replace(with: lines, columns: columns)) }
  }

  /// Removes those texts.
  static func clearStatus() { showStatus([]) }

  /// The width of the terminal.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// A failure has nowhere to be told.
  private static func emit(_ text: String) {
    if text.isEmpty { return }
    _ = Array(text.utf8).withUnsafeBytes { writeOnce($0, to: STDERR_FILENO) }
  }
}

/// Hands the library's log messages on, from notices on.
struct StandardErrorLog: LogHandler {
  var logLevel = Logger.Level.notice
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    StandardError.note("\(event.level): \(event.message)")
  }
}
