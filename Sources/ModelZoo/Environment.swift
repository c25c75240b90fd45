#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the environment says about registries, cache, network and threads.
///
/// | variable | meaning |
/// |---|---|
/// | `ZOO_REGISTRY` | registries laid over the built-in one, paths or URLs, separated by colons |
/// | `ZOO_CACHE`, `ZOO_CACHE_EXTRA` | see ``Cache`` |
/// | `ZOO_OFFLINE` | `1` forbids the network |
/// | `ZOO_THREADS` | how many threads a forward pass uses |
/// | `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME` | an access token for huggingface.co, or its file |
/// | `HF_ENDPOINT` | what stands in the place of `https://huggingface.co` |
/// | `CURL_CA_BUNDLE`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `SSL_CERT_DIR` | trusted certificates |
/// | `NETRC` | logins by host, in the place of `~/.netrc` |
/// | `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy` | see curl |
public struct ZooEnvironment: Sendable {
  /// The paths or URLs of registries, the last one winning.
  public var registries: [String]
  /// The cache.
  public var cache: Cache
  /// Whether the network may be used.
  public var policy: FetchPolicy
  /// How many threads a forward pass uses; `nil` for all processors.
  public var threads: Int?
  /// Access tokens by host.
  public var tokens: [String: String]
  /// How files are downloaded.
  public var fetchOptions = FetchOptions()
  /// What the transport needs to know.
  public var transportSettings = CurlTransport.Settings()

  /// Reads the variables; by default those of this process.
  ///
  /// - Throws: ``ModelError/invalidSetting(name:value:expected:)``, ``FetchError``.
  public init(_ variables: [String: String] = ZooEnvironment.processVariables) throws {
    registries = ZooEnvironment.registries(in: variables["ZOO_REGISTRY"] ?? "")
    cache = try Cache(environment: variables)
    switch variables["ZOO_OFFLINE"] ?? "" {
    case "", "0", "false", "no": policy = .online
    case "1", "true", "yes": policy = .offline
    case let value:
      throw ModelError.invalidSetting(name: "ZOO_OFFLINE", value: value, expected: "1 or 0")
    }
    if let value = variables["ZOO_THREADS"], !value.isEmpty {
      guard let number = Int(value), number >= 1 else {
        throw ModelError.invalidSetting(
          name: "ZOO_THREADS", value: value, expected: "a number from 1 on")
      }
      threads = number
    }
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    tokens = [:]
    if let token = huggingFaceToken(in: variables) { tokens["huggingface.co"] = token }
    fetchOptions.huggingFaceEndpoint = value("HF_ENDPOINT")
    try fetchOptions.validate()
    transportSettings.certificates =
      ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR"]
      .lazy.compactMap(value).first
    transportSettings.netrc = value("NETRC") ?? value("HOME").map { $0 + "/.netrc" }
  }

  /// Splits at colons, but not at those of `https://` and of a port.
  static func registries(in text: String) -> [String] {
    var result: [String] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: true) {
      let continuesURL =
        part.hasPrefix("//") && ["http", "https", "file"].contains(result.last ?? "")
      let isPort =
        result.last.map { $0.contains("://") && !$0.dropFirst(8).contains("/") } ?? false
        && part.first?.isNumber ?? false
      if continuesURL || isPort, let last = result.popLast() {
        result.append(last + ":" + part)
      } else {
        result.append(String(part))
      }
    }
    return result
  }

  /// The variables of this process.
  public static var processVariables: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if let equals = line.firstIndex(of: "=") {
        variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
      }
      entry += 1
    }
    return variables
  }
}
