import ZooCore

/// A file that could not be fetched, or that the cache cannot hold.
public struct FetchError: ZooFailure, Equatable {
  /// Which of network, integrity, offline, disk (or usage, unsupported) failed.
  public let kind: FailureKind
  /// What failed, with the URL or path.
  public let reason: String
  /// What to do next.
  public let advice: String
  /// Whether a path in the cache, or the directory that it should be in, is not there.
  var isAbsence = false
  /// How many bytes are kept, so that fetching again goes on from there.
  public internal(set) var keptBytes = 0
  /// The model the file belongs to.
  public internal(set) var model: String?
  /// The file's name within the model.
  public internal(set) var file: String?
  /// The URL it was fetched from.
  public let url: String?
  /// The path in the cache.
  public let path: String?
  /// What should have come: a digest or a size in bytes.
  public let expected: String?
  /// What came instead.
  public let found: String?
  /// The status of the HTTP answer that was the failure.
  public let status: Int?
  /// Whether the same may go well the next time.
  public let isTransient: Bool
  /// How long the server asks to wait before the next time.
  public let retryAfter: Duration?

  /// Makes an error; a transport of your own throws one with kind `.network`.
  public init(
    kind: FailureKind, reason: String, advice: String, url: String? = nil, path: String? = nil,
    expected: String? = nil, found: String? = nil, status: Int? = nil, isTransient: Bool = false,
    retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.advice = advice
    self.url = url
    self.path = path
    self.expected = expected
    self.found = found
    self.status = status
    self.isTransient = isTransient
    self.retryAfter = retryAfter
  }

  /// One sentence: file, reason, expected and found, advice.
  public var description: String {
    var text = ""
    if let file {
      text += file + (model.map { " of \($0): " } ?? ": ")
    }
    text += finding + "; " + advice
    if keptBytes > 0 {
      text += "; the \(keptBytes) bytes that came are kept, and fetching again goes on from there"
    }
    return text
  }

  /// The reason with what was expected and found.
  var finding: String {
    guard let expected, let found else { return reason }
    return reason + ": expected \(expected), found \(found)"
  }
}

extension FetchError {
  /// The error with the file that it is about, whose path may be only a hash.
  func naming(_ name: CachedFileName) -> FetchError {
    var error = self
    error.model = name.model
    error.file = name.file
    return error
  }

  static let hashUnavailable = FetchError(
    kind: .unsupported, reason: "libcrypto cannot be loaded or offers no SHA-256",
    advice: "check the installation of OpenSSL and its configuration file")

  /// A file that is not in the cache while the network may not be used.
  static func offline(_ request: FileRequest) -> FetchError {
    FetchError(
      kind: .offline, reason: "not in the cache, and the network may not be used",
      advice: "on a machine with a network run `zoo fetch \(request.model)`, "
        + "or allow the network here")
  }
}
