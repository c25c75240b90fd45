import ZooTensors

/// One file of a zip archive, after its two headers were found to agree where both are there.
struct ZipEntry: Sendable {
  let name: String
  let isDeflated: Bool
  let crc: UInt32
  /// The size after inflating.
  let size: Int
  /// Where the stored or compressed bytes lie.
  let data: Range<Int>
  /// Everything that belongs to the entry: local header, data and data descriptor.
  let extent: Range<Int>
  /// Whether its bytes are there, which they are unless only parts of the file are.
  let isHere: Bool

  /// Checks the local header that a central header points to.
  init(_ header: ZipHeader, in storage: ByteStorage) throws(Fault) {
    try header.check()
    var reader = ByteReader(storage, at: header.localOffset)
    let local = try ZipHeader(local: &reader)
    guard local.name == header.name, local.nameLength == header.nameLength else {
      throw .corrupt(
        "zip entry '\(header.name)' is called '\(local.name)' in its local header",
        at: local.position)
    }
    let data = try reader.take(header.compressedSize)
    if header.hasDescriptor {
      let isUnset = local.crc == 0 && local.compressedSize == 0 && local.size == 0
      guard local.method == header.method, local.hasDescriptor,
        isUnset || local.hasSameContents(as: header)
      else { throw header.disagreement(at: local.position) }
      try header.passDescriptor(&reader)
    } else {
      guard local.method == header.method, !local.hasDescriptor,
        local.hasSameContents(as: header)
      else { throw header.disagreement(at: local.position) }
    }
    name = header.name
    isDeflated = header.method == ZipHeader.deflated
    crc = header.crc
    size = header.size
    self.data = data
    extent = header.localOffset..<reader.position
    isHere = true
  }

  /// An entry that is not there, of which only the directory tells.
  ///
  /// Where its data begin is known only up to the extra block of its local header.
  init(absent header: ZipHeader, upTo end: Int) throws(Fault) {
    try header.check()
    let start = header.localOffset + ZipHeader.localSize + header.nameLength
    guard start <= end, header.compressedSize <= end - start else {
      throw .corrupt(
        "zip entry '\(header.name)' overlaps another part of the archive", at: header.localOffset)
    }
    name = header.name
    isDeflated = header.method == ZipHeader.deflated
    crc = header.crc
    size = header.size
    data = start..<start + header.compressedSize
    extent = header.localOffset..<end
    isHere = false
  }
}
