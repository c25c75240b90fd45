import ZooCore

/// A file by the model that it belongs to.
public struct CachedFileName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The model's name.
  public var model: String
  /// The file's name.
  public var file: String

  /// Makes a name.
  public init(model: String, file: String) {
    self.model = model
    self.file = file
  }

  /// The model's name, a slash and the file's name.
  public var description: String { "\(model)/\(file)" }

  /// The directory of the model in `models` and its like.
  var directory: String { ModelDirectory.name(of: model) }

  /// The path of the file in `models` and its like.
  var path: String { "\(directory)/\(file)" }

  /// By model, then by file.
  public static func < (left: Self, right: Self) -> Bool {
    (left.model, left.file) < (right.model, right.file)
  }
}

extension FileRequest {
  /// The file by the model that it belongs to.
  package var name: CachedFileName { CachedFileName(model: model, file: file) }
}

/// What caches hold.
public struct CacheInventory: Sendable {
  /// A content.
  public struct Blob: Sendable, Hashable {
    /// The SHA-256 that its name states.
    public var sha256: SHA256Digest
    /// Where it is.
    public var path: String
    /// The cache that it is in.
    public var cache: String
    /// Its size in bytes.
    public var size: Int
    /// When it was last used, in nanoseconds since 1970.
    public var lastUsed: Int
    /// The files whose content it is; none for a blob that no model refers to any more.
    public var names: [CachedFileName]
  }

  /// What leads from a model's file to a content.
  public struct Reference: Sendable, Hashable {
    /// The file.
    public var name: CachedFileName
    /// The SHA-256 of its content, which may be gone.
    public var sha256: SHA256Digest
    /// The cache that it is in.
    public var cache: String
  }

  /// What interrupted downloads left under one name of `partial`.
  public struct Partial: Sendable, Hashable {
    /// Where it is.
    public var path: String
    /// How many bytes of the disk it takes.
    public var size: Int
    /// When anything in it was last written, in nanoseconds since 1970.
    public var lastChanged: Int
  }

  /// The contents, the one used last first.
  public var blobs: [Blob] = []
  /// The links of `models`.
  public var links: [Reference] = []
  /// The digests that were trusted on first use.
  public var pins: [Reference] = []
  /// What interrupted downloads left in the writable cache.
  public var partials: [Partial] = []

  /// The size of all contents in bytes.
  public var totalBytes: Int { blobs.reduce(0) { $0 + $1.size } }
}
