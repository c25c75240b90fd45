import CPixels
import CTurboJPEG
import ZooCore

/// Decodes a JPEG file as Pillow does: accurate DCT, smooth upsampling, CMYK inverted as Adobe
/// writes it; reduced in size if the options ask for it.
func decodeJPEG(
  _ source: ImageSource, _ options: ImageDecodingOptions
) throws(ImageError) -> DecodedImage {
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
  _ = try source.byteCount(of: header.size)
  let orientation = header.metadata.orientation
  var size = header.size
  if var needed = options.reducedJPEGSize {
    if options.appliesOrientation, orientation.swapsSides {
      needed = ImageSize(height: needed.width, width: needed.height)
    }
    let divisor = reduction(of: size, to: needed)
    size = ImageSize(
      height: (size.height + divisor - 1) / divisor, width: (size.width + divisor - 1) / divisor)
  }
  var notes: [String] = []
  let pixels: [UInt8]
  if header.componentCount == 4 {
    let inks = try decompress(source, size, TJPF_CMYK, &notes)
    let count = size.width * size.height
    pixels = [UInt8](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
      pixels_inverted_cmyk_to_rgb(inks, count, buffer.baseAddress)
      initialized = 3 * count
    }
  } else {
    pixels = try decompress(source, size, TJPF_RGB, &notes)
  }
  return DecodedImage(
    image: RGBImage(size, pixels: pixels, notes: notes),
    metadata: header.metadata)
}

/// By how much the sides can be divided so that twice what is needed is left, as Pillow's
/// `thumbnail` has it.
private func reduction(of size: ImageSize, to needed: ImageSize) -> Int {
  [8, 4, 2].first {
    size.height / (2 * $0) >= needed.height && size.width / (2 * $0) >= needed.width
  } ?? 1
}

private func decompress(
  _ source: ImageSource, _ size: ImageSize, _ format: TJPF, _ notes: inout [String]
) throws(ImageError) -> [UInt8] {
  guard let decoder = tjInitDecompress() else {
    throw .unreadable(file: source.name, reason: "libjpeg-turbo cannot be started")
  }
  defer { tjDestroy(decoder) }
  let byteCount = size.width * size.height * (format == TJPF_CMYK ? 4 : 3)
  var status: Int32 = 0
  let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
    status = tjDecompress2(
      decoder, source.bytes, UInt(source.bytes.count), buffer.baseAddress, Int32(size.width), 0,
      Int32(size.height), format.rawValue, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
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
