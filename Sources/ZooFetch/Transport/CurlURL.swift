import CCurl

/// The parts of URLs, read as libcurl reads them.
enum CurlURL {
  /// The host, in lower case; `nil` for a URL that is malformed or has none.
  static func host(of url: String) -> String? {
    part(CURLUPART_HOST, of: url)?.lowercased()
  }

  static func scheme(of url: String) -> String? { part(CURLUPART_SCHEME, of: url)?.lowercased() }

  /// The path that a `file` URL names; `nil` for any other.
  static func localPath(of url: String) -> String? {
    guard scheme(of: url) == "file", let handle = parse(url) else { return nil }
    defer { zoo_curl_url_cleanup(handle) }
    return part(CURLUPART_PATH, of: handle, flags: UInt32(CURLU_URLDECODE))
  }

  /// Whether a URL is a plain `http` one of another machine: everyone on the way can read and change
  /// what is sent.
  static func isInsecure(_ url: String) -> Bool {
    guard scheme(of: url) == "http" else { return false }
    guard let host = host(of: url) else { return true }
    let isLoopback =
      host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]"
      || host.hasPrefix("127.") && host.utf8.allSatisfy { (0x2E...0x39).contains($0) }
    return !isLoopback
  }

  /// The URL as messages and records may show it: without user name and password.
  static func withoutCredentials(_ url: String) -> String {
    guard url.contains("@") else { return url }
    guard let handle = parse(url) else { return "a malformed URL" }
    defer { zoo_curl_url_cleanup(handle) }
    for secret in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS] {
      zoo_curl_url_set(handle, secret, nil, 0)
    }
    return part(CURLUPART_URL, of: handle) ?? "a malformed URL"
  }

  private static func part(_ part: CURLUPart, of url: String) -> String? {
    guard let handle = parse(url) else { return nil }
    defer { zoo_curl_url_cleanup(handle) }
    return self.part(part, of: handle)
  }

  private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0)
    -> String?
  {
    var text: UnsafeMutablePointer<CChar>?
    guard zoo_curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { zoo_curl_free(text) }
    return String(cString: text)
  }

  private static func parse(_ url: String) -> OpaquePointer? {
    guard let handle = zoo_curl_url() else { return nil }
    if zoo_curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK {
      return handle
    }
    zoo_curl_url_cleanup(handle)
    return nil
  }
}
