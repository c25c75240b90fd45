import CPixels
import ZooCore
import ZooTensors

/// Turns an image into a network's input: resize, centre crop, normalisation.
///
/// The counterpart of birder's `inference_preset`, equal to it bit for bit.
public struct ImageTransform: Sendable {
  /// Height and width of the result, in pixels.
  public let size: ImageSize
  /// Mean and standard deviation of each channel.
  public let rgbStats: RGBStats
  /// The part of the resized image's sides that the crop keeps.
  public let centerCrop: Double
  /// Whether the resize keeps the aspect ratio and the crop alone brings the image to size.
  public let simpleCrop: Bool

  /// Height and width that images are resized to before the crop; with ``simpleCrop`` the least
  /// that the resized image covers.
  public let resizedSize: ImageSize
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
    self.size = size
    self.rgbStats = rgbStats
    self.centerCrop = centerCrop
    self.simpleCrop = simpleCrop
    resizedSize = ImageSize(
      height: Int(Double(size.height) / centerCrop), width: Int(Double(size.width) / centerCrop))
    // Multiplying by the rounded reciprocal is what the reference does; dividing by 255 differs.
    let scale = Float(1.0 / 255.0)
    tables = (0..<3).flatMap { channel in
      (0..<256).map { (Float($0) * scale - mean[channel]) / std[channel] }
    }
  }

  /// The image as a network's input.
  ///
  /// - Returns: A tensor `[3, H, W]`.
  public func callAsFunction(_ image: RGBImage) -> Tensor {
    let resized = resizedSize(of: image)
    let pixels = image.resizedPixels(
      Self.centred(size.width, in: resized.width), Self.centred(size.height, in: resized.height))
    let count = size.height * size.width
    let scalars = [Float](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
      pixels_map_to_planes(pixels, count, tables, buffer.baseAddress)
      initialized = 3 * count
    }
    return Tensor(shape: [3, size.height, size.width], scalars: scalars)
  }

  private func resizedSize(of image: RGBImage) -> ImageSize {
    let (height, width) = (resizedSize.height, resizedSize.width)
    guard simpleCrop else { return resizedSize }
    return image.width * height >= image.height * width
      ? ImageSize(height: height, width: max(width, height * image.width / image.height))
      : ImageSize(height: max(height, width * image.height / image.width), width: width)
  }

  /// The centre of an axis, which halves round to even.
  private static func centred(_ count: Int, in resizedCount: Int) -> ResizedAxis {
    let offset = Int((Double(resizedCount - count) / 2).rounded(.toNearestOrEven))
    return ResizedAxis(resizedCount: resizedCount, window: offset..<offset + count)
  }
}
