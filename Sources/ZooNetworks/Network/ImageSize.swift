/// Height and width of an image in pixels.
public struct ImageSize: Sendable, Equatable {
  /// More pixels in a row or column than any network takes; a file that states more is not sound.
  static let largestSide = 16384

  /// Pixels from top to bottom.
  public var height: Int
  /// Pixels from left to right.
  public var width: Int

  /// Makes a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Fails for sizes that no network takes.
  func check() throws(NetworkError) {
    guard [height, width].allSatisfy({ (1...ImageSize.largestSide).contains($0) }) else {
      throw .invalidSize(
        height: height, width: width, reason: "both must be from 1 to \(ImageSize.largestSide)")
    }
  }
}
