import Foundation
import Testing
import ZooCore

@testable import ZooVision

@Suite struct DecodingTests {
  @Test func pixelsEqualPillows() throws {
    let files = try #require(try Fixtures.expected("decoded").object)
    #expect(files.keys.count > 60)
    for name in files.keys {
      expect(try Fixtures.image(name), matches: files[name], name)
    }
  }

  @Test func orientationIsCarriedOutOnRequest() throws {
    let files = try #require(try Fixtures.expected("oriented").object)
    for name in files.keys {
      let image = try RGBImage(
        contentsOf: Fixtures.path(name), options: ImageDecodingOptions(appliesOrientation: true))
      expect(image, matches: files[name], name)
    }
  }

  @Test func theContentTellsTheFormat() throws {
    let image = try RGBImage(decoding: try Fixtures.bytes("rgb8.png"), name: "photo.jpg")
    #expect(image == (try Fixtures.image("rgb8.png")))
  }

  @Test(arguments: [
    ("animated.png", "first frame"), ("animated.webp", "first frame"),
    ("animated-offset.webp", "first frame"), ("grey16.png", "16-bit"),
    ("extraneous-bytes.jpg", "extraneous bytes"),
  ])
  func whatIsPassedOverIsNoted(name: String, note: String) throws {
    let notes = try Fixtures.image(name).notes
    #expect(notes.count == 1)
    #expect(notes.first?.contains(note) == true)
  }

  @Test func ordinaryImagesHaveNoNotes() throws {
    for name in ["420.jpg", "bytes-after-end.jpg", "rgb8.png", "lossy.webp", "cmyk.jpg"] {
      #expect(try Fixtures.image(name).notes == [])
    }
  }
}

@Suite struct RefusalTests {
  static let whole = [
    "420.jpg", "444-progressive.jpg", "restart-rows.jpg", "grey.jpg", "cmyk.jpg", "17x33.jpg",
    "extraneous-bytes.jpg", "rgb8.png", "palette4-interlaced.png", "grey16.png", "animated.png",
    "lossy.webp", "lossless.webp", "lossy-alpha.webp", "animated.webp", "orientation6.png",
  ]

  @Test(arguments: whole)
  func truncatedFilesAreRefused(name: String) throws {
    let bytes = try Fixtures.bytes(name)
    let places =
      [0, 1, 3, 9, 12, 30, 40].filter { $0 < bytes.count } + (1..<8).map { bytes.count * $0 / 8 }
      + [bytes.count - 12, bytes.count - 2, bytes.count - 1]
    for place in places {
      let error = #expect(throws: ImageError.self, "\(name) cut at \(place) of \(bytes.count)") {
        try RGBImage(decoding: Array(bytes[..<place]), name: name)
      }
      #expect(error?.kind == .integrity)
      #expect(error?.description.hasPrefix("\(name) ") == true)
    }
  }

  /// Whatever a byte is changed to, decoding ends with an image or an error.
  @Test(arguments: whole)
  func damagedFilesDoNoHarm(name: String) throws {
    let bytes = try Fixtures.bytes(name)
    var generator = SplitMix(state: UInt64(bytes.count))
    for _ in 0..<100 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place =
          Bool.random(using: &generator)
          ? Int.random(in: 0..<min(bytes.count, 100), using: &generator)
          : Int.random(in: 0..<bytes.count, using: &generator)
        damaged[place] = UInt8.random(in: 0...255, using: &generator)
      }
      let options = ImageDecodingOptions(appliesOrientation: true, maximumPixelCount: 1_000_000)
      do {
        _ = try RGBImage(decoding: damaged, name: name, options: options)
      } catch {
        #expect(error.description.hasPrefix("\(name) "))
      }
    }
  }

  @Test func aDamagedScanIsRefused() throws {
    var jpeg = try Fixtures.bytes("420.jpg")
    for place in stride(from: jpeg.count / 2, to: jpeg.count - 200, by: 40) {
      jpeg.replaceSubrange(place..<place + 2, with: [0xFF, 0xD3])
    }
    #expect(throws: ImageError.self) { try RGBImage(decoding: jpeg) }
    var png = try Fixtures.bytes("rgb8.png")
    png[png.count / 2] ^= 0x10
    #expect(throws: ImageError.self) { try RGBImage(decoding: png) }
  }

  /// What fuzzing found: each takes little memory and time, and is refused.
  @Test(arguments: ["exif-length.png"])
  func findingsAreRefused(name: String) throws {
    let bytes = try Fixtures.bytes("Hostile/\(name)")
    let error = #expect(throws: ImageError.self) { try RGBImage(decoding: bytes, name: name) }
    #expect(error?.kind == .integrity)
  }

  @Test(arguments: [
    ("<!DOCTYPE html><p>Not found", "web page"),
    ("version https://git-lfs.github.com/spec/v1", "Git LFS"),
    ("Not Found\n", "text that begins 'Not Found'"),
  ])
  func textsAreNamed(content: String, words: String) {
    let error = #expect(throws: ImageError.self) {
      try RGBImage(decoding: Array(content.utf8), name: "a.jpg")
    }
    #expect(error?.kind == .integrity)
    #expect(error?.description.contains(words) == true)
  }

  @Test(arguments: ["bomb.jpg", "bomb.png", "bomb.webp"])
  func bombsAreRefusedByTheirHeader(name: String) {
    #expect {
      try Fixtures.image(name)
    } throws: { error in
      guard case .tooManyPixels(_, let size, 178_956_970) = error as? ImageError else {
        return false
      }
      return size.width * size.height > 178_956_970
    }
  }

  @Test func limitsCanBeSet() throws {
    let bytes = try Fixtures.bytes("420.jpg")
    var options = ImageDecodingOptions(maximumPixelCount: 147 * 101)
    #expect(throws: Never.self) { try RGBImage(decoding: bytes, options: options) }
    options.maximumPixelCount -= 1
    #expect(
      throws: ImageError.tooManyPixels(
        file: "a.jpg", size: ImageSize(height: 101, width: 147), limit: 14846)
    ) {
      try RGBImage(decoding: bytes, name: "a.jpg", options: options)
    }
    options = ImageDecodingOptions(maximumByteCount: bytes.count - 1)
    let path = Fixtures.path("420.jpg")
    #expect(
      throws: ImageError.tooManyBytes(file: path, found: bytes.count, limit: bytes.count - 1)
    ) {
      try RGBImage(contentsOf: path, options: options)
    }
  }

  /// The limit of the file grows with that of the pixels, and no number is too large for either.
  @Test func limitsForLargeScans() throws {
    let usual = ImageDecodingOptions()
    #expect(usual.maximumPixelCount == 178_956_970)
    #expect(usual.maximumByteCount == 1 << 29)
    #expect(ImageDecodingOptions(maximumPixelCount: 1000).maximumByteCount == 1 << 29)
    #expect(ImageDecodingOptions(maximumPixelCount: 1 << 30).maximumByteCount == 1 << 33)
    #expect(ImageDecodingOptions(maximumPixelCount: .max).maximumByteCount > 1 << 60)
    let error = #expect(throws: ImageError.self) { try Fixtures.image("bomb.png") }
    #expect(error?.description.contains("--max-pixels 178956971 ") == true)
  }

  /// A header may state more than there is memory for.
  @Test func whatHasNoMemoryIsAnError() throws {
    let sides = ImageError.unreadable(
      file: "a.png", reason: "there is no memory for its 2147483647 x 1073741824 pixels")
    var bytes = try Fixtures.bytes("1x1.png")
    bytes.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x40, 0, 0, 0])
    bytes.replaceSubrange(29..<33, with: [0x3A, 0x9A, 0x74, 0x28])
    let options = ImageDecodingOptions(maximumPixelCount: .max)
    #expect(throws: sides) { try RGBImage(decoding: bytes, name: "a.png", options: options) }
  }

  @Test(arguments: [
    ("GIF89a......", "GIF"), ("II*\0........", "TIFF"), ("BM..........", "BMP"),
    ("\0\0\0\u{18}ftypheic", "HEIC"), ("\0\0\0\u{18}ftypavif", "AVIF"),
    ("%PDF-1.7....", "PDF"), ("\0\0\0\u{0c}JXL ....", "JPEG XL"),
    ("\0\0\0\u{0c}jP  ....", "JPEG 2000"), ("8BPS........", "Photoshop"),
    ("\0\0\u{1}\0....", "icon"), ("P6\n2 2\n255\n", "Netpbm"), ("DDS |...", "DDS"),
    ("RIFF....AVI LIST", "AVI"), ("\0\0\0\u{18}ftypmp42", "video"), ("PK\u{3}\u{4}....", "zip"),
  ])
  func otherFormatsAreNamed(content: String, format: String) {
    let error = #expect(throws: ImageError.self) {
      try RGBImage(decoding: Array(content.utf8), name: "a.jpg")
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.description.contains(format) == true)
  }

  @Test(arguments: [("12-bit.jpg", "12 bits"), ("lossless.jpg", "lossless")])
  func otherKindsOfJPEGAreNamed(name: String, kind: String) {
    let error = #expect(throws: ImageError.self) { try Fixtures.image(name) }
    #expect(error?.kind == .unsupported)
    #expect(error?.description.contains(kind) == true)
  }

  @Test func textIsNotAnImage() {
    #expect(
      throws: ImageError.corrupt(
        file: "notes.jpg", reason: "it is a text that begins 'hello'")
    ) {
      try RGBImage(decoding: Array("hello\n".utf8), name: "notes.jpg")
    }
  }

  @Test func filesThatCannotBeReadAreNamed() {
    let missing = Fixtures.path("missing.jpg")
    #expect(
      throws: ImageError.unreadable(file: missing, reason: "No such file or directory")
    ) {
      try RGBImage(contentsOf: missing)
    }
    let folder = Fixtures.folder.path
    #expect(throws: ImageError.unreadable(file: folder, reason: "it is not a regular file")) {
      try RGBImage(contentsOf: folder)
    }
  }
}

/// A generator of reproducible random numbers.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
