import ZooCore
import ZooVision

extension ImageCollection {
  /// The content of an image's file or member.
  ///
  /// It may be called from many threads at once.
  /// - Parameter limit: The most bytes that it may have.
  /// - Throws: ``ImageError``
  public func bytes(of index: Int, limit: Int) throws(ImageError) -> [UInt8] {
    let run = table.run(of: index)
    let location = source(index)
    if case .file = location {
      return try file(Array(table.prefix(run) + table.name(of: index, in: run)), limit: limit)
    }
    return try member(location, of: Array(table.prefix(run)), limit: limit)
  }

  private func file(_ path: [UInt8], limit: Int) throws(ImageError) -> [UInt8] {
    do { return try readFile(path, limit: limit) } catch { throw ImageError(error) }
  }

  private func member(
    _ location: ImageSourceLocation, of path: [UInt8], limit: Int
  ) throws(ImageError) -> [UInt8] {
    let sample = location.sample
    guard case .tarMember(let archive, _, let offset, let size) = location else {
      guard case .unreadableMember(_, _, let reason) = location else { return [] }
      throw .unreadable(file: sample, reason: reason)
    }
    guard size <= limit else { throw .tooManyBytes(file: sample, found: size, limit: limit) }
    guard size >= 0, offset >= 0 else {
      throw .unreadable(file: sample, reason: "no archive has its bytes")
    }
    let file: ArchiveFile?
    do { file = try archives.file(at: path) } catch {
      throw .unreadable(file: sample, reason: "\(error)")
    }
    guard let file else {
      throw .unreadable(
        file: sample,
        reason: "\(archive) has changed since the run began; begin again when it is complete")
    }
    let (bytes, code) = file.read(size, at: offset)
    if code != 0 { throw .unreadable(file: sample, reason: systemText(code)) }
    guard bytes.count == size else {
      throw .unreadable(
        file: sample, reason: "\(archive) has been cut short since the run began")
    }
    return bytes
  }
}
