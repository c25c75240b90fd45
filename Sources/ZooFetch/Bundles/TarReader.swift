import ZooCore

/// Reads the files of a tar archive one after the other; nothing else in it has any effect.
///
/// Directories are passed over; links, devices and all that this version does not know are errors.
struct TarReader {
  struct File {
    /// The name, without `./` in front.
    var name: String
    /// The size in bytes.
    var size: Int
  }

  private let stream: FileStream
  private var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)
  /// How much of the current file, with what fills up its last block, has not been read.
  private var unread = 0
  private var padding = 0

  init(_ stream: FileStream) { self.stream = stream }

  /// The next file; `nil` at the end of the archive.
  mutating func next() throws(FetchError) -> File? {
    try skip()
    var records: [String: [UInt8]] = [:]
    while try readBlock() {
      let header: TarHeader
      var size: Int
      do throws(TarFault) {
        header = try TarHeader(block[...])
        size = header.size
        if header.kind == .file { size = try PaxRecords.size(in: records) ?? size }
      } catch {
        throw fault(error)
      }
      unread = size
      padding = (TarHeader.blockSize - size % TarHeader.blockSize) % TarHeader.blockSize
      switch header.kind {
      case .file:
        let name = String(decoding: records["path"] ?? header.nameBytes, as: UTF8.self)
        return File(name: Self.plain(name), size: size)
      case .extended:
        let content = try content(atMost: 65536)
        do throws(TarFault) { records = try PaxRecords.decode(content) } catch {
          throw fault(error)
        }
      case .directory, .global:
        records = [:]
      default:
        throw fault(TarFault("'\(header.name)', which is neither a file nor a directory"))
      }
      try skip()
    }
    return nil
  }

  /// Hands on what is left of the current file, piece by piece.
  mutating func read(_ body: (RawSpan) throws -> Void) throws {
    while unread > 0 {
      let count = try stream.read(into: &buffer, upTo: unread)
      if count == 0 { throw endsEarly }
      unread -= count
      try body(buffer.span.bytes.extracting(first: count))
    }
  }

  /// What is left of the current file.
  mutating func content(atMost limit: Int) throws(FetchError) -> [UInt8] {
    guard unread <= limit else {
      throw fault(TarFault("a file of \(unread) bytes where at most \(limit) are allowed"))
    }
    var content = [UInt8](repeating: 0, count: unread)
    guard try stream.read(into: &content, upTo: unread) == unread else { throw endsEarly }
    unread = 0
    return content
  }

  /// Reads what follows the end of the archive, so that who writes into a pipe can finish.
  mutating func drain() throws(FetchError) {
    _ = try stream.read(into: &buffer, upTo: buffer.count)
  }

  /// The error for something in this archive.
  func fault(_ fault: TarFault) -> FetchError {
    FetchError(
      kind: .integrity,
      reason: "\(stream.name) is not a bundle of `zoo cache export`: it has "
        + fault.reason,
      advice: "make it again, and carry it over unchanged", path: stream.name)
  }

  private var endsEarly: FetchError {
    FetchError(
      kind: .integrity, reason: "\(stream.name) ends in the middle of a file",
      advice: "it was cut short: copy it again and compare the sizes", path: stream.name)
  }

  private mutating func skip() throws(FetchError) {
    unread += padding
    padding = 0
    while unread > 0 {
      let count = try stream.read(into: &buffer, upTo: unread)
      if count == 0 { throw endsEarly }
      unread -= count
    }
  }

  /// Reads a header into `block`; whether there was one.
  private mutating func readBlock() throws(FetchError) -> Bool {
    let count = try stream.read(into: &block, upTo: block.count)
    if count == 0 { return false }
    if count < block.count { throw endsEarly }
    return block.contains { $0 != 0 }
  }

  private static func plain(_ name: String) -> String {
    name.hasPrefix("./") ? String(name.dropFirst(2)) : name
  }
}
