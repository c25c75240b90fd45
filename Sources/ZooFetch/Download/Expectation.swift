import ZooCore

/// What a file must be, and who says so.
struct Expectation: Sendable {
  var digest: SHA256Digest
  var source: ChecksumSource
  /// Where the digest is pinned, if it was taken from a pin.
  var pinPath: String?

  /// Whether it was known before a server was asked.
  var isKnownBefore: Bool { source == .registry || pinPath != nil }

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
  static func size(
    _ expected: Int, found: String, _ url: String, isTransient: Bool = false
  ) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .integrity, reason: "\(url) does not have the expected size",
      advice: "do not use the file from there; try again, and if it stays so report it to whoever "
        + "keeps the registry",
      url: url, expected: "\(expected) bytes", found: found, isTransient: isTransient)
  }

  /// A registry whose digests of pieces are not for a file of the size that it has.
  static func chunkCount(_ chunks: ChunkDigests, size: Int, _ url: String) -> FetchError {
    FetchError(
      kind: .integrity,
      reason: "the registry's chunks do not fit \(CurlURL.withoutCredentials(url))",
      advice: "correct the registry, or leave them out",
      url: CurlURL.withoutCredentials(url), expected: "chunks for \(size) bytes",
      found: "\(chunks.digests.count) of \(chunks.size) bytes each")
  }

  /// A registry whose digests of pieces are all right while the one of the file is not.
  static func chunksContradict(_ expectation: Expectation, found: SHA256Digest) -> FetchError {
    FetchError(
      kind: .integrity, reason: "the chunks are right, but the file as a whole is not",
      advice: "correct the registry: its sha256 and its chunks are not of the same file",
      expected: expectation.digest.hex, found: found.hex)
  }
}
