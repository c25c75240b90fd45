import ZooCore
import ZooTensors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Checkpoint {
  /// Opens and checks a file, as ``init(path:limits:verifyingChecksums:)`` does.
  ///
  /// - Throws: ``CheckpointError``, also for the URL of something else than a file.
  public init(
    contentsOf url: URL, limits: CheckpointLimits = CheckpointLimits(),
    verifyingChecksums: Bool = false
  ) throws(CheckpointError) {
    try self.init(
      path: try Self.path(of: url), limits: limits, verifyingChecksums: verifyingChecksums)
  }

  /// Checks the content of a file, such as `Data` that came with an application.
  ///
  /// The bytes are copied.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what ``file`` is, and what errors call the file.
  ///   - limits: how much it may hold before it is refused.
  ///   - verifyingChecksums: whether the CRC of every tensor's bytes is checked too.
  /// - Throws: ``CheckpointError``.
  public init(
    decoding bytes: some Collection<UInt8>, name: String = "the checkpoint",
    limits: CheckpointLimits = CheckpointLimits(), verifyingChecksums: Bool = false
  ) throws(CheckpointError) {
    try self.init(
      ByteStorage(copying: bytes), file: name, limits: limits,
      verifyingChecksums: verifyingChecksums)
  }

  /// Writes the tensors and the metadata into a file, as ``write(to:format:floats:)`` of a path does.
  ///
  /// - Throws: ``CheckpointError``, also for the URL of something else than a file.
  @discardableResult
  public func write(
    to url: URL, format: Format? = nil, floats: DType? = nil
  ) throws(CheckpointError) -> Conversion {
    try write(to: try Self.path(of: url), format: format, floats: floats)
  }

  private static func path(of url: URL) throws(CheckpointError) -> String {
    do {
      return try url.filePath()
    } catch {
      throw CheckpointError(Fault(kind: error.kind, reason: error.reason), file: url.absoluteString)
    }
  }
}
