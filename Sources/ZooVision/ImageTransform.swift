import CPixels
import ZooCore
import ZooTensors

/// Turns an image into a network's input: resize, centre crop, normalisation.
///
/// The counterpart of birder's `inference_preset` and, for images that keep their aspect ratio, of
/// its `naflex_transform`; equal to them bit for bit.
public struct ImageTransform: Sendable {
  /// What images are brought to.
  public enum Target: Sendable, Hashable {
    /// One size: resized without regard to the aspect ratio, then cropped.
    case size(ImageSize)
    /// One size: resized to cover it with the aspect ratio kept, then cropped.
    case coveredSize(ImageSize)
    /// Whole patches of this height and width, at most so many, with the aspect ratio kept as nearly
    /// as whole patches allow: cropped, then resized, be it to more pixels. NaFlex
    /// (https://arxiv.org/abs/2502.14786).
    case patches(size: Int, maxSequenceLength: Int)
  }

  /// What images are brought to.
  public let target: Target
  /// Mean and standard deviation of each channel.
  public let rgbStats: RGBStats
  /// The part of the sides that the crop keeps.
  public let centerCrop: Double
  /// For each channel the normalised value of each of the 256 pixel values.
  private let tables: [Float]

  /// Makes a transform to images of one size.
  ///
  /// - Parameters:
  ///   - size: Height and width of the result, in pixels: a network's ``VisionNetwork/inputSize``.
  ///   - rgbStats: Mean and standard deviation of each channel.
  ///   - centerCrop: The image is resized to `size / centerCrop`, rounded down, and its centre
  ///     cropped to `size`.
  ///   - simpleCrop: The image is resized to cover that size instead, its aspect ratio kept.
  /// - Throws: ``ImageError/invalidTransform(reason:)`` if a side is not in 1...16384,
  ///   `centerCrop` is not in 0.01...1, or the statistics are not three finite means and three
  ///   positive deviations.
  public init(
    size: ImageSize, rgbStats: RGBStats, centerCrop: Double = 1.0,
    simpleCrop: Bool = false
  ) throws(ImageError) {
    let sides = 1...ImageSize.largestSide
    guard sides.contains(size.height), sides.contains(size.width) else {
      throw .invalidTransform(
        reason: "the size is \(size) where each side has to be in \(sides)")
    }
    try self.init(
      to: simpleCrop ? .coveredSize(size) : .size(size), rgbStats: rgbStats,
      centerCrop: centerCrop)
  }

  /// Makes a transform to images that keep their aspect ratios.
  ///
  /// - Parameters:
  ///   - patchSize: Height and width of a patch in pixels: a network's
  ///     ``VisionNetwork/naflexPatchSize``.
  ///   - maxSequenceLength: How many patches an image has at most.
  ///   - rgbStats: Mean and standard deviation of each channel.
  ///   - centerCrop: Of the image the centre of so much of each side is used.
  /// - Throws: ``ImageError/invalidTransform(reason:)`` if there is no patch, the patches have
  ///   more pixels than an image of 16384 x 16384, or as for one size.
  public init(
    patchSize: Int, maxSequenceLength: Int, rgbStats: RGBStats, centerCrop: Double = 1.0
  ) throws(ImageError) {
    let side = ImageSize.largestSide
    guard (1...side).contains(patchSize) else {
      throw .invalidTransform(reason: "the patch size is \(patchSize), not in \(1...side)")
    }
    let lengths = 1...(side / patchSize) * (side / patchSize)
    guard lengths.contains(maxSequenceLength) else {
      throw .invalidTransform(
        reason: "the sequence length is \(maxSequenceLength) where \(lengths) patches are allowed")
    }
    try self.init(
      to: .patches(size: patchSize, maxSequenceLength: maxSequenceLength), rgbStats: rgbStats,
      centerCrop: centerCrop)
  }

  private init(
    to target: Target, rgbStats: RGBStats, centerCrop: Double
  ) throws(ImageError) {
    guard (0.01...1).contains(centerCrop) else {
      throw .invalidTransform(reason: "centerCrop is \(centerCrop) and has to be in 0.01...1")
    }
    let (mean, std) = (rgbStats.mean, rgbStats.std)
    guard mean.count == 3, std.count == 3, mean.allSatisfy(\.isFinite),
      std.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw .invalidTransform(
        reason: "mean \(mean) and std \(std) have to be three finite and three positive numbers")
    }
    self.target = target
    self.rgbStats = rgbStats
    self.centerCrop = centerCrop
    // Multiplying by the rounded reciprocal is what the reference does; dividing by 255 differs.
    let scale = Float(1.0 / 255.0)
    tables = (0..<3).flatMap { channel in
      (0..<256).map { (Float($0) * scale - mean[channel]) / std[channel] }
    }
  }

  /// Height and width of all results, in pixels; `nil` where they keep the images' aspect ratios.
  public var size: ImageSize? {
    switch target {
    case .size(let size), .coveredSize(let size): size
    case .patches: nil
    }
  }

  /// Height and width that images are resized to before the crop, or that the resized image covers at
  /// least; `nil` where the size depends on the image.
  public var resizedSize: ImageSize? {
    size.map { size in
      ImageSize(
        height: Int(Double(size.height) / centerCrop), width: Int(Double(size.width) / centerCrop))
    }
  }

  /// The image as a network's input.
  ///
  /// - Returns: A tensor `[3, H, W]`.
  public func callAsFunction(_ image: RGBImage) -> Tensor {
    switch target {
    case .size(let size):
      resized(image, to: resizedSize ?? size, crop: size)
    case .coveredSize(let size):
      resized(image, to: image.size(covering: resizedSize ?? size), crop: size)
    case .patches(let patchSize, let maxSequenceLength):
      patches(image.centre(centerCrop), patchSize, maxSequenceLength)
    }
  }

  private func patches(_ image: RGBImage, _ patchSize: Int, _ maxSequenceLength: Int) -> Tensor {
    let grid = image.size.patchGrid(maxSequenceLength: maxSequenceLength)
    let size = ImageSize(height: grid.height * patchSize, width: grid.width * patchSize)
    return resized(image, to: size, crop: size)
  }

  /// The centre of the resized image, normalised.
  private func resized(_ image: RGBImage, to resized: ImageSize, crop size: ImageSize) -> Tensor {
    let pixels = image.resizedPixels(
      ResizedAxis(
        resizedCount: resized.width, window: centred(size.width, in: resized.width)),
      ResizedAxis(
        resizedCount: resized.height, window: centred(size.height, in: resized.height)))
    let count = size.height * size.width
    let scalars = [Float](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
      pixels_map_to_planes(pixels, count, tables, buffer.baseAddress)
      initialized = 3 * count
    }
    return Tensor(shape: [3, size.height, size.width], scalars: scalars)
  }
}
