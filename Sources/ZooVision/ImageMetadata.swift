/// What stands beside the pixels of a file and may state how the image has to be turned.
struct ImageMetadata {
  /// EXIF data: a TIFF file, with or without the prefix `Exif\0\0` that JPEG gives it.
  var exif: [UInt8] = []
  /// XMP, a text in XML.
  var xmp: [UInt8] = []

  /// The orientation as Pillow's `exif_transpose` finds it: that of EXIF, and where EXIF has no such
  /// field that of XMP; upright where none is stated or EXIF cannot be read.
  var orientation: Orientation {
    switch EXIFOrientation(exif) {
    case .stated(let number): number.flatMap(Orientation.init(rawValue:)) ?? .upright
    case .absent: orientationOfXMP ?? .upright
    case .unreadable: .upright
    }
  }

  /// The first digit after `tiff:Orientation="` or `tiff:Orientation>`.
  private var orientationOfXMP: Orientation? {
    let name = Array("tiff:Orientation".utf8)
    var rest = xmp[...]
    while let start = rest.firstIndex(of: name[0]) {
      rest = rest[start...]
      guard rest.starts(with: name) else {
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(name.count)
      let value =
        rest.starts(with: "=\"".utf8)
        ? rest.dropFirst(2).first : rest.starts(with: ">".utf8) ? rest.dropFirst().first : nil
      if let value, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(value) {
        return Orientation(rawValue: Int(value - UInt8(ascii: "0")))
      }
    }
    return nil
  }
}
