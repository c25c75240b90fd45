import ZooTensors

/// Finds out what is in a file from few of its bytes: all that describes its tensors, but none of
/// theirs.
///
/// It says which bytes it needs and is given them, and so reads from anywhere:
///
///     var reader = try OutlineReader(file: url, size: size, start: start)
///     while let range = try reader.neededRange() {
///       reader.add(bytes(in: range), at: range.lowerBound)
///     }
///     let outline = try reader.outline()
package struct OutlineReader: Sendable {
  /// How many bytes to begin with: mostly all of a safetensors header or of a pickle.
  package static let startSize = 64 << 10
  /// The zip archive's end: its three end records with the longest comment, and mostly all of its
  /// directory.
  package static let endSize = 66 << 10

  /// The record of the version and the short one that follows it.
  private static let versionSize = 512

  private let file: String
  private let limits: CheckpointLimits
  private let endSize: Int
  private var parts: SparseFile

  /// Takes the beginning of a file.
  ///
  /// - Parameters:
  ///   - file: the path or URL, for messages.
  ///   - size: the size of the whole file in bytes.
  ///   - start: the file's first bytes: ``startSize`` of them, or all if it is shorter.
  ///   - limits: how much the file may hold before it is refused.
  package init(
    file: String, size: Int, start: [UInt8], limits: CheckpointLimits = CheckpointLimits()
  ) throws(CheckpointError) {
    try self.init(
      file: file, size: size, start: start, endSize: OutlineReader.endSize, limits: limits)
  }

  init(
    file: String, size: Int, start: [UInt8], endSize: Int, limits: CheckpointLimits
  ) throws(CheckpointError) {
    do throws(Fault) {
      parts = try SparseFile(size: size)
    } catch {
      throw CheckpointError(error, file: file)
    }
    parts.add(start, at: 0)
    self.file = file
    self.limits = limits
    self.endSize = endSize
  }

  /// The bytes that are needed next; `nil` when there are enough.
  ///
  /// - Throws: ``CheckpointError`` for a file that is refused already.
  package func neededRange() throws(CheckpointError) -> Range<Int>? {
    do throws(Fault) {
      guard let range = try missingRange() else { return nil }
      guard range.count <= limits.outlineBytes - parts.byteCount else {
        throw .limit("bytes that describe its tensors", limits.outlineBytes)
      }
      return range
    } catch {
      throw CheckpointError(error, file: file)
    }
  }

  /// Takes the bytes from an offset on, which must lie within the file.
  package mutating func add(_ bytes: [UInt8], at offset: Int) { parts.add(bytes, at: offset) }

  /// What is in the file.
  ///
  /// - Throws: ``CheckpointError``.
  package func outline() throws(CheckpointError) -> CheckpointOutline {
    CheckpointOutline(
      checkpoint: try Checkpoint(
        parts.storage, file: file, limits: limits, verifyingChecksums: false, parts: parts),
      size: parts.size)
  }

  private func missingRange() throws(Fault) -> Range<Int>? {
    let storage = parts.storage
    if TorchFile.isZip(storage) {
      if let range = parts.missing(in: max(0, parts.size - endSize)..<parts.size) { return range }
      // The record of the version mostly lies in front of it.
      let directory = try ZipEndRecord(in: storage).directory
      if let range = parts.missing(in: directory) {
        let start = max(0, directory.lowerBound - OutlineReader.versionSize)
        return range.lowerBound > directory.lowerBound
          ? range : parts.missing(in: start..<range.upperBound)
      }
      let archive = try ZipArchive(storage, limits: limits, parts: parts)
      let records = try TorchFile.records(of: archive, limits: limits)
      for entry in records.all {
        if let range = parts.missing(in: entry.extent) { return range }
      }
      return nil
    }
    if SafetensorsFile.isSafetensors(storage) {
      return parts.missing(in: try SafetensorsFile.headerRange(of: storage, limits: limits))
    }
    return nil
  }
}
