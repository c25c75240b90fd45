#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

import CKernels
import ZooCore

/// A pool over maps of one size.
package struct Pooling: Sendable {
  /// What a window becomes.
  package enum Kind: Sendable {
    case max
    /// The mean; whether it is one of the padding too.
    case average(countsPadding: Bool)
  }

  package let input: MapShape
  package let output: MapShape
  private let pooling: zk_pooling
  private let rows, columns: [zk_bin]
  private let backend: Backend

  /// A pool with windows, which are not dilated.
  ///
  /// - Throws: ``TensorError/shapeMismatch(expected:found:)`` if no window fits, or if one sees
  ///   nothing but padding.
  package init(_ kind: Kind, _ window: Window, input: MapShape, backend: Backend)
    throws(TensorError)
  {
    guard let size = window.outputSize(of: input.size), window.dilation == 1 else {
      throw .shapeMismatch(
        expected: "a map that a window of \(window.kernel) fits",
        found: [input.channels, input.size.height, input.size.width])
    }
    let countsPadding = if case .average(true) = kind { true } else { false }
    let padding = window.padding
    rows = Pooling.windows(
      size.height, of: input.size.height, window.kernel.height, window.stride.height,
      before: padding.top, after: padding.bottom, countsPadding: countsPadding)
    columns = Pooling.windows(
      size.width, of: input.size.width, window.kernel.width, window.stride.width,
      before: padding.left, after: padding.right, countsPadding: countsPadding)
    guard (rows + columns).allSatisfy({ $0.count > 0 }) else {
      throw .shapeMismatch(
        expected: "less padding than the window of \(window.kernel)",
        found: [padding.top, padding.left, padding.bottom, padding.right])
    }
    pooling = if case .max = kind { ZK_POOL_MAX } else { ZK_POOL_MEAN }
    (self.input, self.backend) = (input, backend)
    output = MapShape(channels: input.channels, size: size)
  }

  /// An adaptive pool: the mean of each of as many bins as the result has places.
  ///
  /// Bin i of n over l places goes from ⌊i l / n⌋ to ⌈(i + 1) l / n⌉, as PyTorch's
  /// `AdaptiveAvgPool2d` has it.
  package init(adaptive size: ImageSize, input: MapShape, backend: Backend) {
    self.init(ZK_POOL_MEAN, adaptive: size, input: input, backend: backend)
  }

  /// The mean of all places: a map of one place.
  package static func mean(_ input: MapShape, backend: Backend) -> Pooling {
    Pooling(adaptive: ImageSize(height: 1, width: 1), input: input, backend: backend)
  }

  /// The mean of the squares of all places: a map of one place.
  package static func meanSquare(_ input: MapShape, backend: Backend) -> Pooling {
    Pooling(
      ZK_POOL_MEAN_SQUARE, adaptive: ImageSize(height: 1, width: 1), input: input,
      backend: backend)
  }

  private init(
    _ pooling: zk_pooling, adaptive size: ImageSize, input: MapShape, backend: Backend
  ) {
    self.pooling = pooling
    rows = Pooling.bins(size.height, of: input.size.height)
    columns = Pooling.bins(size.width, of: input.size.width)
    (self.input, self.backend) = (input, backend)
    output = MapShape(channels: input.channels, size: size)
  }

  /// The map at another size: each place of the result is one of the map, ⌊i l / n⌋, as PyTorch's
  /// `interpolate(mode="nearest")` has it.
  package init(nearest size: ImageSize, input: MapShape, backend: Backend) {
    pooling = ZK_POOL_MEAN
    rows = Pooling.places(size.height, of: input.size.height)
    columns = Pooling.places(size.width, of: input.size.width)
    (self.input, self.backend) = (input, backend)
    output = MapShape(channels: input.channels, size: size)
  }

  private static func places(_ count: Int, of length: Int) -> [zk_bin] {
    (0..<count).map { index in
      zk_bin(first: UInt32(index * length / count), count: 1, divisor: 1)
    }
  }

  private static func windows(
    _ count: Int, of length: Int, _ kernel: Int, _ stride: Int, before: Int, after: Int,
    countsPadding: Bool
  ) -> [zk_bin] {
    (0..<count).map { index in
      let start = index * stride - before
      let end = min(start + kernel, length + after)
      let (first, last) = (max(start, 0), min(end, length))
      return zk_bin(
        first: UInt32(first), count: UInt32(max(last - first, 0)),
        divisor: Float(countsPadding ? end - start : last - first))
    }
  }

  private static func bins(_ count: Int, of length: Int) -> [zk_bin] {
    (0..<count).map { index in
      let (first, end) = (index * length / count, ((index + 1) * length + count - 1) / count)
      return zk_bin(first: UInt32(first), count: UInt32(end - first), divisor: Float(end - first))
    }
  }

  /// x [N · h · w, C] to y [N · h' · w', C].
  package func callAsFunction(_ x: Matrix, into y: Matrix) {
    let images = x.rows / input.area
    precondition(
      x.columns == input.channels && x.rows == images * input.area && y.columns == x.columns
        && y.rows == images * output.area,
      "\(input) from [\(x.rows), \(x.columns)] into \(output) in [\(y.rows), \(y.columns)]")
    rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeBufferPointer { columns in
        guard let firstRow = rows.baseAddress, let firstColumn = columns.baseAddress else {
          return
        }
        var task = zk_pooling_task(
          pooling: pooling, x: x.base, x_stride: x.stride, y: y.base, y_stride: y.stride,
          images: images, height: input.size.height, width: input.size.width,
          channels: input.channels, rows: firstRow, out_height: output.size.height,
          columns: firstColumn, out_width: output.size.width)
        zk_pool_map(backend.path.pointer, backend.pool, &task)
      }
    }
  }
}

extension Workspace {
  /// The generalised mean of each image's rows, mean(max(x, 10⁻⁶)^p)^(1/p): x [N · h · w, C] to
  /// y [N, C].
  package func generalizedMean(_ x: Matrix, into y: Matrix, exponent: Float) {
    precondition(x.columns == y.columns && x.rows % y.rows == 0, "a row of each image")
    // Channels that a thread takes at once: the values of a line of the cache.
    let group = 16
    let groups = (x.columns + group - 1) / group
    backend.parallel(y.rows * groups, (x, y, group, exponent)) { context, chunk, _ in
      let (x, y, group, exponent) = context.load(as: (Matrix, Matrix, Int, Float).self)
      let groups = (x.columns + group - 1) / group
      let (image, first) = (chunk / groups, chunk % groups * group)
      let area = x.rows / y.rows
      for channel in first..<min(first + group, x.columns) {
        var total: Float = 0
        for row in image * area..<(image + 1) * area {
          total += powf(max(x.row(row)[channel], 1e-6), exponent)
        }
        y.row(image)[channel] = powf(total / Float(area), 1 / exponent)
      }
    }
  }
}
