/// The formats that are decoded.
package enum ImageFormat {
  case jpeg, png, webP

  /// Tells the format from the first bytes; `nil` for what is not decoded.
  private init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webP
    } else {
      return nil
    }
  }

  /// Whether a file with these first bytes is an image, of a format that is decoded or another.
  ///
  /// Formats that are known by two letters only are left out: a text may begin so.
  package static func isImage(startingWith bytes: [UInt8]) -> Bool {
    if ImageFormat(bytes) != nil { return true }
    if bytes.starts(with: "BM".utf8) || bytes.first == UInt8(ascii: "P") { return false }
    return nameOfOther(bytes)?.hasSuffix("image") ?? false
  }

  /// Tells the format from the first bytes.
  init(of source: ImageSource) throws(ImageError) {
    let bytes = source.bytes
    if bytes.isEmpty { throw source.corrupt("it is empty") }
    if let format = ImageFormat(bytes) {
      self = format
    } else if let name = Self.nameOfOther(bytes) {
      throw source.unsupported(name)
    } else if let text = Self.text(bytes) {
      throw source.corrupt(text)
    } else {
      let start = bytes.prefix(8).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      throw source.corrupt("it begins with the bytes \(start.joined(separator: " ")), as no image")
    }
  }

  /// What a text is that stands in the place of an image.
  private static func text(_ bytes: [UInt8]) -> String? {
    let start = bytes.prefix(512)
    guard start.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }) else {
      return nil
    }
    let text = String(decoding: start, as: UTF8.self)
    let first = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    let lowered = first.prefix(20).lowercased()
    if ["<!doctype html", "<html", "<?xml"].contains(where: lowered.hasPrefix) {
      return "it is a web page, perhaps a server's error message"
    }
    if first.hasPrefix("version https://git-lfs") { return "it is a Git LFS pointer" }
    return "it is a text that begins '\(first.prefix { !$0.isNewline }.prefix(40))'"
  }

  private static func nameOfOther(_ bytes: [UInt8]) -> String? {
    func has(_ text: String, _ offset: Int) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if has("GIF87a", 0) || has("GIF89a", 0) { return "a GIF image" }
    if has("II*\0", 0) || has("MM\0*", 0) || has("II+\0", 0) || has("MM\0+", 0) {
      return "a TIFF or camera raw image"
    }
    if has("BM", 0) { return "a BMP image" }
    if has("\0\0\u{1}\0", 0) || has("\0\0\u{2}\0", 0) { return "a Windows icon" }
    if ["P1", "P2", "P3", "P4", "P5", "P6", "P7"].contains(where: { has($0, 0) }),
      bytes.count > 2, [0x09, 0x0A, 0x0D, 0x20, 0x23].contains(bytes[2])
    {
      return "a Netpbm image"
    }
    if has("DDS ", 0) { return "a DDS texture" }
    if has("v/1\u{1}", 0) { return "an OpenEXR image" }
    if has("#?RADIANCE", 0) { return "a Radiance HDR image" }
    if has("gimp xcf", 0) { return "a GIMP document" }
    if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "a Matroska or WebM video" }
    if has("RIFF", 0), has("AVI ", 8) { return "an AVI video" }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "a zip archive" }
    if bytes.starts(with: [0x1F, 0x8B]) { return "a gzip file" }
    if has("%PDF-", 0) { return "a PDF document" }
    if has("8BPS", 0) { return "a Photoshop document" }
    if has("qoif", 0) { return "a QOI image" }
    if has("<svg", 0) { return "an SVG drawing" }
    if bytes.starts(with: [0xFF, 0x0A]) || has("JXL ", 4) { return "a JPEG XL image" }
    if bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) || has("jP  ", 4) {
      return "a JPEG 2000 image"
    }
    if has("ftyp", 4) {
      if has("avif", 8) || has("avis", 8) { return "an AVIF image" }
      if ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"].contains(where: { has($0, 8) }) {
        return "a HEIC image"
      }
      return "a video"
    }
    return nil
  }
}
