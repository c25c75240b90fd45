import Synchronization

/// Transfers through libcurl: `https`, `http` and `file` URLs, HTTP/2 where the server has it.
///
/// Certificates are always verified. A redirect may lead to `https` only, or to `http` too if it
/// began there. Proxies come from the variables that curl reads (`https_proxy`, `no_proxy`, …).
public final class CurlTransport: Transport {
  /// What a transport needs to know of its surroundings.
  public struct Settings: Sendable, Hashable {
    /// How long connecting may take, in whole seconds.
    public var connectTimeout = Duration.seconds(30)
    /// A file or directory with the certificates to trust; `nil` for those of the system.
    public var certificates: String?
    /// A file in netrc format with logins by host; `nil` for none.
    public var netrc: String?

    /// Makes settings.
    public init() {}
  }

  private let settings: Settings
  // Made with the first transfer: starting libcurl takes time that a cached file does not need.
  private let engine = Mutex<CurlEngine?>(nil)

  /// Makes a transport with its own connections.
  public init(_ settings: Settings = Settings()) {
    self.settings = settings
  }

  /// Gets a URL; see ``Transport/get(_:into:)``.
  ///
  /// - Throws: ``FetchError``; `CancellationError`; whatever the sink throws.
  public func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
    let engine = engine.withLock { made in
      let engine = made ?? CurlEngine()
      made = engine
      return engine
    }
    try await engine.run(CurlTransfer(request, settings, sink: sink))
  }
}
