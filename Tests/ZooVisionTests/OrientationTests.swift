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

  private func orientation(_ exif: [UInt8], xmp: String = "") -> Orientation {
    ImageMetadata(exif: exif, xmp: Array(xmp.utf8)).orientation
  }

  @Test func theTagIsFound() {
    let prefix = Array("Exif\0\0".utf8)
    #expect(orientation(exif()) == .rotatedClockwise)
    #expect(orientation(prefix + exif(value: 3)) == .rotated180)
    #expect(orientation(prefix + prefix + exif(value: 3)) == .rotated180)
    #expect(orientation(exif(type: 4, value: 8)) == .rotatedCounterclockwise)
  }

  /// Signed integers, floats and the pointer to a directory are numbers as well.
  @Test(
    arguments: [
      (6, 6), (8, 6), (9, 6), (13, 6), (11, Float(6).bitPattern), (8, 6 << 16 | 6),
    ] as [(UInt16, UInt32)])
  func numbersOfOtherTypesCount(type: UInt16, value: UInt32) {
    #expect(orientation(exif(type: type, value: value)) == .rotatedClockwise)
  }

  @Test func ofSeveralNumbersTheFirstCounts() {
    #expect(orientation(exif(count: 2, value: 3 << 16 | 6)) == .rotatedClockwise)
    // More than fit lie elsewhere: here in the header, which is 'II', 42, 8.
    #expect(orientation(exif(type: 8, count: 3, value: 4)) == .rotatedCounterclockwise)
    #expect(orientation(exif(type: 8, count: 3, value: 4) + [0, 0]) == .rotatedCounterclockwise)
    #expect(orientation(exif(count: 3, value: 1000)) == .upright)
  }

  @Test func anythingElseIsUpright() {
    #expect(orientation([]) == .upright)
    #expect(orientation(exif(tag: 0x0113)) == .upright)
    #expect(orientation(exif(type: 1)) == .upright)
    #expect(orientation(exif(type: 2, value: 0x36)) == .upright)
    #expect(orientation(exif(type: 7)) == .upright)
    #expect(orientation(exif(type: 11, value: Float(6.5).bitPattern)) == .upright)
    #expect(orientation(exif(type: 14)) == .upright)
    #expect(orientation(exif(count: 0)) == .upright)
    #expect(orientation(exif(value: 0)) == .upright)
    #expect(orientation(exif(value: 9)) == .upright)
    #expect(orientation(exif(directory: .max)) == .upright)
    for count in 0..<20 { #expect(orientation(Array(exif().prefix(count))) == .upright) }
  }

  @Test func xmpCountsWhereEXIFIsSilent() {
    let xmp = "<rdf tiff:Orientation=\"x\" tiff:Orientation=\"6\" tiff:Orientation>3<"
    #expect(orientation([], xmp: xmp) == .rotatedClockwise)
    #expect(orientation(exif(tag: 0x0113), xmp: xmp) == .rotatedClockwise)
    #expect(
      orientation([], xmp: "<tiff:Orientation>8</tiff:Orientation>") == .rotatedCounterclockwise)
    #expect(orientation([], xmp: "tiff:Orientation='6'") == .upright)
    #expect(orientation([], xmp: "tiff:Orientation=\"9\"") == .upright)
    #expect(orientation(exif(value: 1), xmp: xmp) == .upright)
    #expect(orientation(exif(type: 7), xmp: xmp) == .upright)
    #expect(orientation(Array("no EXIF".utf8), xmp: xmp) == .upright)
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
