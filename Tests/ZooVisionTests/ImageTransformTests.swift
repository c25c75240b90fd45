import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooVision

@Suite struct ImageTransformTests {
  static let centred = RGBStats(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])

  @Test func tensorsEqualTheReferences() throws {
    let cases = try #require(try Fixtures.expected("transformed").array)
    #expect(cases.count >= 28)
    for expected in cases {
      let name = try #require(expected["file"]?.string)
      let size = ImageSize(
        height: try #require(expected["height"]?.integer),
        width: try #require(expected["width"]?.integer))
      let centerCrop = try #require(expected["center_crop"]?.double)
      let simpleCrop = expected["simple_crop"] == true
      let transform = try ImageTransform(
        size: size, rgbStats: try #require(RGBStats(json: expected)), centerCrop: centerCrop,
        simpleCrop: simpleCrop)
      let tensor = transform(try Fixtures.image(name))
      #expect(tensor.shape == [3, size.height, size.width])
      #expect(
        .string(digest(tensor.scalars)) == expected["digest"],
        "\(name) to \(size), centerCrop \(centerCrop), simpleCrop \(simpleCrop)")
    }
  }

  @Test func extremeShapesAreCroppedWithoutResizingAllOfThem() throws {
    let image = RGBImage(
      width: 1, height: 30000, pixels: Array(repeating: 255, count: 3 * 30000))
    let transform = try ImageTransform(
      size: ImageSize(height: 8, width: 16384), rgbStats: Self.centred, simpleCrop: true)
    #expect(transform(image) == Tensor(shape: [3, 8, 16384], repeating: 1))
  }

  @Test(arguments: [0, -1, 16385, Int.max])
  func impossibleSizesAreRefused(side: Int) {
    for size in [ImageSize(height: side, width: 8), ImageSize(height: 8, width: side)] {
      #expect(throws: ImageError.self) { try ImageTransform(size: size, rgbStats: Self.centred) }
    }
  }

  @Test(arguments: [0, -0.5, 1.01, .nan, .infinity])
  func impossibleCropsAreRefused(centerCrop: Double) {
    let error = #expect(throws: ImageError.self) {
      try ImageTransform(
        size: ImageSize(side: 8), rgbStats: Self.centred, centerCrop: centerCrop)
    }
    #expect(error?.kind == .usage)
  }

  @Test func impossibleStatisticsAreRefused() {
    for stats in [
      RGBStats(mean: [0, 0], std: [1, 1, 1]), RGBStats(mean: [0, 0, 0], std: [1, 0, 1]),
      RGBStats(mean: [0, .nan, 0], std: [1, 1, 1]), RGBStats(mean: [0, 0, 0], std: []),
    ] {
      #expect(throws: ImageError.self) {
        try ImageTransform(size: ImageSize(side: 8), rgbStats: stats)
      }
    }
  }
}

@Suite struct FiveCropsTests {
  @Test func cropsEqualTheReferences() throws {
    let transform = try ImageTransform(
      size: ImageSize(height: 31, width: 26),
      rgbStats: RGBStats(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]))
    let images = try ["420.jpg", "rgb8.png"].map { transform(try Fixtures.image($0)) }
    let crops = try Tensor.stack(images).fiveCrops()
    #expect(crops.shape == [10, 3, 31, 26])
    let expected = try Data(contentsOf: Fixtures.folder.appending(path: "five_crops.f32"))
    #expect(expected.count == crops.count * 4)
    let difference = expected.withUnsafeBytes { bytes in
      crops.scalars.enumerated().map { index, value in
        let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
        return abs(value - Float(bitPattern: UInt32(littleEndian: bits)))
      }.max()
    }
    #expect(try #require(difference) <= 1e-5)
  }

  @Test func tensorsWithoutCropsAreRefused() {
    for shape in [[3, 8, 8], [1, 3, 1, 8], [1, 3, 8, 0]] {
      #expect(throws: TensorError.self) { try Tensor(shape: shape).fiveCrops() }
    }
  }
}
