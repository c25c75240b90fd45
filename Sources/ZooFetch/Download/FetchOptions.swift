/// How files are downloaded.
public struct FetchOptions: Sendable, Hashable {
  /// How many connections a file may take at once, 1 to 32; small files take one.
  public var connections = 4
  /// How long a server may send nothing before its connection is given up, at least a second.
  public var stallTimeout = Duration.seconds(60)
  /// How many bytes a second a file may take; `nil` for no limit.
  public var limitRate: Int?
  /// How often in a row a connection may fail without bringing anything, 1 to 100.
  public var attempts = 5
  /// Whether plain `http` may be used with other machines.
  public var allowsInsecureHTTP = false
  /// What stands in the place of `https://huggingface.co`; `nil` for itself.
  public var huggingFaceEndpoint: String?

  /// How many bytes are asked for at once, at least.
  package var segmentSize = 8 << 20
  /// How long another process that does not show that it lives is waited for.
  package var ownerTimeout = Duration.seconds(20)

  /// Makes options.
  public init() {}

  /// Refuses values that make no sense.
  ///
  /// - Throws: ``FetchError`` of kind `.usage`.
  package func validate() throws(FetchError) {
    func require(_ isGood: Bool, _ name: String, _ found: String, _ expected: String)
      throws(FetchError)
    {
      if isGood { return }
      throw FetchError(
        kind: .usage, reason: "\(name) has a value that cannot be used", advice: "correct it",
        expected: expected, found: found)
    }
    try require((1...32).contains(connections), "connections", "\(connections)", "1 to 32")
    try require((1...100).contains(attempts), "attempts", "\(attempts)", "1 to 100")
    try require(
      stallTimeout >= .seconds(1), "the stall timeout", "\(stallTimeout)", "a second or more")
    if let limitRate {
      try require(
        limitRate >= 1024, "the limit of the rate", "\(limitRate)", "1024 bytes a second or more")
    }
    if let huggingFaceEndpoint {
      let scheme = CurlURL.scheme(of: huggingFaceEndpoint)
      try require(
        ["https", "http"].contains(scheme) && CurlURL.host(of: huggingFaceEndpoint) != nil,
        "the endpoint for Hugging Face (HF_ENDPOINT)",
        "'\(CurlURL.withoutCredentials(huggingFaceEndpoint))'", "an https URL")
    }
  }
}
