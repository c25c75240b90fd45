import Testing
import ZooCore

@testable import ZooVision

@Suite struct ReducedJPEGTests {
  /// The file large.jpg.
  let whole: RGBImage

  init() throws { whole = try Fixtures.image("large.jpg") }

  private func decode(
    _ name: String = "large.jpg", for size: ImageSize, orienting: Bool = false
  ) throws -> RGBImage {
    try RGBImage(
      contentsOf: Fixtures.path(name),
      options: ImageDecodingOptions(appliesOrientation: orienting, reducedJPEGSize: size))
  }

  @Test func sidesAreAtLeastTwiceWhatIsNeeded() throws {
    for divisor in [1, 2, 4, 8] {
      let size = ImageSize(
        height: whole.height / (2 * divisor), width: whole.width / (2 * divisor))
      let image = try decode(for: size)
      #expect(image.width == (whole.width + divisor - 1) / divisor)
      #expect(image.height == (whole.height + divisor - 1) / divisor)
      let larger = try decode(for: ImageSize(height: size.height, width: size.width + 1))
      let lesser = max(1, divisor / 2)
      #expect(larger.width == (whole.width + lesser - 1) / lesser)
      #expect(larger.height == (whole.height + lesser - 1) / lesser)
    }
  }

  @Test func pixelsAreThoseOfTheReferenceWhereNothingIsReduced() throws {
    #expect(try decode(for: ImageSize(height: whole.height / 2, width: whole.width / 2)) == whole)
    #expect(try decode("rgb8.png", for: ImageSize(side: 1)) == Fixtures.image("rgb8.png"))
    #expect(try decode("lossy.webp", for: ImageSize(side: 1)) == Fixtures.image("lossy.webp"))
  }

  @Test func reducedPixelsAreCloseToTheReference() throws {
    for divisor in [2, 4, 8] {
      let (height, width) = (whole.height / (2 * divisor), whole.width / (2 * divisor))
      let axes = [width, height].map { ResizedAxis(resizedCount: $0, window: 0..<$0) }
      let reduced = try decode(for: ImageSize(height: height, width: width)).resizedPixels(
        axes[0], axes[1])
      let exact = whole.resizedPixels(axes[0], axes[1])
      let sum = zip(reduced, exact).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(reduced != exact)
      #expect(Double(sum) / Double(exact.count) < 1, "mean difference at 1/\(divisor)")
    }
  }

  @Test func sidesAreThoseOfTheTurnedImage() throws {
    let stored = try Fixtures.image("orientation6.jpg")
    let (height, width) = (stored.width / 4, stored.height / 4)
    let turned = try decode(
      "orientation6.jpg", for: ImageSize(height: height, width: width), orienting: true)
    #expect(turned.height == (stored.width + 1) / 2)
    #expect(turned.width == (stored.height + 1) / 2)
  }

  @Test(arguments: ["cmyk.jpg", "grey.jpg", "420-progressive.jpg", "17x33.jpg", "3x200.jpg"])
  func otherKindsAreReducedToo(name: String) throws {
    let stored = try Fixtures.image(name)
    let size = ImageSize(height: max(1, stored.height / 8), width: max(1, stored.width / 8))
    let image = try decode(name, for: size)
    #expect(image.width <= stored.width && image.height <= stored.height)
    #expect(image.pixels.count == 3 * image.width * image.height)
  }

  @Test func truncatedFilesAreRefused() throws {
    let bytes = try Fixtures.bytes("large.jpg")
    #expect(throws: ImageError.self) {
      try RGBImage(
        decoding: Array(bytes.dropLast(bytes.count / 4)),
        options: ImageDecodingOptions(reducedJPEGSize: ImageSize(side: 8)))
    }
  }
}
