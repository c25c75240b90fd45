import Foundation
import Testing
import ZooCore

@testable import ZooVision

/// Files beside this one, and what the reference gives for them.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func image(_ name: String) throws -> RGBImage {
    try RGBImage(contentsOf: path(name))
  }

  /// An object of expected.json.
  static func expected(_ key: String) throws -> JSONValue {
    try #require(try JSONValue(parsing: try bytes("expected.json"))[key])
  }
}

/// 64-bit FNV-1a, which stands for contents in expected.json.
func digest(_ bytes: some Sequence<UInt8>) -> String {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return String(repeating: "0", count: value.leadingZeroBitCount / 4) + String(value, radix: 16)
}

func digest(_ scalars: [Float]) -> String {
  digest(
    scalars.flatMap { scalar in
      let bits = scalar.bitPattern
      return [
        UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16 & 255), UInt8(bits >> 24),
      ]
    })
}

/// Checks an image against `{"width", "height", "digest"}`.
func expect(_ image: RGBImage, matches expected: JSONValue?, _ name: String) {
  #expect(.integer(image.width) == expected?["width"], "\(name)")
  #expect(.integer(image.height) == expected?["height"], "\(name)")
  #expect(.string(digest(image.pixels)) == expected?["digest"], "\(name)")
}
