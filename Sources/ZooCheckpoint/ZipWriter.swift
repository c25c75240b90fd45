/// Writes a zip archive of stored entries, always in the zip64 form so that any size fits.
struct ZipWriter {
  private var directory: [UInt8] = []
  private var names: Set<String> = []
  private var position = 0

  /// Appends an entry.
  mutating func add(
    _ contents: [UInt8], named name: String, to file: CheckpointOutput
  ) throws(Fault) {
    let result = contents.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try add(bytes, named: name, to: file) }
    }
    try result.get()
  }

  /// Appends an entry whose contents begin at a multiple of `alignment` bytes.
  mutating func add(
    _ contents: UnsafeRawBufferPointer, named name: String, alignment: Int = 1,
    to file: CheckpointOutput
  ) throws(Fault) {
    guard names.insert(name).inserted, name.utf8.count <= Int(UInt16.max) else {
      throw Fault(kind: .usage, reason: "two entries to be written are called '\(name)'")
    }
    let crc = crc32(of: contents)
    let size = littleEndian(UInt64(contents.count))
    let sizes = size + size
    let nameLength = littleEndian(UInt16(name.utf8.count))
    let ones: [UInt8] = Array(repeating: 0xFF, count: 4)

    let start = position + ZipHeader.localSize + name.utf8.count + 4 + sizes.count
    let padding = alignment == 1 ? [] : ZipWriter.padding(from: start, to: alignment)
    let local: [UInt8] =
      [0x50, 0x4B, 0x03, 0x04] + common(crc) + ones + ones + nameLength
      + littleEndian(UInt16(4 + sizes.count + padding.count)) + Array(name.utf8)
      + [1, 0] + littleEndian(UInt16(sizes.count)) + sizes + padding
    try file.append(local)
    try file.append(contents)

    let wide = sizes + littleEndian(UInt64(position))
    // No comment, the first disk, no attributes.
    let plain: [UInt8] = Array(repeating: 0, count: 10)
    directory +=
      [0x50, 0x4B, 0x01, 0x02, 45, 0] + common(crc) + ones + ones + nameLength
      + littleEndian(UInt16(4 + wide.count)) + plain + ones + Array(name.utf8)
      + [1, 0] + littleEndian(UInt16(wide.count)) + wide
    position += local.count + contents.count
  }

  /// An extra block, of the kind that PyTorch uses, which reaches to a multiple of `alignment`.
  private static func padding(from start: Int, to alignment: Int) -> [UInt8] {
    let count = (alignment - (start + 4) % alignment) % alignment
    return Array("FB".utf8) + littleEndian(UInt16(count)) + Array(repeating: 0, count: count)
  }

  /// Appends the directory and the end records.
  func finish(to file: CheckpointOutput) throws(Fault) {
    let count = littleEndian(UInt64(names.count))
    let end = littleEndian(UInt64(position + directory.count))
    let record: [UInt8] =
      [0x50, 0x4B, 0x06, 0x06] + littleEndian(UInt64(44)) + [45, 0, 45, 0]
      + littleEndian(UInt64(0)) + count + count + littleEndian(UInt64(directory.count))
      + littleEndian(UInt64(position))
    let locator: [UInt8] =
      [0x50, 0x4B, 0x06, 0x07] + littleEndian(UInt32(0)) + end + littleEndian(UInt32(1))
    let ones: [UInt8] = Array(repeating: 0xFF, count: 12)
    let last: [UInt8] = [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0] + ones + [0, 0]
    try file.append(directory + record + locator + last)
  }

  /// Version 4.5, names in UTF-8, stored, 1 January 1980, and the CRC.
  private func common(_ crc: UInt32) -> [UInt8] {
    [45, 0, 0x00, 0x08, 0, 0, 0, 0, 0x21, 0x00] + littleEndian(crc)
  }
}
