import CWebP
import ZooCore

/// Decodes a WebP file as Pillow does: the first frame on a black canvas, transparency dropped.
func decodeWebP(_ source: ImageSource) throws(ImageError) -> DecodedImage {
  try source.bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
    var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
    var state = WEBP_DEMUX_PARSING_HEADER
    let container = WebPDemuxPartial(&data, &state)
    defer { WebPDemuxDelete(container) }
    guard let container, state != WEBP_DEMUX_PARSE_ERROR else {
      throw source.corrupt("it has an invalid WebP structure")
    }
    guard state == WEBP_DEMUX_DONE else { throw source.corrupt("it is cut short") }
    return try decode(source, container)
  }
}

private func decode(_ source: ImageSource, _ container: OpaquePointer) throws(ImageError)
  -> DecodedImage
{
  let size = ImageSize(
    height: Int(WebPDemuxGetI(container, WEBP_FF_CANVAS_HEIGHT)),
    width: Int(WebPDemuxGetI(container, WEBP_FF_CANVAS_WIDTH)))
  let count = try source.byteCount(of: size)
  var frame = WebPIterator()
  guard WebPDemuxGetFrame(container, 1, &frame) != 0 else {
    throw source.corrupt("it has no frame")
  }
  defer { WebPDemuxReleaseIterator(&frame) }
  let (x, y) = (Int(frame.x_offset), Int(frame.y_offset))
  guard x >= 0, y >= 0, x + Int(frame.width) <= size.width,
    y + Int(frame.height) <= size.height
  else {
    throw source.corrupt("its first frame lies outside of it")
  }

  var pixels = [UInt8](repeating: 0, count: count)
  let start = (y * size.width + x) * 3
  let isDecoded = pixels.withUnsafeMutableBufferPointer { buffer in
    let target = UnsafeMutableBufferPointer(rebasing: buffer[start...])
    return WebPDecodeRGBInto(
      frame.fragment.bytes, frame.fragment.size, target.baseAddress, target.count,
      Int32(size.width * 3)) != nil
  }
  guard isDecoded else { throw source.corrupt("libwebp cannot decode its pixels") }

  let isAnimated = WebPDemuxGetI(container, WEBP_FF_FRAME_COUNT) > 1
  return DecodedImage(
    image: RGBImage(
      size, pixels: pixels,
      notes: isAnimated ? ["an animation, of which the first frame is used"] : []),
    metadata: ImageMetadata(
      exif: chunk("EXIF", of: container), xmp: chunk("XMP ", of: container)))
}

private func chunk(_ name: String, of container: OpaquePointer) -> [UInt8] {
  var chunk = WebPChunkIterator()
  guard WebPDemuxGetChunk(container, name, 1, &chunk) != 0 else { return [] }
  defer { WebPDemuxReleaseChunkIterator(&chunk) }
  return Array(UnsafeBufferPointer(start: chunk.chunk.bytes, count: chunk.chunk.size))
}
