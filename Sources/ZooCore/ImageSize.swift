/// Height and width of an image, in pixels.
///
/// A network has one, ``VisionNetwork/inputSize``, and so has an ``ImageTransform``; the size of a model's
/// training images is ``sizeFromSignature(_:)``.
public struct ImageSize: Sendable, Hashable, CustomStringConvertible {
  /// More pixels in a row or column than any network takes; a file that states more is not sound.
  package static let largestSide = 16384

  /// Pixels from top to bottom.
  public var height: Int
  /// Pixels from left to right.
  public var width: Int

  /// Makes a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Makes the size of a square image.
  public init(side: Int) { self.init(height: side, width: side) }

  /// Height and width, such as `224 x 224`.
  public var description: String { "\(height) x \(width)" }
}
