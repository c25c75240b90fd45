/// How an image has to be turned to stand upright: the values of EXIF's orientation tag.
enum Orientation: Int, CaseIterable {
  case upright = 1, flippedLeftRight, rotated180, flippedTopBottom, transposed, rotatedClockwise,
    transversed, rotatedCounterclockwise

  /// Whether height and width change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// Reads the orientation from EXIF data; upright where it states none, or cannot be read.
  ///
  /// - Parameter exif: A TIFF file, with or without the prefix `Exif\0\0` that JPEG gives it.
  init(exif: some Collection<UInt8>) {
    self = Self.stated(in: exif) ?? .upright
  }

  private static func stated(in exif: some Collection<UInt8>) -> Orientation? {
    var bytes = Array(exif)
    if bytes.starts(with: Array("Exif\0\0".utf8)) { bytes.removeFirst(6) }
    let isBigEndian: Bool
    if bytes.starts(with: Array("II*\0".utf8)) {
      isBigEndian = false
    } else if bytes.starts(with: Array("MM\0*".utf8)) {
      isBigEndian = true
    } else {
      return nil
    }
    func integer(at offset: Int, count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let field = bytes[offset..<offset + count]
      return (isBigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = integer(at: 4, count: 4),
      let entryCount = integer(at: directory, count: 2)
    else { return nil }
    for entry in 0..<entryCount {
      let offset = directory + 2 + 12 * entry
      guard let tag = integer(at: offset, count: 2) else { return nil }
      guard tag == 0x0112, integer(at: offset + 4, count: 4) == 1 else { continue }
      switch integer(at: offset + 2, count: 2) {
      case 3: return integer(at: offset + 8, count: 2).flatMap(Orientation.init(rawValue:))
      case 4: return integer(at: offset + 8, count: 4).flatMap(Orientation.init(rawValue:))
      default: return nil
      }
    }
    return nil
  }
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
    let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count)
    for row in 0..<newHeight {
      var pixel = y * width + x + row * rowStep
      for _ in 0..<newWidth {
        result.append(contentsOf: pixels[3 * pixel..<3 * pixel + 3])
        pixel += step
      }
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: result, notes: notes)
  }
}
