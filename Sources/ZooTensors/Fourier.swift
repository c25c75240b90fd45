#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Tensor {
  /// The maps [C, h, w] that half spectra [C, h, w / 2 + 1, 2] of real and imaginary parts belong to,
  /// as `torch.fft.irfft2`.
  ///
  /// Computed by the sums that define it, in double precision.
  /// - Precondition: the shape is that of half spectra for this width.
  package func inverseRealFourier(width: Int) -> Tensor {
    precondition(
      shape.count == 4 && width > 0 && shape[1] > 0 && shape[2] == width / 2 + 1
        && shape[3] == 2, "half spectra of maps \(width) wide")
    let (channels, height, half) = (shape[0], shape[1], shape[2])
    let (down, across) = (Waves(height), Waves(width))
    var result: [Float] = []
    result.reserveCapacity(channels * height * width)
    for channel in 0..<channels {
      for row in 0..<height {
        // The spectrum of this row.
        let spectrum = (0..<half).map { column in
          var (real, imaginary) = (0.0, 0.0)
          for frequency in 0..<height {
            let index = ((channel * height + frequency) * half + column) * 2
            let (a, b) = (Double(scalars[index]), Double(scalars[index + 1]))
            let (cosine, sine) = down[frequency * row]
            real += a * cosine - b * sine
            imaginary += a * sine + b * cosine
          }
          return (real: real, imaginary: imaginary)
        }
        for column in 0..<width {
          var sum = 0.0
          for frequency in 0..<half {
            let (cosine, sine) = across[frequency * column]
            let value =
              spectrum[frequency].real * cosine - spectrum[frequency].imaginary * sine
            // The other half of the spectrum gives the same, but what has no mirror image is real.
            if frequency == 0 || 2 * frequency == width {
              sum += spectrum[frequency].real * cosine
            } else {
              sum += 2 * value
            }
          }
          result.append(Float(sum / Double(height * width)))
        }
      }
    }
    return Tensor(shape: [channels, height, width], scalars: result)
  }

  /// Maps [C, h, w] with the value of place (-y, -x), counted round, at (y, x).
  package func mirrored() -> Tensor {
    precondition(shape.count == 3, "maps")
    let (height, width) = (shape[1], shape[2])
    var result: [Float] = []
    result.reserveCapacity(count)
    for channel in 0..<shape[0] {
      for y in 0..<height {
        for x in 0..<width {
          result.append(
            scalars[
              (channel * height + (height - y) % height) * width + (width - x) % width])
        }
      }
    }
    return Tensor(shape: shape, scalars: result)
  }
}

/// The cosines and sines of the multiples of a full turn's nth part.
private struct Waves {
  private let values: [(cosine: Double, sine: Double)]

  init(_ count: Int) {
    values = (0..<count).map { index in
      let angle = 2 * Double.pi * Double(index) / Double(count)
      return (cos(angle), sin(angle))
    }
  }

  subscript(index: Int) -> (cosine: Double, sine: Double) { values[index % values.count] }
}
