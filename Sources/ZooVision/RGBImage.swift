import ZooCore

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
    self.init(ImageSize(height: height, width: width), pixels: pixels, notes: [])
  }

  init(_ size: ImageSize, pixels: [UInt8], notes: [String]) {
    precondition(size.width > 0 && size.height > 0, "an image has at least one pixel")
    precondition(
      pixels.count == size.width * size.height * 3,
      "an image of \(size.width) x \(size.height) pixels does not have \(pixels.count) bytes")
    width = size.width
    height = size.height
    self.pixels = pixels
    self.notes = notes
  }
}

/// How image files are read.
public struct ImageDecodingOptions: Sendable {
  /// Whether an orientation that EXIF or XMP states is carried out, as Pillow's
  /// `ImageOps.exif_transpose` does.
  ///
  /// Off by default: the reference uses images as they are stored.
  public var appliesOrientation: Bool
  /// The height and width that images are needed for, to decode JPEG files the faster for it; `nil`,
  /// the default, decodes all their pixels.
  ///
  /// A JPEG is then decoded at a half, a quarter or an eighth of its sides, the least that is still
  /// twice as large as this, by leaving out the high frequencies of its blocks. That changes pixels:
  /// they are no longer those of the reference. See ``ImageTransform/resizedSize``.
  public var reducedJPEGSize: ImageSize?
  /// The largest number of pixels that is decoded; by default that at which Pillow raises
  /// `DecompressionBombError`.
  ///
  /// An image takes 3 bytes of memory for each pixel, and as much again where it is turned.
  public var maximumPixelCount: Int
  /// The largest file that is read, in bytes.
  public var maximumByteCount: Int

  /// How many pixels an image may have unless the options say otherwise.
  static let usualPixelCount = 2 * 89_478_485

  /// Makes options, of which each has a default.
  ///
  /// Where `maximumPixelCount` is raised, `maximumByteCount` is as many bytes as the largest format
  /// needs for so many pixels, if it is left out; else it is 512 MiB.
  public init(
    appliesOrientation: Bool = false, reducedJPEGSize: ImageSize? = nil,
    maximumPixelCount: Int? = nil, maximumByteCount: Int? = nil
  ) {
    let usual = ImageDecodingOptions.usualPixelCount
    let pixels = maximumPixelCount ?? usual
    self.appliesOrientation = appliesOrientation
    self.reducedJPEGSize = reducedJPEGSize
    self.maximumPixelCount = pixels
    // A PNG may have four channels of 16 bits.
    self.maximumByteCount =
      maximumByteCount ?? (pixels > usual ? 8 * min(pixels, Int.max / 16) : 1 << 29)
  }
}
