import ZooCore

/// What became of the local file that a pinned one was copied from.
enum SourceState: Equatable {
  /// There is none, or it cannot be read: what the cache has counts.
  case absent
  /// It is the file that was pinned; its facts, where a pin may remember them and does not yet.
  case same(toRemember: FileIdentity?)
  /// It has other content.
  case changed(url: String)
}

extension Cache {
  /// The URL of the local file that a request names, if its content is no longer what is pinned.
  ///
  /// Nothing is kept of what this finds out.
  func changedSource(
    of request: FileRequest, cancellation: Cancellation
  ) throws -> String? {
    guard request.sha256 == nil, let pin = try pin(of: request),
      case .changed(let url) = try sourceState(of: request, pin, cancellation: cancellation)
    else { return nil }
    return url
  }

  /// Compares the local file that a request names with what was pinned: size and time first, and
  /// only where these do not tell the content.
  func sourceState(
    of request: FileRequest, _ pin: Pin, cancellation: Cancellation
  ) throws -> SourceState {
    guard let source = localSource(of: request, pin) else { return .absent }
    if pin.origin == source.identity { return .same(toRemember: nil) }
    if let known = pin.origin, known.size != source.identity.size {
      return .changed(url: source.url)
    }
    let isSettled = source.identity.isSettled
    let (found, identity): (SHA256Digest, FileIdentity)
    do {
      let file = try OpenFile(reading: source.path)
      found = try HashingReader.digest(of: file, cancellation: cancellation)
      identity = try file.identity()
    } catch is FetchError {
      return .absent
    }
    if found != pin.digest { return .changed(url: source.url) }
    return .same(toRemember: isSettled && identity == source.identity ? identity : nil)
  }

  /// The first local file among the URLs, up to the one that the pinned file came from: what stands
  /// behind that one is only a mirror.
  private func localSource(
    of request: FileRequest, _ pin: Pin
  ) -> (url: String, path: String, identity: FileIdentity)? {
    let origin = request.urls.firstIndex { $0 == pin.url }
    let urls =
      origin.map { request.urls[...$0] } ?? request.urls.prefix { LocalURL.path(of: $0) != nil }
    for url in urls {
      if let path = LocalURL.path(of: url),
        case .file(let identity)? = try? FileSystem.entry(at: path)
      {
        return (url, path, identity)
      }
    }
    return nil
  }
}

extension FileIdentity {
  /// Whether the file was last written so long ago that a further change shows in its time: file
  /// systems count in steps of up to two seconds.
  var isSettled: Bool { FileSystem.now() &- modifiedNanoseconds >= 2_000_000_000 }
}

/// Paths in `file` URLs; reading them needs no libcurl, which takes time to load.
enum LocalURL {
  /// The path that a `file` URL of this machine names; `nil` for any other URL.
  static func path(of url: String) -> String? {
    guard url.utf8.prefix(7).elementsEqual("file://".utf8) else { return nil }
    let rest = url.utf8.dropFirst(7)
    let path = rest.starts(with: "localhost/".utf8) ? rest.dropFirst(9) : rest
    guard path.first == UInt8(ascii: "/") else { return nil }
    return decoded(path.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
  }

  private static func decoded(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16), value != 0
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
