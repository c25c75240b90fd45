/// A place from which a file can be fetched.
struct Source: Sendable, Hashable {
  var url: String
  /// A token for the URL's host.
  var token: String?

  init(_ url: String, tokens: [String: String], endpoint: String?) {
    self.url = Source.rewritten(url, endpoint: endpoint)
    // Nobody on the way may read it.
    if !CurlURL.isInsecure(self.url) { token = CurlURL.host(of: self.url).flatMap { tokens[$0] } }
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
