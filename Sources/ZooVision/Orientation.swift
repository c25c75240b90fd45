import ZooCore

/// How an image has to be turned to stand upright: the values of EXIF's orientation tag.
enum Orientation: Int, CaseIterable {
  case upright = 1, flippedLeftRight, rotated180, flippedTopBottom, transposed, rotatedClockwise,
    transversed, rotatedCounterclockwise

  /// Whether height and width change places.
  var swapsSides: Bool { rawValue >= 5 }
}

extension RGBImage {
  /// The image turned upright from an orientation.
  func oriented(_ orientation: Orientation) -> RGBImage {
    if orientation == .upright { return self }
    let (right, bottom) = (width - 1, height - 1)
    // The stored column and row of the upper left pixel, and the steps from each pixel of the
    // result to the next in its row and in its column.
    let (x, y, step, rowStep): (Int, Int, Int, Int) =
      switch orientation {
      case .upright: (0, 0, 1, width)
      case .flippedLeftRight: (right, 0, -1, width)
      case .rotated180: (right, bottom, -1, -width)
      case .flippedTopBottom: (0, bottom, 1, -width)
      case .transposed: (0, 0, width, 1)
      case .rotatedClockwise: (0, bottom, -width, 1)
      case .transversed: (right, bottom, -width, -1)
      case .rotatedCounterclockwise: (right, 0, width, -1)
      }
    let turned =
      orientation.swapsSides
      ? ImageSize(height: width, width: height) : ImageSize(height: height, width: width)
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count)
    for row in 0..<turned.height {
      var pixel = y * width + x + row * rowStep
      for _ in 0..<turned.width {
        result.append(contentsOf: pixels[3 * pixel..<3 * pixel + 3])
        pixel += step
      }
    }
    return RGBImage(turned, pixels: result, notes: notes)
  }
}
