import ZooCore

/// By what a server tells whether the content behind a URL is still the same.
struct Validator: Equatable, Sendable {
  var entityTag: String?
  var lastModified: String?

  /// Whether equal validators mean equal bytes (RFC 9110, 8.8).
  var isStrong: Bool { strongTag != nil || lastModified != nil }

  /// The entity tag, if it stands for the very bytes.
  var strongTag: String? { entityTag.flatMap { $0.hasPrefix("\"") ? $0 : nil } }
}

extension ResponseHead {
  var validator: Validator {
    Validator(entityTag: headers["etag"], lastModified: headers["last-modified"])
  }
}

/// Where the bytes of a part come from, as its journal remembers it.
struct Origin: Equatable, Sendable {
  var url: String
  var validator: Validator

  init(url: String, validator: Validator) {
    self.url = url
    self.validator = validator
  }

  init?(json: JSONValue) {
    guard let url = json["url"]?.string else { return nil }
    self.init(
      url: url,
      validator: Validator(
        entityTag: json["etag"]?.string, lastModified: json["last_modified"]?.string))
  }

  var json: JSONValue {
    [
      "url": .string(url), "etag": validator.entityTag.map { .string($0) } ?? .null,
      "last_modified": validator.lastModified.map { .string($0) } ?? .null,
    ]
  }
}
