import CPixels

extension ImageMetadata {
  /// Finds what the chunks of a PNG file hold, as Pillow does; it is whole, as the decoder has
  /// found.
  ///
  /// EXIF has a chunk of its own, `eXIf`. Older programs, ImageMagick among them, write it as
  /// hexadecimal digits into a text of the name `Raw profile type exif`.
  init(png bytes: [UInt8]) {
    var texts: [String: [UInt8]] = [:]
    var exif: [UInt8]?
    var isAnimated = false
    var hasPixels = false
    chunks: for chunk in PNGChunks(bytes) {
      switch chunk.kind {
      case "eXIf": exif = Array(chunk.data)
      case "tEXt", "zTXt", "iTXt":
        guard let (name, text) = PNGText.read(chunk) else { continue }
        if name == PNGText.exif { exif = text }
        texts[name] = text
      case "acTL": isAnimated = true
      case "IDAT": hasPixels = true
      // What comes now belongs to the frames after the first.
      case "fcTL" where isAnimated && hasPixels: break chunks
      default: break
      }
    }
    self.exif = exif ?? texts[PNGText.rawProfile].map(PNGText.profile) ?? []
    xmp = texts[PNGText.xmp] ?? []
  }
}

/// The chunks of a PNG file, one after another, up to the first that is cut short.
private struct PNGChunks: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var offset = 8

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> (kind: String, data: ArraySlice<UInt8>)? {
    guard bytes.count - offset >= 12 else { return nil }
    let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= bytes.count - offset - 12 else { return nil }
    let start = offset + 8
    offset = start + length + 4
    return (
      String(decoding: bytes[start - 4..<start], as: UTF8.self), bytes[start..<start + length]
    )
  }
}

/// The texts of PNG files that are of use here.
private enum PNGText {
  static let exif = "exif"
  static let rawProfile = "Raw profile type exif"
  static let xmp = "XML:com.adobe.xmp"

  /// Longer texts are passed over.
  private static let limit = 1 << 20

  /// The name and the content of a text; `nil` for those that are of no use, or broken.
  static func read(_ chunk: (kind: String, data: ArraySlice<UInt8>)) -> (String, [UInt8])? {
    guard let end = chunk.data.firstIndex(of: 0) else { return nil }
    let name = String(decoding: chunk.data[..<end], as: UTF8.self)
    let data = chunk.data[(end + 1)...]
    switch (name, chunk.kind) {
    case (exif, "tEXt"), (rawProfile, "tEXt"), (xmp, "tEXt"): return (name, Array(data))
    case (rawProfile, "zTXt"), (xmp, "zTXt"):
      guard data.first ?? 0 == 0 else { return nil }
      return (name, inflated(data.dropFirst()) ?? [])
    case (rawProfile, "iTXt"), (xmp, "iTXt"):
      // Whether and how it is compressed; language; translated name; text.
      let parts = data.dropFirst(2).split(
        separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
      guard data.count >= 2, parts.count == 3 else { return nil }
      if data[data.startIndex] == 0 { return (name, Array(parts[2])) }
      guard data[data.startIndex + 1] == 0 else { return nil }
      return inflated(parts[2]).map { (name, $0) }
    default: return nil
    }
  }

  private static func inflated(_ data: ArraySlice<UInt8>) -> [UInt8]? {
    let source = Array(data)
    var count: Int?
    let text = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
      var produced = 0
      if pixels_inflate(source, source.count, buffer.baseAddress, limit, &produced) {
        count = produced
        initialized = produced
      }
    }
    return count == nil ? nil : text
  }

  /// The bytes of a raw profile, or bytes that are no EXIF data where it is none.
  ///
  /// It has three lines, of which the second is its name and the third its length, and then
  /// hexadecimal digits.
  static func profile(_ text: [UInt8]) -> [UInt8] {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    var high: Int?
    for character in lines.dropFirst(3).joined() {
      if high == nil, [0x20, 0x09, 0x0B, 0x0C, 0x0D].contains(character) { continue }
      guard let digit = Character(Unicode.Scalar(character)).hexDigitValue, character < 0x80 else {
        return [0]
      }
      if let first = high {
        bytes.append(UInt8(first << 4 | digit))
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : [0]
  }
}
