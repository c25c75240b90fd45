import ZooCore

/// Who says which SHA-256 a file has.
public enum ChecksumSource: String, Sendable, Hashable {
  /// The registry.
  case registry
  /// The server, in its answer when the file was first fetched (`X-Linked-ETag`).
  case serverStated = "server_stated"
  /// Nobody: the digest is that of what came when the file was first fetched.
  case pinned
}

/// The digest of a file that no registry states, remembered since it was first fetched.
struct Pin: Equatable {
  var digest: SHA256Digest
  var source: ChecksumSource
  /// Where the file came from, if that is known.
  var url: String?
  /// By what the local file at ``url`` is known to be unchanged.
  var origin: FileIdentity?
  /// The commit of the repository that it was in, if the server said so.
  var commit: String?
  /// Where it is written down.
  var path: String
}

extension Cache {
  /// The pin of a model's file, from the first cache that has one.
  ///
  /// - Throws: ``FetchError`` for an unreadable pin: passing over it would trust a changed file.
  func pin(of request: FileRequest) throws(FetchError) -> Pin? {
    for directory in directories {
      if let pin = try readPin(pinPath(of: request, in: directory)) { return pin }
    }
    return nil
  }

  /// The pin at a path; `nil` where there is none.
  func readPin(_ path: String) throws(FetchError) -> Pin? {
    guard let text = try FileSystem.read(path, atMost: 65536) else { return nil }
    guard let json = try? JSONValue(parsing: text),
      let digest = json["sha256"]?.string.flatMap(SHA256Digest.init(hex:)),
      let source = json["source"]?.string.flatMap(ChecksumSource.init(rawValue:))
    else {
      throw FetchError(
        kind: .integrity, reason: "\(path) is not a pin of a SHA-256",
        advice: "remove it to trust the file anew when it is fetched", path: path)
    }
    return Pin(
      digest: digest, source: source, url: json["url"]?.string,
      origin: json["file"].flatMap(FileIdentity.init(json:)), commit: json["commit"]?.string,
      path: path)
  }

  /// Remembers the digest of a model's file, the URL it came from, what the file there looked like if
  /// it is a local one, and the commit of its repository.
  func setPin(
    _ digest: SHA256Digest, _ source: ChecksumSource, url: String?, origin: FileIdentity? = nil,
    commit: String? = nil, of request: FileRequest
  ) throws(FetchError) {
    var pin = JSONObject()
    pin["sha256"] = .string(digest.hex)
    pin["source"] = .string(source.rawValue)
    pin["url"] = url.map { .string($0) } ?? .null
    pin["file"] = origin.map { .object($0.json) } ?? .null
    if let commit { pin["commit"] = .string(commit) }
    try FileSystem.write(
      JSONValue.object(pin).serialized(pretty: true) + "\n",
      to: pinPath(of: request, in: try writableRoot()))
  }
}
