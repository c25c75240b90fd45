import Testing

@testable import ZooVision

@Suite struct OrientationTests {
  /// A directory with one entry, little-endian.
  func exif(
    tag: UInt16 = 0x0112, type: UInt16 = 3, count: UInt32 = 1, value: UInt32 = 6,
    directory: UInt32 = 8
  ) -> [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    return Array("II*\0".utf8) + bytes(directory) + bytes(UInt16(1)) + bytes(tag) + bytes(type)
      + bytes(count) + bytes(value) + bytes(UInt32(0))
  }

  @Test func theTagIsFound() {
    #expect(Orientation(exif: exif()) == .rotatedClockwise)
    #expect(Orientation(exif: Array("Exif\0\0".utf8) + exif(value: 3)) == .rotated180)
    #expect(Orientation(exif: exif(type: 4, value: 8)) == .rotatedCounterclockwise)
  }

  @Test func anythingElseIsUpright() {
    #expect(Orientation(exif: []) == .upright)
    #expect(Orientation(exif: exif(tag: 0x0113)) == .upright)
    #expect(Orientation(exif: exif(type: 5)) == .upright)
    #expect(Orientation(exif: exif(count: 2)) == .upright)
    #expect(Orientation(exif: exif(value: 0)) == .upright)
    #expect(Orientation(exif: exif(value: 9)) == .upright)
    #expect(Orientation(exif: exif(directory: .max)) == .upright)
    for count in 0..<20 { #expect(Orientation(exif: exif().prefix(count)) == .upright) }
  }

  @Test func turningThereAndBackGivesTheImage() throws {
    let image = try Fixtures.image("17x33.jpg")
    let inverses: [Orientation: Orientation] = [.rotatedClockwise: .rotatedCounterclockwise]
    for orientation in Orientation.allCases where orientation != .rotatedCounterclockwise {
      let turned = image.oriented(orientation)
      #expect(turned.oriented(inverses[orientation] ?? orientation) == image)
    }
  }
}
