/// The formats that are decoded.
enum ImageFormat {
  case jpeg, png, webP

  /// Tells the format from the first bytes.
  init(of source: ImageSource) throws(ImageError) {
    let bytes = source.bytes
    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if bytes.isEmpty { throw source.corrupt("it is empty") }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webP
    } else if let name = Self.nameOfOther(bytes, has) {
      throw source.unsupported(name)
    } else {
      let start = bytes.prefix(8).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      throw source.corrupt("it begins with the bytes \(start.joined(separator: " ")), as no image")
    }
  }

  private static func nameOfOther(
    _ bytes: [UInt8], _ has: (_ text: String, _ offset: Int) -> Bool
  ) -> String? {
    if has("GIF87a", 0) || has("GIF89a", 0) { return "a GIF image" }
    if has("II*\0", 0) || has("MM\0*", 0) || has("II+\0", 0) || has("MM\0+", 0) {
      return "a TIFF or camera raw image"
    }
    if has("BM", 0) { return "a BMP image" }
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
    }
    return nil
  }
}
