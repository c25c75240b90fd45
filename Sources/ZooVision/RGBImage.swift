/// An image of 8-bit red, green and blue, as Pillow's `Image.open(…).convert("RGB")` gives it.
public struct RGBImage: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green and blue of each pixel, `[H, W, 3]`, row by row from the top left.
  public let pixels: [UInt8]
  /// What the decoder passed over, one sentence each: further frames of an animation, for example.
  public let notes: [String]

  /// Makes an image of given pixels.
  ///
  /// - Precondition: `width` and `height` are positive and `pixels.count` is `height * width * 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    self.init(width: width, height: height, pixels: pixels, notes: [])
  }

  init(width: Int, height: Int, pixels: [UInt8], notes: [String]) {
    precondition(width > 0 && height > 0, "an image has at least one pixel")
    precondition(
      pixels.count == width * height * 3,
      "an image of \(width) x \(height) pixels does not have \(pixels.count) bytes")
    self.width = width
    self.height = height
    self.pixels = pixels
    self.notes = notes
  }
}

/// How image files are read.
public struct ImageDecodingOptions: Sendable {
  /// Whether an EXIF orientation is carried out, as Pillow's `ImageOps.exif_transpose` does.
  ///
  /// Off by default: the reference uses images as they are stored.
  public var appliesOrientation: Bool
  /// The height and width that images are needed for, to decode JPEG files the faster for it; `nil`,
  /// the default, decodes all their pixels.
  ///
  /// A JPEG is then decoded at a half, a quarter or an eighth of its sides, the least that is still
  /// twice as large as this, by leaving out the high frequencies of its blocks. That changes pixels:
  /// they are no longer those of the reference. See ``ImageTransform/resizedSize``.
  public var reducedJPEGSize: (height: Int, width: Int)?
  /// The largest number of pixels that is decoded; by default that at which Pillow raises
  /// `DecompressionBombError`.
  public var maximumPixelCount: Int
  /// The largest file that is read, in bytes.
  public var maximumByteCount: Int

  /// Makes options, of which each has a default.
  public init(
    appliesOrientation: Bool = false, reducedJPEGSize: (height: Int, width: Int)? = nil,
    maximumPixelCount: Int = 2 * 89_478_485, maximumByteCount: Int = 1 << 29
  ) {
    self.appliesOrientation = appliesOrientation
    self.reducedJPEGSize = reducedJPEGSize
    self.maximumPixelCount = maximumPixelCount
    self.maximumByteCount = maximumByteCount
  }
}
