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
    private let context: OpaquePointer

    init() throws(FetchError) {
      guard let context = EVP_MD_CTX_new() else { throw .hashUnavailable }
      self.context = context
      guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw .hashUnavailable }
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: RawSpan) {
      let result = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
      precondition(result == 1, "libcrypto failed to hash")
    }

    /// The digest of all bytes; to be called once, at the end.
    func finish() -> SHA256Digest {
      var digest = [UInt8](repeating: 0, count: 32)
      let result = EVP_DigestFinal_ex(context, &digest, nil)
      precondition(result == 1, "libcrypto failed to hash")
      return SHA256Digest(bytes: digest)
    }
  #endif
}
