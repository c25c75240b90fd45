import ZooCore

/// What a file must be, and who says so.
struct Expectation {
  var digest: SHA256Digest
  var source: ChecksumSource
  /// Where the digest is pinned, if it was taken from a pin.
  var pinPath: String?

  /// The error for content, or a server's word, with another digest.
  func mismatch(found: SHA256Digest, statedByServer: Bool, url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    let whose =
      switch source {
      case _ where pinPath != nil: "the one pinned when it was first fetched"
      case .registry, .pinned: "the registry's"
      case .serverStated: "the one that the server states"
      }
    let advice =
      if let pinPath {
        "the file has changed on the server: if that is right, remove \(pinPath) and fetch it again"
      } else {
        "do not use the file from there; try again, and if it stays so report it to whoever keeps "
          + "the registry"
      }
    return FetchError(
      kind: .integrity,
      reason: "the SHA-256 \(statedByServer ? "stated for" : "of") \(url) is not \(whose)",
      advice: advice, url: url, expected: digest.hex, found: found.hex)
  }
}

extension FetchError {
  /// Content of another length than expected.
  static func size(_ expected: Int, found: String, _ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .integrity, reason: "\(url) does not have the expected size",
      advice: "do not use the file from there; try again, and if it stays so report it to whoever "
        + "keeps the registry",
      url: url, expected: "\(expected) bytes", found: found)
  }
}
