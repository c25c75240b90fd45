import CPixels
import CTurboJPEG

/// Decodes a JPEG file as Pillow does: accurate DCT, smooth upsampling, CMYK inverted as Adobe
/// writes it.
func decodeJPEG(_ source: ImageSource) throws(ImageError) -> DecodedImage {
  let header = try JPEGHeader(source)
  guard let marker = header.frameMarker, [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker) else {
    throw source.unsupported("a lossless or hierarchical JPEG image")
  }
  guard header.bitsPerSample == 8 else {
    throw source.unsupported("a JPEG image with \(header.bitsPerSample) bits per sample")
  }
  guard [1, 3, 4].contains(header.componentCount) else {
    throw source.unsupported("a JPEG image with \(header.componentCount) components")
  }
  var notes: [String] = []
  let count = try source.byteCount(width: header.width, height: header.height)
  let pixels: [UInt8]
  if header.componentCount == 4 {
    let inks = try decompress(source, header, TJPF_CMYK, byteCount: count / 3 * 4, &notes)
    pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      pixels_inverted_cmyk_to_rgb(inks, count / 3, buffer.baseAddress)
      initialized = count
    }
  } else {
    pixels = try decompress(source, header, TJPF_RGB, byteCount: count, &notes)
  }
  return DecodedImage(
    image: RGBImage(width: header.width, height: header.height, pixels: pixels, notes: notes),
    orientation: Orientation(exif: header.exif))
}

private func decompress(
  _ source: ImageSource, _ header: JPEGHeader, _ format: TJPF, byteCount: Int,
  _ notes: inout [String]
) throws(ImageError) -> [UInt8] {
  guard let decoder = tjInitDecompress() else {
    throw .unreadable(file: source.name, reason: "libjpeg-turbo cannot be started")
  }
  defer { tjDestroy(decoder) }
  var status: Int32 = 0
  let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
    status = tjDecompress2(
      decoder, source.bytes, UInt(source.bytes.count), buffer.baseAddress, Int32(header.width), 0,
      Int32(header.height), format.rawValue, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
    initialized = byteCount
  }
  if status == 0 { return pixels }

  let message = String(cString: tjGetErrorStr2(decoder))
  if message.hasPrefix("Premature end") { throw source.corrupt("it is cut short") }
  let isHarmless =
    tjGetErrorCode(decoder) == TJERR_WARNING.rawValue && isHarmlessWarning(message)
  guard isHarmless else { throw source.corrupt("libjpeg says “\(message)”") }
  // libjpeg reports the first warning only: a later one may have been that the file is truncated.
  guard JPEGHeader.hasEnd(source.bytes) else { throw source.corrupt("it is cut short") }
  notes.append("libjpeg says “\(message)”")
  return pixels
}

/// Whether a warning of libjpeg leaves the pixels as they were meant.
private func isHarmlessWarning(_ message: String) -> Bool {
  !message.hasPrefix("Corrupt JPEG data") || message.contains("extraneous bytes")
}
