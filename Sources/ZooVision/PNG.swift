import CPixels
import ZooCore

/// Decodes a PNG file as Pillow does: no gamma, transparency dropped, 16 bits cut to the upper 8.
func decodePNG(
  _ source: ImageSource, _ options: ImageDecodingOptions
) throws(ImageError) -> DecodedImage {
  try source.bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
    guard let reader = pixels_png_open(bytes.baseAddress, bytes.count) else {
      throw .unreadable(file: source.name, reason: "libpng cannot be started")
    }
    defer { pixels_png_close(reader) }
    return try decode(source, options, reader)
  }
}

private func decode(
  _ source: ImageSource, _ options: ImageDecodingOptions, _ reader: OpaquePointer
) throws(ImageError) -> DecodedImage {
  func failure() -> ImageError {
    source.corrupt("libpng says “\(String(cString: pixels_png_message(reader)))”")
  }
  var header = pixels_png_header()
  guard pixels_png_read_header(reader, &header) else { throw failure() }
  let size = ImageSize(height: Int(header.height), width: Int(header.width))
  let count = try source.byteCount(of: size)
  var isRead = false
  let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    isRead = pixels_png_read_pixels(reader, buffer.baseAddress)
    initialized = isRead ? count : 0
  }
  guard isRead else { throw failure() }

  var notes: [String] = []
  if header.is_animated { notes.append("an animation, of which the first frame is used") }
  if header.is_grey16 {
    notes.append("16-bit greyscale: values above 255 are white, as Pillow converts them")
  }
  return DecodedImage(
    image: RGBImage(size, pixels: pixels, notes: notes),
    metadata: options.appliesOrientation ? ImageMetadata(png: source.bytes) : ImageMetadata())
}
