import CPixels
import ZooCore

extension RGBImage {
  /// Reads and decodes a JPEG, PNG or WebP file; of an animation, the first frame.
  ///
  /// The format is told from the content, not from the name.
  /// - Throws: ``ImageError`` if the file cannot be read, is in another format, is damaged or cut
  ///   short, or is larger than the options allow.
  public init(
    contentsOf path: String, options: ImageDecodingOptions = ImageDecodingOptions()
  ) throws(ImageError) {
    let bytes: [UInt8]
    do {
      bytes = try readFile(path, limit: options.maximumByteCount)
    } catch {
      throw ImageError(error)
    }
    try self.init(decoding: bytes, name: path, options: options)
  }

  /// Decodes the content of a JPEG, PNG or WebP file; of an animation, the first frame.
  ///
  /// - Parameters:
  ///   - bytes: The whole file: `Data`, `[UInt8]`, or bytes of another kind.
  ///   - name: What errors call it.
  ///   - options: Limits, and whether an EXIF orientation is carried out.
  /// - Throws: ``ImageError`` if the content is in another format, is damaged or cut short, or is
  ///   larger than the options allow.
  public init(
    decoding bytes: some Sequence<UInt8>, name: String = "the image",
    options: ImageDecodingOptions = ImageDecodingOptions()
  ) throws(ImageError) {
    let bytes = [UInt8](bytes)
    guard bytes.count <= options.maximumByteCount else {
      throw .tooManyBytes(file: name, found: bytes.count, limit: options.maximumByteCount)
    }
    let source = ImageSource(bytes: bytes, name: name, maximumPixelCount: options.maximumPixelCount)
    let decoded =
      switch try ImageFormat(of: source) {
      case .jpeg: try decodeJPEG(source, options)
      case .png: try decodePNG(source, options)
      case .webP: try decodeWebP(source)
      }
    self =
      options.appliesOrientation
      ? decoded.image.oriented(decoded.metadata.orientation) : decoded.image
  }
}

extension RGBImage {
  /// Finds out whether a file's content begins as an image that can be decoded.
  ///
  /// - Throws: ``ImageError`` if not.
  package static func checkFormat(of bytes: [UInt8], name: String) throws(ImageError) {
    _ = try ImageFormat(of: ImageSource(bytes: bytes, name: name, maximumPixelCount: 0))
  }
}

/// An image as stored, and what says how to turn it.
struct DecodedImage {
  var image: RGBImage
  var metadata: ImageMetadata
}

/// What a decoder works on.
struct ImageSource {
  let bytes: [UInt8]
  let name: String
  let maximumPixelCount: Int

  /// The number of bytes that an image takes with so many bytes for a pixel.
  ///
  /// - Throws: ``ImageError/tooManyPixels(file:size:limit:)`` beyond the limit,
  ///   ``ImageError/corrupt(file:reason:)`` for an image without pixels, and
  ///   ``ImageError/unreadable(file:reason:)`` where there is no memory for it.
  func byteCount(of size: ImageSize, bytesPerPixel: Int = 3) throws(ImageError) -> Int {
    guard size.width > 0, size.height > 0 else {
      throw corrupt("it states \(size.width) x \(size.height) pixels")
    }
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    let (bytes, overflow2) = pixels.multipliedReportingOverflow(by: bytesPerPixel)
    guard !overflow, !overflow2, pixels <= maximumPixelCount else {
      throw .tooManyPixels(file: name, size: size, limit: maximumPixelCount)
    }
    guard pixels <= ImageDecodingOptions.usualPixelCount || pixels_has_memory(bytes) else {
      throw .unreadable(
        file: name, reason: "there is no memory for its \(size.width) x \(size.height) pixels")
    }
    return bytes
  }

  func corrupt(_ reason: String) -> ImageError { .corrupt(file: name, reason: reason) }
  func unsupported(_ found: String) -> ImageError { .unsupported(file: name, found: found) }
}
