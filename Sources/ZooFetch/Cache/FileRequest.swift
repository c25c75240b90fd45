import ZooCore

/// One file of a model: what it is called, where it is, and what it must be.
public struct FileRequest: Sendable, Hashable {
  /// The model's name in the registry.
  public var model: String
  /// The file's name, as in `models/<name>/<file name>` of the cache.
  public var file: String
  /// Where to get it: `https`, `http` or `file` URLs, tried in order.
  public var urls: [String]
  /// Its SHA-256; `nil` for a file that is trusted on first use.
  public var sha256: SHA256Digest?
  /// Its size in bytes, if known.
  public var size: Int?
  /// The digests of its pieces, if known: a wrong one is fetched again, and not the whole file.
  public var chunks: ChunkDigests?

  /// Makes a request.
  public init(
    model: String, file: String, urls: [String], sha256: SHA256Digest?, size: Int? = nil,
    chunks: ChunkDigests? = nil
  ) {
    self.model = model
    self.file = file
    self.urls = urls
    self.sha256 = sha256
    self.size = size
    self.chunks = chunks
  }

  /// Refuses names that would leave their directory: a registry may come from anywhere.
  func validate() throws(FetchError) {
    for name in [self.name.directory, file] {
      let isPlain =
        !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
        && !name.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "/") || $0 == 0x7F }
      guard isPlain else {
        throw FetchError(
          kind: .integrity, reason: "'\(name)' cannot be the name of a model or file",
          advice: "correct the registry that states it: a name has 1 to 200 bytes, no '/', "
            + "no control characters and no '.' in front")
      }
    }
  }
}

/// A verified file in the cache.
public struct FetchedFile: Sendable, Hashable {
  /// Where it is.
  public var path: String
  /// Its SHA-256.
  public var sha256: SHA256Digest
  /// Its size in bytes.
  public var size: Int
  /// Who said which SHA-256 it has.
  public var checksumSource: ChecksumSource
  /// Whether it was in the cache already.
  public var wasCached: Bool
  /// The name in `models` of the cache that leads to it; `nil` where none could be made, and for a
  /// file of a read-only cache.
  public var link: String?
}

/// Whether the network may be used.
public enum FetchPolicy: Sendable, Hashable {
  /// What is not in the cache is downloaded.
  case online
  /// What is not in the cache is an error; no URL is opened, `file` URLs included.
  case offline
}
