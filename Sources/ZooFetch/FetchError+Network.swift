import CCurl

extension FetchError {
  /// A transfer that libcurl gave up.
  static func curl(_ code: CURLcode, _ detail: String, _ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    let cause = detail.isEmpty ? String(cString: zoo_curl_easy_strerror(code)) : detail
    return FetchError(
      kind: .network, reason: "cannot get \(url): \(cause)", advice: advice(for: code), url: url,
      isTransient: transientCodes.contains(code.rawValue))
  }

  /// What may go well the next time: faults of the network, and of a server that is starting.
  private static let transientCodes = Set(
    [
      CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
      CURLE_PARTIAL_FILE, CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR, CURLE_GOT_NOTHING,
      CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM,
    ].map(\.rawValue))

  /// A URL that is malformed or has another scheme.
  static func unusable(_ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .network, reason: "'\(url)' is not an https, http or file URL",
      advice: "correct it", url: url)
  }

  private static func advice(for code: CURLcode) -> String {
    switch code {
    case CURLE_UNSUPPORTED_PROTOCOL:
      "a redirect may lead to https, or from http to http, and nowhere else: check the URL"
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
      "check the network, the proxy settings and the URL"
    case CURLE_FILE_COULDNT_READ_FILE: "check that the file is there and may be read"
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE:
      "check this machine's clock and certificates, and who answers in the server's place"
    case CURLE_TOO_MANY_REDIRECTS: "check the URL"
    default: "try again"
    }
  }

  /// A plain `http` URL of another machine.
  static func insecure(_ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .usage, reason: "\(url) would come over plain http, which anyone on the way can change",
      advice: "use an https URL, or allow it with --insecure-http (allowsInsecureHTTP)", url: url)
  }

  /// An answer with another status than 200.
  ///
  /// - Parameter hubCode: what a hub says of it in `X-Error-Code`.
  static func status(
    _ status: Int, _ url: String, retryAfter: Duration? = nil, hubCode: String? = nil
  ) -> FetchError {
    if let error = FetchError.hub(hubCode, status, url) { return error }
    let url = CurlURL.withoutCredentials(url)
    let advice =
      switch status {
      case 401, 403, 407: "check that you may read it, and the token or proxy if one is needed"
      case 408, 429, 500...:
        retryAfter.map { "try again in \($0.components.seconds) seconds, as it asks to" }
          ?? "try again later"
      default: "check the URL"
      }
    return FetchError(
      kind: .network, reason: "\(url) was answered with HTTP status \(status)", advice: advice,
      url: url, status: status, isTransient: [408, 429].contains(status) || status >= 500,
      retryAfter: retryAfter)
  }

  /// A partial answer with another part than the one asked for.
  static func wrongRange(_ found: String?, wanted: Range<Int>?, _ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .network, reason: "\(url) was answered with another part of the file",
      advice: "try again, or from another place: the server or a proxy is at fault", url: url,
      expected: wanted.map { "bytes \($0.lowerBound)-\($0.upperBound - 1)" },
      found: found ?? "none stated", status: 206)
  }

  /// A page for people where a file should be.
  static func webPage(_ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .network, reason: "\(url) was answered with a web page, not with the file",
      advice: "open it in a browser: a login or a proxy may stand before it", url: url)
  }

  /// Content that changes again and again while it is fetched.
  static func unsteady(_ url: String) -> FetchError {
    let url = CurlURL.withoutCredentials(url)
    return FetchError(
      kind: .network, reason: "\(url) changes while it is fetched",
      advice: "try again later, or ask whoever keeps the server", url: url)
  }

  /// Whether a server gave another part than the one asked for, or none.
  var isRangeFault: Bool { status == 206 || status == 416 }

  /// The failures of all URLs of a file as one; wrong content weighs more than none.
  static func allFailed(_ failures: [FetchError]) -> FetchError {
    guard
      let main = failures.first(where: { $0.kind == .integrity })
        ?? failures.first(where: { $0.kind == .network }) ?? failures.first
    else {
      return FetchError(
        kind: .network, reason: "no URL is known for it", advice: "correct the registry")
    }
    if failures.count == 1 { return main }
    return FetchError(
      kind: main.kind, reason: failures.map(\.finding).joined(separator: "; "),
      advice: main.advice, url: main.url, status: main.status)
  }
}
