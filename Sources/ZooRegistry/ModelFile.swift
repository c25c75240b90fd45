import ZooCore

/// A file with the weights of a model.
public struct ModelFile: Sendable, Equatable {
  /// The format, which is also the extension of ``fileName``: `pt`, `safetensors` or `pts`.
  public let format: String
  /// The file's name: the model's name and the format.
  public let fileName: String
  /// Where the file is: an absolute `https`, `http` or `file` URL, percent-encoded.
  public let url: String
  /// Other places of the same file, in the order in which to try them.
  public let mirrors: [String]
  /// The SHA-256 of the file; `nil` if nobody states it.
  public let sha256: SHA256Digest?
  /// The file's size in bytes; `nil` if it is not known to the byte.
  public let size: Int?
  /// The file's size in MiB, rounded to one decimal; `nil` if unknown.
  public let sizeMiB: Double?
  /// The digests of the file's pieces; `nil` if nobody states them.
  public let chunks: ChunkDigests?
}

/// A file with a classification head for the embeddings of a model.
public struct HeadFile: Sendable, Equatable {
  /// What the head tells apart, such as `family`.
  public let level: String
  /// The file's name: the model's name, a hyphen, the level and `.head.pt`.
  public let fileName: String
  /// Where the file is: an absolute `https`, `http` or `file` URL, percent-encoded.
  public let url: String
  /// Other places of the same file, in the order in which to try them.
  public let mirrors: [String]
  /// The SHA-256 of the file; `nil` if nobody states it.
  public let sha256: SHA256Digest?
  /// The file's size in bytes; `nil` if it is not known to the byte.
  public let size: Int?
  /// How many classes the head tells apart; `nil` if unknown.
  public let classes: Int?
  /// Published results, such as `val_top1` in percent.
  public let metrics: [Metric]
}

/// A published result.
public struct Metric: Sendable, Equatable {
  /// What was measured, such as `ami_genus`.
  public let name: String
  /// The result, in percent unless the name says otherwise.
  public let value: Double
}
