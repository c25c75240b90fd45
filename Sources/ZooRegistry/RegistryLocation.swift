#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The place of a registry, which relative URLs in it start from.
struct RegistryLocation: Sendable {
  /// The scheme and the host, such as `https://example.org`; `file://` for a file.
  private let root: String
  /// The directory of the registry, percent-encoded, with a slash at both ends.
  private let directory: String

  /// The place of a registry that was read from a path or a URL.
  init(source: String) {
    if let url = AbsoluteURL(source) {
      root = url.root
      directory = Self.directory(of: url.rest.prefix { $0 != "?" && $0 != "#" })
    } else {
      let isAbsolute = source.hasPrefix("/")
      let path = isAbsolute ? source : currentDirectory() + "/" + source
      root = "file://"
      directory = Self.directory(of: percentEncoded(path, keeping: pathBytes)[...])
    }
  }

  /// The absolute URL that a reference in the registry means.
  ///
  /// - Returns: `nil` for what is no URL, one of an unknown scheme, and a local file that a
  ///   registry from the network names.
  func resolve(_ reference: String) -> String? {
    if let url = AbsoluteURL(reference) {
      return url.isFile && root != AbsoluteURL.fileRoot ? nil : url.text
    }
    guard !reference.isEmpty, !reference.hasPrefix("//"), !hasScheme(reference),
      !reference.utf8.contains(where: isControl)
    else { return nil }
    let path = reference.prefix { $0 != "?" && $0 != "#" }
    let absolute = path.hasPrefix("/") ? String(path) : directory + path
    let rest = removingDotSegments(absolute) + reference[path.endIndex...]
    return root + percentEncoded(rest, keeping: urlBytes)
  }

  private static func directory(of path: Substring) -> String {
    String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
  }
}

/// The path of the current directory; empty where there is none any more.
private func currentDirectory() -> String {
  guard let path = getcwd(nil, 0) else { return "" }
  defer { free(path) }
  return String(cString: path)
}

/// An `http`, `https` or `file` URL in two parts.
struct AbsoluteURL {
  static let fileRoot = "file://"

  /// The scheme in lower case, and the host.
  let root: String
  /// The path, from its slash on, and what follows it; percent-encoded.
  let rest: String

  var text: String { root + rest }

  var isFile: Bool { root == Self.fileRoot }

  init?(_ text: String) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
      text.utf8[colon...].starts(with: "://".utf8), !text.utf8.contains(where: isControl)
    else { return nil }
    let scheme = String(text[..<colon]).lowercased()
    let afterScheme = text[text.utf8.index(colon, offsetBy: 3)...]
    let end = afterScheme.utf8.firstIndex(where: endsAuthority) ?? text.endIndex
    let authority = afterScheme[..<end]
    let rest = text[end...]
    switch scheme {
    case "http", "https":
      guard !authority.isEmpty, authority.utf8.allSatisfy(authorityBytes.contains) else {
        return nil
      }
      root = scheme + "://" + String(authority)
    case "file":
      guard authority.isEmpty || authority == "localhost", rest.hasPrefix("/") else { return nil }
      root = Self.fileRoot
    default: return nil
    }
    let path = rest.utf8.first == UInt8(ascii: "/") ? String(rest) : "/" + String(rest)
    self.rest = percentEncoded(path, keeping: urlBytes)
  }
}

private func endsAuthority(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
}

/// Whether a reference begins with a scheme (RFC 3986, section 3.1).
private func hasScheme(_ reference: String) -> Bool {
  guard let colon = reference.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
  return reference.utf8[..<colon].allSatisfy(schemeBytes.contains)
}

/// A path that begins with a slash without its `.` and `..` (RFC 3986, section 5.2.4).
private func removingDotSegments(_ path: String) -> String {
  var segments: [Substring] = []
  let all = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
  for segment in all {
    switch segment {
    case ".": break
    case "..": _ = segments.popLast()
    default: segments.append(segment)
    }
  }
  if all.last == "." || all.last == ".." { segments.append("") }
  return "/" + segments.joined(separator: "/")
}
