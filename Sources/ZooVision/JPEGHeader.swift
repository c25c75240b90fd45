import ZooCore

/// What the markers of a JPEG file say before its first scan (ITU-T T.81, annex B).
struct JPEGHeader {
  private(set) var size = ImageSize(side: 0)
  private(set) var bitsPerSample = 0
  private(set) var componentCount = 0
  /// The marker that begins the frame: 0xC0 baseline, 0xC2 progressive and so on.
  private(set) var frameMarker: UInt8?
  private(set) var metadata = ImageMetadata()

  /// Reads the segments up to the first scan.
  init(_ source: ImageSource) throws(ImageError) {
    let bytes = source.bytes
    var offset = 2
    while let marker = Self.nextMarker(in: bytes, from: &offset) {
      if marker == 0xD9 { break }
      if marker == 0x00 || marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      guard offset + 2 <= bytes.count else { break }
      // Lengths that do not count their own two bytes are passed over, as by libjpeg.
      let length = max(2, Int(bytes[offset]) << 8 | Int(bytes[offset + 1]))
      guard offset + length <= bytes.count else { break }
      let segment = bytes[offset + 2..<offset + length]
      switch marker {
      case 0xDA:
        guard frameMarker != nil else { throw source.corrupt("it has a scan before its frame") }
        return
      case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
        guard segment.count >= 6, frameMarker == nil else {
          throw source.corrupt("it has an invalid frame header")
        }
        let field = Array(segment.prefix(6))
        frameMarker = marker
        bitsPerSample = Int(field[0])
        size = ImageSize(
          height: Int(field[1]) << 8 | Int(field[2]), width: Int(field[3]) << 8 | Int(field[4]))
        componentCount = Int(field[5])
      case 0xE1: add(segment)
      default: break
      }
      offset += length
    }
    throw source.corrupt("it ends before its pixels begin")
  }

  /// Takes EXIF data, of which further segments go on with the first, or XMP.
  private mutating func add(_ segment: ArraySlice<UInt8>) {
    let exif = Array("Exif\0\0".utf8)
    let xmp = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    if segment.starts(with: exif) {
      metadata.exif += metadata.exif.isEmpty ? segment : segment.dropFirst(exif.count)
    } else if segment.starts(with: xmp) {
      metadata.xmp = Array(segment.dropFirst(xmp.count))
    }
  }

  /// Whether a JPEG file has its end marker, after which anything may follow.
  static func hasEnd(_ bytes: [UInt8]) -> Bool {
    var offset = 2
    while let marker = nextMarker(in: bytes, from: &offset) {
      if marker == 0xD9 { return true }
      if marker == 0x00 || marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      guard offset + 2 <= bytes.count else { return false }
      offset += max(2, Int(bytes[offset]) << 8 | Int(bytes[offset + 1]))
    }
    return false
  }

  /// The code of the next marker, passing over what lies before it; `offset` moves behind it.
  ///
  /// The code 0 stands for a byte 0xFF of a scan.
  private static func nextMarker(in bytes: [UInt8], from offset: inout Int) -> UInt8? {
    while offset < bytes.count, bytes[offset] != 0xFF { offset += 1 }
    while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
    guard offset < bytes.count else { return nil }
    offset += 1
    return bytes[offset - 1]
  }
}
