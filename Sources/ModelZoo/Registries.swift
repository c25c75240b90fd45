extension Zoo {
  /// Makes a zoo as an environment says, with the registries that it names.
  ///
  /// - Parameters:
  ///   - environment: the registries, the cache, whether the network may be used, and so on.
  ///   - transport: what carries files; by default libcurl, with the environment's settings.
  /// - Throws: ``RegistryError``, ``FetchError``, ``TensorError``; the error of a registry that
  ///   cannot be read; `CancellationError`.
  public init(_ environment: ZooEnvironment, transport: (any Transport)? = nil) async throws {
    try Task.checkCancellation()
    let transport = transport ?? CurlTransport(environment.transportSettings)
    var registry = try Registry.builtIn()
    for source in environment.registries {
      let text =
        isRemote(source)
        ? try await download(source, environment, transport) : try await readRegistry(source)
      registry = registry.overlaid(with: try Registry(parsing: text, source: source))
    }
    try self.init(
      registry: registry,
      fetcher: Fetcher(
        cache: environment.cache, transport: transport, policy: environment.policy,
        tokens: environment.tokens, options: environment.fetchOptions),
      threads: environment.threads)
  }
}

private func isRemote(_ source: String) -> Bool {
  source.hasPrefix("https://") || source.hasPrefix("http://")
}

private let largestRegistry = 64 << 20

private func readRegistry(_ source: String) async throws -> [UInt8] {
  let path = source.hasPrefix("file://") ? String(source.dropFirst(7)) : source
  return try await offload { _ in try readFile(path, limit: largestRegistry) }
}

private func download(
  _ url: String, _ environment: ZooEnvironment, _ transport: any Transport
) async throws -> [UInt8] {
  if environment.policy == .offline { throw ModelError.remoteRegistryOffline(url: url) }
  let sink = MemorySink(url: url, limit: largestRegistry)
  var request = TransferRequest(url: url)
  request.stallTimeout = environment.fetchOptions.stallTimeout
  request.allowsInsecureHTTP = environment.fetchOptions.allowsInsecureHTTP
  try await transport.get(request, into: sink)
  let text = sink.bytes
  if text.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
    throw FetchError(
      kind: .integrity, reason: "\(url) was answered with a web page, not with a registry",
      advice: "open it in a browser: a login or a proxy may stand before it", url: url)
  }
  return text
}
