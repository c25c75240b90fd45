/// What the values between those of a map are made of.
package enum ResizeFilter: Sendable {
  /// Keys' cubic convolution, of four neighbours.
  case bicubic
  /// Straight lines, between two neighbours.
  case bilinear
}

/// Interpolation in float32, as `torch.nn.functional.interpolate(align_corners=False)` computes it.
extension Tensor {
  /// Each plane of a tensor `[C, H, W]` at another size: `[C, height, width]`.
  ///
  /// - Parameters:
  ///   - height: Rows of the result.
  ///   - width: Columns of the result.
  ///   - filter: What lies between the values.
  ///   - antialias: Whether a reduction averages over all that it leaves out. The parameter of the
  ///     cubic kernel also depends on it, as in PyTorch: -0.5 with, -0.75 without.
  /// - Throws: ``TensorError/shapeMismatch(expected:found:)`` unless the tensor has three extents
  ///   and no empty plane.
  /// - Precondition: `height` and `width` are positive.
  package func resized(
    height: Int, width: Int, _ filter: ResizeFilter, antialias: Bool
  ) throws(TensorError) -> Tensor {
    precondition(height > 0 && width > 0, "a resized tensor has rows and columns")
    guard shape.count == 3, shape[1] > 0, shape[2] > 0 else {
      throw .shapeMismatch(expected: "[C, H, W]", found: shape)
    }
    return resized(height: height, width: width, filter, antialias: antialias, axes: (1, 2))
  }

  /// A grid `[H, W, C]` of vectors at another size: `[height, width, C]`; see
  /// ``resized(height:width:_:antialias:)``.
  ///
  /// - Precondition: the tensor has three extents, and the grids' are positive.
  package func resizedGrid(
    height: Int, width: Int, _ filter: ResizeFilter, antialias: Bool
  ) -> Tensor {
    precondition(
      shape.count == 3 && shape[0] > 0 && shape[1] > 0 && height > 0 && width > 0,
      "a grid has rows and columns")
    return resized(height: height, width: width, filter, antialias: antialias, axes: (0, 1))
  }

  private func resized(
    height: Int, width: Int, _ filter: ResizeFilter, antialias: Bool,
    axes: (rows: Int, columns: Int)
  ) -> Tensor {
    let taps = antialias ? antialiasedTaps : interpolatingTaps
    let wide = filtered(along: axes.columns, taps(shape[axes.columns], width, filter))
    return wide.filtered(along: axes.rows, taps(shape[axes.rows], height, filter))
  }

  /// Each plane [H, W] of vectors of a tensor [C, H, W, …] at another size, [C, height, width, …],
  /// with straight lines between values and corner on corner, as `interpolate(mode: "bilinear",
  /// align_corners=True)`.
  ///
  /// - Precondition: the planes of tensor and result are not empty.
  package func resizedAligningCorners(height: Int, width: Int) -> Tensor {
    precondition(
      shape.count >= 3 && shape[1] > 0 && shape[2] > 0 && height > 0 && width > 0,
      "a resized tensor has rows and columns")
    let wide = filtered(along: 2, aligningTaps(from: shape[2], to: width))
    return wide.filtered(along: 1, aligningTaps(from: shape[1], to: height))
  }

  /// The tensor with one axis replaced by weighted sums along it.
  private func filtered(along axis: Int, _ taps: [Taps]) -> Tensor {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let length = shape[axis]
    var newShape = shape
    newShape[axis] = taps.count
    let resultCount = outer * taps.count * inner
    let result = [Float](unsafeUninitializedCapacity: resultCount) { result, initialized in
      scalars.withUnsafeBufferPointer { source in
        result.initialize(repeating: 0)
        for block in 0..<outer {
          for (index, output) in taps.enumerated() {
            let target = (block * taps.count + index) * inner
            for (tap, weight) in output.weights.enumerated() {
              let start = (block * length + output.first + tap) * inner
              for position in 0..<inner {
                result[target + position] += weight * source[start + position]
              }
            }
          }
        }
      }
      initialized = resultCount
    }
    return Tensor(shape: newShape, scalars: result)
  }
}

/// The neighbouring inputs that one output is a weighted sum of.
private struct Taps {
  var first: Int
  var weights: [Float]
}

/// Keys' cubic convolution kernel, 0 from 2 on.
///
/// Products are added unrounded, as in PyTorch's compiled code.
private func cubic(_ distance: Float, _ a: Float) -> Float {
  let x = abs(distance)
  if x < 1 {
    let slope = (-(a + 3)).addingProduct(a + 2, x)
    return Float(1).addingProduct(slope * x, x)
  }
  if x < 2 {
    let curve = (-5 * a).addingProduct(a, x)
    let slope = (8 * a).addingProduct(curve, x)
    return (-4 * a).addingProduct(slope, x)
  }
  return 0
}

extension ResizeFilter {
  /// How far the kernel reaches.
  fileprivate var support: Float { self == .bicubic ? 2 : 1 }

  /// The weight of a value at a distance.
  fileprivate func weight(_ distance: Float, antialias: Bool) -> Float {
    switch self {
    case .bicubic: cubic(distance, antialias ? -0.5 : -0.75)
    case .bilinear: max(0, 1 - abs(distance))
    }
  }
}

/// The kernel stretched by the reduction, cut off at the edges and scaled to a sum of 1.
///
/// The positions are rounded to float32 where PyTorch does so.
private func antialiasedTaps(
  from input: Int, to output: Int, _ filter: ResizeFilter
) -> [Taps] {
  let scale = Float(input) / Float(output)
  let support = scale >= 1 ? filter.support * scale : filter.support
  let inverseStretch = scale >= 1 ? 1 / scale : 1
  return (0..<output).map { index in
    let centre = Float(Double(scale) * (Double(index) + 0.5))
    let first = max(Int(Double(centre - support) + 0.5), 0)
    let end = min(Int(Double(centre + support) + 0.5), input)
    var weights = (first..<end).map { position in
      filter.weight(
        Float((Double(Float(position) - centre) + 0.5) * Double(inverseStretch)), antialias: true)
    }
    let sum = weights.reduce(0, +)
    for index in weights.indices { weights[index] /= sum }
    return Taps(first: first, weights: weights)
  }
}

/// The inputs around each position, where those beyond the edge repeat the last.
private func interpolatingTaps(
  from input: Int, to output: Int, _ filter: ResizeFilter
) -> [Taps] {
  let scale = Float(input) / Float(output)
  let reach = Int(filter.support)
  return (0..<output).map { index in
    let position = Float(-0.5).addingProduct(scale, Float(index) + 0.5)
    let below = position.rounded(.down)
    let fraction = position - below
    let neighbours = (1 - reach)...reach
    func source(_ tap: Int) -> Int { min(max(Int(below) + tap, 0), input - 1) }
    let first = source(neighbours.lowerBound)
    var weights = [Float](repeating: 0, count: source(neighbours.upperBound) - first + 1)
    for tap in neighbours {
      weights[source(tap) - first] += filter.weight(fraction - Float(tap), antialias: false)
    }
    return Taps(first: first, weights: weights)
  }
}

/// The two inputs around each position, where the first and the last stay in their places.
private func aligningTaps(from input: Int, to output: Int) -> [Taps] {
  let scale = output > 1 ? Float(input - 1) / Float(output - 1) : 0
  return (0..<output).map { index in
    let position = scale * Float(index)
    let below = min(Int(position), input - 1)
    let fraction = position - Float(below)
    return Taps(first: below, weights: below < input - 1 ? [1 - fraction, fraction] : [1])
  }
}
