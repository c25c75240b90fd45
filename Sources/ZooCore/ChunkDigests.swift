/// The SHA-256 of each piece of a file, so that a damaged one can be fetched again by itself.
public struct ChunkDigests: Sendable, Hashable {
  /// The size of a piece in bytes; the last one may be shorter.
  public var size: Int
  /// The digests, in the order of the pieces.
  public var digests: [SHA256Digest]

  /// Makes digests.
  public init(size: Int, digests: [SHA256Digest]) {
    self.size = size
    self.digests = digests
  }

  /// The pieces of a file with their digests; `nil` for a file of another size.
  package func pieces(of fileSize: Int) -> [(range: Range<Int>, digest: SHA256Digest)]? {
    guard size > 0, fileSize > 0, (fileSize - 1) / size + 1 == digests.count else { return nil }
    return digests.enumerated().map { index, digest in
      (index * size..<min((index + 1) * size, fileSize), digest)
    }
  }
}
