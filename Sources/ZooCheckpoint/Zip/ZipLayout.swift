/// The bytes around the entries of a zip archive, always in the zip64 form so that any size fits.
package struct ZipLayout {
  private var directory: [UInt8] = []
  private var count = 0
  private var position = 0

  package init() {}

  /// What stands before the contents of an entry, which have to follow.
  ///
  /// - Parameters:
  ///   - name: a name of its own, at most 65535 bytes long.
  ///   - size: how long the contents are.
  ///   - crc: the CRC-32 of the contents.
  ///   - alignment: of what number of bytes the start of the contents is a multiple.
  package mutating func beginEntry(
    named name: String, size: Int, crc: UInt32, alignment: Int = 1
  ) -> [UInt8] {
    let size64 = littleEndian(UInt64(size))
    let sizes = size64 + size64
    let nameLength = littleEndian(UInt16(truncatingIfNeeded: name.utf8.count))
    let ones: [UInt8] = Array(repeating: 0xFF, count: 4)

    let start = position + ZipHeader.localSize + name.utf8.count + 4 + sizes.count
    let padding = alignment == 1 ? [] : ZipLayout.padding(from: start, to: alignment)
    let local: [UInt8] =
      [0x50, 0x4B, 0x03, 0x04] + common(crc) + ones + ones + nameLength
      + littleEndian(UInt16(4 + sizes.count + padding.count)) + Array(name.utf8)
      + [1, 0] + littleEndian(UInt16(sizes.count)) + sizes + padding

    let wide = sizes + littleEndian(UInt64(position))
    // No comment, the first disk, no attributes.
    let plain: [UInt8] = Array(repeating: 0, count: 10)
    directory +=
      [0x50, 0x4B, 0x01, 0x02, 45, 0] + common(crc) + ones + ones + nameLength
      + littleEndian(UInt16(4 + wide.count)) + plain + ones + Array(name.utf8)
      + [1, 0] + littleEndian(UInt16(wide.count)) + wide
    position += local.count + size
    count += 1
    return local
  }

  /// The directory and the end records, which follow the last entry.
  package var end: [UInt8] {
    let count = littleEndian(UInt64(count))
    let end = littleEndian(UInt64(position + directory.count))
    let record: [UInt8] =
      [0x50, 0x4B, 0x06, 0x06] + littleEndian(UInt64(44)) + [45, 0, 45, 0]
      + littleEndian(UInt64(0)) + count + count + littleEndian(UInt64(directory.count))
      + littleEndian(UInt64(position))
    let locator: [UInt8] =
      [0x50, 0x4B, 0x06, 0x07] + littleEndian(UInt32(0)) + end + littleEndian(UInt32(1))
    let ones: [UInt8] = Array(repeating: 0xFF, count: 12)
    let last: [UInt8] = [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0] + ones + [0, 0]
    return directory + record + locator + last
  }

  /// An extra block, of the kind that PyTorch uses, which reaches to a multiple of `alignment`.
  private static func padding(from start: Int, to alignment: Int) -> [UInt8] {
    let count = (alignment - (start + 4) % alignment) % alignment
    return Array("FB".utf8) + littleEndian(UInt16(count)) + Array(repeating: 0, count: count)
  }

  /// Version 4.5, names in UTF-8, stored, 1 January 1980, and the CRC.
  private func common(_ crc: UInt32) -> [UInt8] {
    [45, 0, 0x00, 0x08, 0, 0, 0, 0, 0x21, 0x00] + littleEndian(crc)
  }
}
