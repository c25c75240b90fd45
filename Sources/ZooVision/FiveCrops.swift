import ZooTensors

extension Tensor {
  /// Five crops of four fifths of each side, each resized back to the whole size.
  ///
  /// For test-time augmentation as birder does it: upper left, upper right, lower left, lower right
  /// and centre, resized with bicubic interpolation in float32. All images' first crops come first.
  /// - Returns: A tensor `[5N, C, H, W]` for a batch `[N, C, H, W]`.
  /// - Throws: ``TensorError/shapeMismatch(expected:found:)`` unless the tensor has four extents
  ///   and sides of at least 2.
  package func fiveCrops() throws(TensorError) -> Tensor {
    guard shape.count == 4, shape[2] >= 2, shape[3] >= 2 else {
      throw .shapeMismatch(expected: "[N, C, H, W] with H and W of at least 2", found: shape)
    }
    let (height, width) = (shape[2], shape[3])
    let (cropHeight, cropWidth) = (Int(Double(height) * 0.8), Int(Double(width) * 0.8))
    let (bottom, right) = (height - cropHeight, width - cropWidth)
    let centre = (
      Int((Double(bottom) / 2).rounded(.toNearestOrEven)),
      Int((Double(right) / 2).rounded(.toNearestOrEven))
    )
    let planes = reshaped([shape[0] * shape[1], height, width])
    var scalars: [Float] = []
    scalars.reserveCapacity(5 * count)
    for (top, left) in [(0, 0), (0, right), (bottom, 0), (bottom, right), centre] {
      let crop = planes.cropped(rows: top..<top + cropHeight, columns: left..<left + cropWidth)
      scalars += try crop.resized(
        height: height, width: width, .bicubic, antialias: true
      ).scalars
    }
    return Tensor(shape: [5 * shape[0], shape[1], height, width], scalars: scalars)
  }

  /// A window of each plane of a tensor `[C, H, W]`.
  private func cropped(rows: Range<Int>, columns: Range<Int>) -> Tensor {
    var result: [Float] = []
    result.reserveCapacity(shape[0] * rows.count * columns.count)
    for plane in 0..<shape[0] {
      for row in rows {
        let start = (plane * shape[1] + row) * shape[2]
        result += scalars[start + columns.lowerBound..<start + columns.upperBound]
      }
    }
    return Tensor(shape: [shape[0], rows.count, columns.count], scalars: result)
  }
}
