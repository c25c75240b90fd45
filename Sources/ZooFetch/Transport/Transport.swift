import ZooCore

/// What carries bytes from a URL; ``CurlTransport`` unless you have your own.
public protocol Transport: Sendable {
  /// Gets a URL, following redirects, and hands its content to a sink.
  ///
  /// Returns when the sink has everything. Content comes only with a successful answer: the body
  /// of an error page is never handed over. When the task is cancelled, the transfer stops soon;
  /// the sink is not used after the call has ended.
  /// - Throws: ``FetchError`` of kind `.network`; what the sink throws, which ends the transfer;
  ///   `CancellationError`.
  func get(_ request: TransferRequest, into sink: any TransferSink) async throws
}

/// What to get.
public struct TransferRequest: Sendable, Hashable {
  /// An `https`, `http` or `file` URL.
  public var url: String
  /// A token for the URL's host; it must not reach any other.
  public var bearerToken: String?
  /// The part that is wanted, in bytes and not empty; `nil` for everything.
  ///
  /// A server may ignore it and answer with everything, status 200.
  public var range: Range<Int>?
  /// An entity tag: if the content no longer has it, everything is wanted and not the part.
  public var ifRange: String?
  /// How long the server may send nothing, in whole seconds.
  public var stallTimeout = Duration.seconds(60)
  /// How many bytes a second may come; `nil` for no limit.
  public var speedLimit: Int?
  /// Whether plain `http` may be used with other machines.
  public var allowsInsecureHTTP = false

  /// Makes a request.
  public init(url: String, bearerToken: String? = nil, range: Range<Int>? = nil) {
    self.url = url
    self.bearerToken = bearerToken
    self.range = range
  }
}

/// A successful answer, before its content.
public struct ResponseHead: Sendable, Hashable {
  /// The HTTP status; `nil` for a `file` URL.
  public var status: Int?
  /// The headers by lower-case name; of several with one name, the last.
  public var headers: [String: String]
  /// The headers of the redirects that led to the answer, likewise.
  public var redirectHeaders: [String: String]
  /// How many bytes will come, if the server says so.
  public var contentLength: Int?
  /// Which part of the file comes, if it is a part (status 206).
  public var contentRange: ContentRange?

  /// Makes a head.
  public init(
    status: Int?, headers: [String: String], redirectHeaders: [String: String] = [:],
    contentLength: Int?, contentRange: ContentRange? = nil
  ) {
    self.status = status
    self.headers = headers
    self.redirectHeaders = redirectHeaders
    self.contentLength = contentLength
    self.contentRange = contentRange
  }

  /// The commit of a repository that the server states in `X-Repo-Commit`, as Hugging Face does.
  var repositoryCommit: String? {
    let name = "x-repo-commit"
    guard let commit = headers[name] ?? redirectHeaders[name],
      (1...64).contains(commit.utf8.count), commit.allSatisfy(\.isHexDigit)
    else { return nil }
    return commit
  }

  /// The SHA-256 that the server states in `X-Linked-ETag`, as Hugging Face does for large files.
  var linkedDigest: SHA256Digest? {
    let name = "x-linked-etag"
    guard var tag = headers[name] ?? redirectHeaders[name] else { return nil }
    if tag.hasPrefix("W/") { tag.removeFirst(2) }
    if tag.hasPrefix("\""), tag.hasSuffix("\""), tag.count > 2 {
      tag = String(tag.dropFirst().dropLast())
    }
    return SHA256Digest(hex: tag)
  }
}

/// What takes the content of a transfer.
///
/// Its functions are called one after the other, on a thread of the transport; what they throw ends
/// the transfer.
public protocol TransferSink: AnyObject, Sendable {
  /// Takes the head, once, before any content.
  ///
  /// - Throws: what ends the transfer.
  func begin(_ head: ResponseHead) throws
  /// Takes the next bytes of the content.
  ///
  /// - Throws: what ends the transfer.
  func receive(_ bytes: RawSpan) throws
}
