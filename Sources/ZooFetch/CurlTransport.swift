import Synchronization

/// Transfers through libcurl: `https`, `http` and `file` URLs.
///
/// Certificates are always verified. A redirect may lead to `https` only, or to `http` too if it
/// began there. Proxies come from the variables that curl reads (`https_proxy`, `no_proxy`, …).
public final class CurlTransport: Transport {
  /// How long a transfer may take to do what.
  public struct Limits: Sendable, Hashable {
    /// To connect.
    public var connect: Duration
    /// To bring no byte at all.
    public var stall: Duration

    /// Makes limits; they count in whole seconds.
    public init(connect: Duration = .seconds(30), stall: Duration = .seconds(60)) {
      self.connect = connect
      self.stall = stall
    }
  }

  private let limits: Limits
  // Made with the first transfer: starting libcurl takes time that a cached file does not need.
  private let engine = Mutex<CurlEngine?>(nil)

  /// Makes a transport with its own connections.
  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Gets a URL; see ``Transport/get(_:into:)``.
  public func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
    let engine = engine.withLock { made in
      let engine = made ?? CurlEngine()
      made = engine
      return engine
    }
    try await engine.run(CurlTransfer(request, limits: limits, sink: sink))
  }
}
