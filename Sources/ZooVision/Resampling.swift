import CPixels

/// The implementations of the resampling kernel, which agree to the bit.
enum ResamplingKernel: CaseIterable {
  case portable, avx2

  /// The fastest that this machine can run.
  static let best: ResamplingKernel = pixels_best_kernel() == PIXELS_AVX2 ? .avx2 : .portable

  fileprivate var identifier: pixels_kernel {
    switch self {
    case .portable: PIXELS_PORTABLE
    case .avx2: PIXELS_AVX2
    }
  }
}

/// A resize of one axis to `resizedCount` pixels, of which those in `window` are wanted.
struct ResizedAxis: Equatable {
  var resizedCount: Int
  var window: Range<Int>
}

extension RGBImage {
  /// The pixels `[H, W, 3]` in a window of the image resized as Pillow's
  /// `resize(size, Image.Resampling.BICUBIC)` does it, to the bit.
  ///
  /// Only what the window shows is computed.
  /// - Precondition: both windows are not empty and lie within the resized image.
  func resizedPixels(
    _ horizontal: ResizedAxis, _ vertical: ResizedAxis, kernel: ResamplingKernel = .best
  ) -> [UInt8] {
    func axis(_ input: Int, _ resized: ResizedAxis) -> pixels_axis {
      precondition(
        !resized.window.isEmpty && resized.window.lowerBound >= 0
          && resized.window.upperBound <= resized.resizedCount,
        "the window lies within the resized image")
      return pixels_axis(
        input: input, output: resized.resizedCount, offset: resized.window.lowerBound,
        count: resized.window.count)
    }
    let (x, y) = (axis(width, horizontal), axis(height, vertical))
    let count = x.count * y.count * 3
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let isDone = pixels_resize_bicubic(pixels, x, y, buffer.baseAddress, kernel.identifier)
      precondition(isDone, "there is memory for resizing an image")
      initialized = count
    }
  }
}
