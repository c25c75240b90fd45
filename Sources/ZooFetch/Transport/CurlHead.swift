/// The headers of an answer, and of the redirects before it, as they come line by line.
struct CurlHead {
  private(set) var headers: [String: String] = [:]
  private(set) var redirectHeaders: [String: String] = [:]

  mutating func receive(_ line: String) {
    if line.hasPrefix("HTTP/") {
      redirectHeaders.merge(headers) { $1 }
      headers = [:]
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      headers[line[..<colon].lowercased()] = String(value.trimmed())
    }
  }
}

extension Substring {
  fileprivate func trimmed() -> Substring {
    let rest = drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return rest }
    return rest[...last]
  }
}
