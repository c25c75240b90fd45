import ZooCore

#if canImport(CryptoKit)
  import CryptoKit
#else
  import CCrypto
#endif

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
final class SHA256Hasher {
  #if canImport(CryptoKit)
    private var state = SHA256()

    init() throws(FetchError) {}

    func update(_ bytes: RawSpan) {
      bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
    }

    /// The digest of all bytes; to be called once, at the end.
    func finish() -> SHA256Digest { SHA256Digest(bytes: state.finalize()) }
  #else
    private let hash: OpaquePointer

    init() throws(FetchError) {
      guard let hash = zoo_sha256_new() else { throw .hashUnavailable }
      self.hash = hash
    }

    deinit { zoo_sha256_free(hash) }

    func update(_ bytes: RawSpan) {
      let isDone = bytes.withUnsafeBytes { zoo_sha256_update(hash, $0.baseAddress, $0.count) }
      precondition(isDone, "libcrypto failed to hash")
    }

    /// The digest of all bytes; to be called once, at the end.
    func finish() -> SHA256Digest {
      var digest = [UInt8](repeating: 0, count: 32)
      let isDone = zoo_sha256_finish(hash, &digest)
      precondition(isDone, "libcrypto failed to hash")
      return SHA256Digest(bytes: digest)
    }
  #endif
}
