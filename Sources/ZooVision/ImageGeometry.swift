import ZooCore

/// The centre of an axis, which halves round to even.
func centred(_ count: Int, in whole: Int) -> Range<Int> {
  let offset = Int((Double(whole - count) / 2).rounded(.toNearestOrEven))
  return offset..<offset + count
}

extension ImageSize {
  /// The most patches, at most `maxSequenceLength`, that images of this size are resized to with their
  /// aspect ratio kept but for whole patches.
  ///
  /// Sides are multiplied by one factor, the largest for which they fit, and rounded up. As birder's
  /// `resolve_patch_grid` finds it: by halving the range of the factor 64 times.
  func patchGrid(maxSequenceLength: Int) -> ImageSize {
    if maxSequenceLength == 1 { return ImageSize(side: 1) }
    func grid(_ scale: Double) -> ImageSize {
      func patches(_ side: Int) -> Int { max(1, Int((Double(side) * scale).rounded(.up))) }
      return ImageSize(height: patches(height), width: patches(width))
    }
    var (lower, upper) = (0.0, Double(maxSequenceLength) / Double(min(height, width)))
    for _ in 0..<64 {
      let scale = (lower + upper) / 2
      let grid = grid(scale)
      let (patches, overflow) = grid.height.multipliedReportingOverflow(by: grid.width)
      if !overflow, patches <= maxSequenceLength { lower = scale } else { upper = scale }
    }
    return grid(lower)
  }
}

extension RGBImage {
  var size: ImageSize { ImageSize(height: height, width: width) }

  /// The smallest size of the image's aspect ratio that covers another one, rounded down.
  func size(covering size: ImageSize) -> ImageSize {
    width * size.height >= height * size.width
      ? ImageSize(height: size.height, width: max(size.width, size.height * width / height))
      : ImageSize(height: max(size.height, size.width * height / width), width: size.width)
  }

  /// The middle of the image, with this part of each side: at least one pixel.
  func centre(_ part: Double) -> RGBImage {
    func kept(_ side: Int) -> Range<Int> {
      centred(max(1, Int((Double(side) * part).rounded(.toNearestOrEven))), in: side)
    }
    let (rows, columns) = (kept(height), kept(width))
    if rows.count == height, columns.count == width { return self }
    var kept: [UInt8] = []
    kept.reserveCapacity(rows.count * columns.count * 3)
    for row in rows {
      let start = row * width * 3
      kept += pixels[start + columns.lowerBound * 3..<start + columns.upperBound * 3]
    }
    return RGBImage(width: columns.count, height: rows.count, pixels: kept)
  }
}
