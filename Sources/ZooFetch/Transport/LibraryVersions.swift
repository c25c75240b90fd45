import CCurl

#if !canImport(CryptoKit)
  import CCrypto
#endif

/// Versions of the system's libraries that fetching uses, for reports.
package enum LibraryVersions {
  /// libcurl and what it is built with; `nil` where it cannot be loaded.
  package static var curl: String? { zoo_curl_version().map { String(cString: $0) } }

  /// What computes SHA-256.
  package static var sha256: String {
    #if canImport(CryptoKit)
      "CryptoKit"
    #else
      zoo_libcrypto_version().map { String(cString: $0) } ?? "missing"
    #endif
  }
}
