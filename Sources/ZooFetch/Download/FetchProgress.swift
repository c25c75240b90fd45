import Synchronization

/// How far a file has come.
public struct FetchProgress: Sendable, Hashable {
  /// What is being done.
  public enum Phase: Sendable, Hashable {
    /// Another process downloads the file; its description for people.
    case waiting(for: String)
    /// A server is asked for the file.
    case connecting
    /// Bytes come.
    case receiving
    /// A connection failed, for a reason, and is tried again after a pause.
    case retrying(after: Duration, because: String)
    /// All bytes are here; their SHA-256 is computed.
    case verifying
    /// The verified file is written to the disk for good.
    case storing
    /// The file is in the cache.
    case done
    /// The file was in the cache already, or another process has brought it there.
    case cached

    /// The phase in one word, for machines.
    public var name: String {
      switch self {
      case .waiting: "waiting"
      case .connecting: "connecting"
      case .receiving: "receiving"
      case .retrying: "retrying"
      case .verifying: "verifying"
      case .storing: "storing"
      case .done: "done"
      case .cached: "cached"
      }
    }
  }

  /// The model's name.
  public var model: String
  /// The file's name.
  public var file: String
  /// Bytes that are here, with those of earlier attempts; never less than at the call before.
  public var bytesReceived: Int
  /// The size in bytes, if the registry or the server states it.
  public var totalBytes: Int?
  /// What is being done.
  public var phase: Phase
  /// How far all files have come that were asked for together; `nil` for a file on its own.
  package var set: SetProgress?

  package init(
    model: String, file: String, bytesReceived: Int, totalBytes: Int?, phase: Phase,
    set: SetProgress? = nil
  ) {
    self.model = model
    self.file = file
    self.bytesReceived = bytesReceived
    self.totalBytes = totalBytes
    self.phase = phase
    self.set = set
  }
}

/// How far the files of a set have come, apart from those that need not be fetched.
package struct SetProgress: Sendable, Hashable {
  /// How many files the set has.
  package var fileCount: Int
  /// How many of them are through: in the cache, or given up.
  package var filesDone: Int
  /// Bytes that are here, with those of earlier attempts; never less than at the call before.
  package var bytesReceived: Int
  /// The size of all in bytes, as far as it is known; it may change as more becomes known.
  package var totalBytes: Int
  /// How many files have a size that is not known yet.
  package var filesOfUnknownSize: Int

  /// Makes a value.
  package init(
    fileCount: Int, filesDone: Int, bytesReceived: Int, totalBytes: Int, filesOfUnknownSize: Int
  ) {
    self.fileCount = fileCount
    self.filesDone = filesDone
    self.bytesReceived = bytesReceived
    self.totalBytes = totalBytes
    self.filesOfUnknownSize = filesOfUnknownSize
  }
}

/// Hands on progress that never goes back, also when a download begins anew.
final class ProgressMeter: Sendable {
  private struct State {
    var highest = 0
    var total: Int?
    var phase: FetchProgress.Phase?
  }

  private let request: FileRequest
  private let handler: (@Sendable (FetchProgress) -> Void)?
  private let state: Mutex<State>

  init(_ request: FileRequest, _ handler: (@Sendable (FetchProgress) -> Void)?) {
    self.request = request
    self.handler = handler
    state = Mutex(State(total: request.size))
  }

  /// Tells what is being done, if that is new.
  func report(_ phase: FetchProgress.Phase) {
    report { state in
      defer { state.phase = phase }
      return state.phase != phase
    }
  }

  /// Tells how many bytes of how many are here.
  func report(_ received: Int, of total: Int?, _ phase: FetchProgress.Phase) {
    report { state in
      let isNews = received > state.highest || phase != state.phase
      state.highest = max(state.highest, received)
      state.total = total ?? state.total
      state.phase = phase
      return isNews
    }
  }

  // The lock is held while the handler runs, so that its calls keep their order.
  private func report(_ update: (inout State) -> Bool) {
    state.withLock { state in
      guard update(&state), let handler, let phase = state.phase else { return }
      handler(
        FetchProgress(
          model: request.model, file: request.file, bytesReceived: state.highest,
          totalBytes: state.total, phase: phase))
    }
  }
}
