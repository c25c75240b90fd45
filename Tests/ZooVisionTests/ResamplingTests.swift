import Testing
import ZooCore

@testable import ZooVision

@Suite struct ResamplingTests {
  /// Noise, which has every overshoot that there is.
  func noise(width: Int, height: Int) -> RGBImage {
    var generator = SplitMix(state: UInt64(width * 65536 + height))
    let extremes: [UInt8] = [0, 255, 0, 255, 0, 255, 17, 128]
    let pixels = (0..<width * height * 3).map { _ in
      extremes.randomElement(using: &generator) ?? 0
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  static var kernels: [ResamplingKernel] {
    ResamplingKernel.best == .portable ? [.portable] : ResamplingKernel.allCases
  }

  @Test(arguments: kernels)
  func resizingEqualsPillows(kernel: ResamplingKernel) throws {
    for expected in try #require(try Fixtures.expected("resized").array) {
      let name = try #require(expected["file"]?.string)
      let (width, height) = (
        try #require(expected["width"]?.integer), try #require(expected["height"]?.integer)
      )
      let pixels = try Fixtures.image(name).resizedPixels(
        ResizedAxis(resizedCount: width, window: 0..<width),
        ResizedAxis(resizedCount: height, window: 0..<height), kernel: kernel)
      expect(
        RGBImage(width: width, height: height, pixels: pixels), matches: expected,
        "\(name) at \(width) x \(height)")
    }
  }

  @Test(.enabled(if: kernels.contains(.avx2), "this CPU has no AVX2"))
  func kernelsAgreeToTheBit() {
    for (width, height) in [(1, 1), (2, 7), (5, 1), (33, 17), (64, 48), (131, 75)] {
      let image = noise(width: width, height: height)
      for (newWidth, newHeight) in [(1, 1), (3, 4), (11, 12), (32, 31), (43, 90), (131, 75)] {
        let x = ResizedAxis(resizedCount: newWidth, window: newWidth / 3..<newWidth)
        let y = ResizedAxis(resizedCount: newHeight, window: newHeight / 4..<newHeight)
        #expect(
          image.resizedPixels(x, y, kernel: .avx2) == image.resizedPixels(x, y, kernel: .portable),
          "\(width) x \(height) to \(newWidth) x \(newHeight)")
      }
    }
  }

  @Test(arguments: kernels)
  func aWindowIsAPartOfTheWhole(kernel: ResamplingKernel) {
    let image = noise(width: 57, height: 40)
    let whole = image.resizedPixels(
      ResizedAxis(resizedCount: 23, window: 0..<23), ResizedAxis(resizedCount: 61, window: 0..<61),
      kernel: kernel)
    let (columns, rows) = (4..<15, 9..<50)
    let part = image.resizedPixels(
      ResizedAxis(resizedCount: 23, window: columns),
      ResizedAxis(resizedCount: 61, window: rows), kernel: kernel)
    let cut = rows.flatMap { row in
      whole[(row * 23 + columns.lowerBound) * 3..<(row * 23 + columns.upperBound) * 3]
    }
    #expect(part == cut)
  }

  @Test(arguments: kernels)
  func theSameSizeKeepsEveryPixel(kernel: ResamplingKernel) {
    let image = noise(width: 19, height: 11)
    let same = image.resizedPixels(
      ResizedAxis(resizedCount: 19, window: 0..<19), ResizedAxis(resizedCount: 11, window: 0..<11),
      kernel: kernel)
    #expect(same == image.pixels)
  }
}
