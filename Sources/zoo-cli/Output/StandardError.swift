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

  private struct State {
    var hasStatus = false
    var isSilent = false
  }
  private static let state = Mutex(State())

  /// Writes a line.
  static func write(_ line: String) {
    state.withLock { state in
      emit((state.hasStatus ? eraseLine : "") + line + "\n")
      state.hasStatus = false
    }
  }

  /// Writes a line that is not an error, unless notes are silenced.
  static func note(_ line: String) {
    if state.withLock({ !$0.isSilent }) { write("zoo: " + line) }
  }

  /// Drops all further notes.
  static func silenceNotes() { state.withLock { $0.isSilent = true } }

  /// Shows a text on the terminal's last line, in place of the one before.
  static func showStatus(_ text: String) {
    let text = text.prefix(columns - 1)
    state.withLock { state in
      emit(eraseLine + text)
      state.hasStatus = true
    }
  }

  /// Removes that text.
  static func clearStatus() {
    state.withLock { state in
      if state.hasStatus { emit(eraseLine) }
      state.hasStatus = false
    }
  }

  private static let eraseLine = "\r\u{1B}[K"

  /// The width of the terminal.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// A failure has nowhere to be told.
  private static func emit(_ text: String) {
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
