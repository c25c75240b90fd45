import ArgumentParser
import ModelZoo

/// The images of a command, and how they are prepared.
struct ImageOptions: ParsableArguments {
  @Argument(
    help: """
      JPEG, PNG or WebP files, directories of them, tar archives, quoted patterns such as \
      'plates/**/*.jpg', or - for a list on standard input.
      """, completion: .file())
  var images: [String]

  @Option(
    help: ArgumentHelp(
      "Height and width of the network's input, if not those that it was trained with.",
      valueName: "n|hxw"), transform: ImageOptions.size)
  var size: ImageSize?

  @Option(
    help: ArgumentHelp(
      """
      Height and width of a patch, if not those that the network was trained with; for FlexiViT and \
      NaFlex.
      """, valueName: "n"))
  var patchSize: Int?

  @Option(
    help: ArgumentHelp(
      "The part of the resized image that the centre crop keeps, up to 1.", valueName: "part"))
  var centerCrop = 1.0

  @Flag(help: "Resize with the aspect ratio kept and crop what is too much.")
  var simpleCrop = false

  @Flag(help: "Turn images as the orientation in their EXIF or XMP data says.")
  var exifRotation = false

  @Flag(help: "Decode large JPEG files at a fraction of their size: faster, but changes pixels.")
  var fastJPEG = false

  @Option(
    help: ArgumentHelp(
      "The most pixels that an image may have, for large scans that you trust; by default "
        + "\(ImageDecodingOptions().maximumPixelCount).", valueName: "n"))
  var maxPixels: Int?

  /// How image files are read.
  ///
  /// - Parameter size: what they are resized to, if that is known.
  func decoding(for size: ImageSize?) -> ImageDecodingOptions {
    ImageDecodingOptions(
      appliesOrientation: exifRotation, reducedJPEGSize: fastJPEG ? size : nil,
      maximumPixelCount: maxPixels)
  }

  func validate() throws {
    if let maxPixels, maxPixels < 1 {
      throw ValidationError("--max-pixels is \(maxPixels) where a number from 1 on is expected.")
    }
    if let patchSize, patchSize < 1 {
      throw ValidationError("--patch-size is \(patchSize) where a number from 1 on is expected.")
    }
    if let fault = fault(ofShare: centerCrop, option: "--center-crop", range: 0.01...1) {
      throw ValidationError(fault)
    }
  }

  static func size(_ text: String) throws -> ImageSize {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let height = sides.first ?? nil, let width = sides.last ?? nil, sides.count <= 2,
      (1...16384).contains(height), (1...16384).contains(width)
    else {
      throw ValidationError("'\(text)' is not a size such as 224 or 224x320 (height x width).")
    }
    return ImageSize(height: height, width: width)
  }
}
