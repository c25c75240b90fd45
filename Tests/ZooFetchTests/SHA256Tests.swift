import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct SHA256Tests {
  @Test(
    "The examples of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(text: String, hex: String) throws {
    #expect(try sha256(Array(text.utf8)).hex == hex)
  }

  @Test func `a million times the letter a, piece by piece`() throws {
    let hasher = try SHA256Hasher()
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<1000 { hasher.update(piece.span.bytes) }
    #expect(
      hasher.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `a digest is 64 hexadecimal digits`() {
    let hex = String(repeating: "0aF", count: 21) + "9"
    #expect(SHA256Digest(hex: hex)?.hex == hex.lowercased())
    #expect(SHA256Digest(hex: String(hex.dropLast())) == nil)
    #expect(SHA256Digest(hex: hex + "0") == nil)
    #expect(SHA256Digest(hex: String(hex.dropLast()) + "g") == nil)
    #expect(SHA256Digest(hex: String(hex.dropLast(2)) + "é") == nil)
  }

  @Test func `a file is hashed while it is written`() async throws {
    let directory = try TemporaryDirectory()
    let file = try OpenFile(creating: directory.path + "/growing")
    let hasher = try FileHasher(file)
    let bytes = sampleBytes(5_000_001)
    for start in stride(from: 0, to: bytes.count, by: 70_000) {
      let piece = Array(bytes[start..<min(start + 70_000, bytes.count)])
      try file.append(piece.span.bytes)
      hasher.advance(to: start + piece.count)
    }
    #expect(try await hasher.digest(upTo: bytes.count) == sha256(bytes))
  }
}
