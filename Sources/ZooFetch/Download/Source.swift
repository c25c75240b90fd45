/// A place from which a file can be fetched.
struct Source: Sendable, Hashable {
  var url: String
  /// A token for the URL's host; none where everyone on the way could read it.
  var token: String?

  init(_ url: String, tokens: [String: String], endpoint: String?) {
    self.url = Source.rewritten(url, endpoint: endpoint)
    guard let host = CurlURL.host(of: self.url), !CurlURL.isInsecure(self.url) else { return }
    let standsForHub = endpoint.flatMap(CurlURL.host(of:)) == host
    token = tokens[host] ?? (standsForHub ? tokens["huggingface.co"] : nil)
  }

  /// The URL as messages, journals and pins may show it.
  var shownURL: String { CurlURL.withoutCredentials(url) }

  /// Whether it can be asked for a part of a file.
  var hasRanges: Bool { CurlURL.scheme(of: url) != "file" }

  private static func rewritten(_ url: String, endpoint: String?) -> String {
    let standard = "https://huggingface.co/"
    guard let endpoint, url.hasPrefix(standard) else { return url }
    return endpoint + (endpoint.hasSuffix("/") ? "" : "/") + url.dropFirst(standard.count)
  }
}
