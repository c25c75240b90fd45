import Foundation
import Testing
import ZooCore

@testable import ZooFetch

/// Bundles made to do harm: each is refused, and leaves nothing in the cache or outside of it.
@Suite struct HostileBundleTests {
  let directory: TemporaryDirectory
  let cache: Cache
  let content = sampleBytes(3_000)
  let digest: SHA256Digest

  init() throws {
    directory = try TemporaryDirectory()
    cache = try Cache(root: directory.path + "/cache")
    digest = try sha256(content)
  }

  var blob: String { BundleFile.name(of: digest) }

  func manifest(
    model: String = "m", file: String = "m.pt", sha256: String? = nil, size: JSONValue = 3_000,
    source: String = "registry", schema: JSONValue = 1
  ) -> JSONValue {
    [
      "schema": schema,
      "files": [
        [
          "model": .string(model), "file": .string(file),
          "sha256": .string(sha256 ?? digest.hex), "size": size,
          "checksum_source": .string(source), "url": nil,
        ]
      ],
    ]
  }

  func expectRefusal(
    _ entries: [[UInt8]], _ text: String, kind: FailureKind = .integrity,
    location: SourceLocation = #_sourceLocation
  ) async throws {
    let path = try directory.write(entries.flatMap { $0 }, to: "bundle.tar")
    let error = await #expect(throws: FetchError.self, sourceLocation: location) {
      try await cache.importBundle(from: .file(path))
    }
    #expect(error?.kind == kind, sourceLocation: location)
    let description = error?.description ?? ""
    #expect(description.contains(text), "\(description)", sourceLocation: location)
    #expect(description.contains(path), sourceLocation: location)
    #expect(files(below: directory.path) == ["bundle.tar"], sourceLocation: location)
  }

  func expectRefusal(
    manifest: JSONValue, _ text: String, location: SourceLocation = #_sourceLocation
  ) async throws {
    try await expectRefusal(
      [entry("manifest.json", manifest), entry(blob, content), end], text, location: location)
  }

  @Test func `this test's own bundle is good`() async throws {
    let bytes = [entry("manifest.json", manifest()), entry(blob, content), end].flatMap { $0 }
    let path = try directory.write(bytes, to: "bundle.tar")
    #expect(try await cache.importBundle(from: .file(path)).files.count == 1)
  }

  @Test(arguments: [
    "..", ".", "", "a/b", "/etc", "../../outside", "a\u{0}b", "a\nb", ".hidden",
    String(repeating: "x", count: 201),
  ])
  func `names that leave their directory`(name: String) async throws {
    try await expectRefusal(manifest: manifest(model: name), "cannot be a file's name")
    try await expectRefusal(manifest: manifest(file: name), "cannot be a file's name")
  }

  @Test func `a manifest that is malformed`() async throws {
    try await expectRefusal(manifest: [], "without a list of files")
    try await expectRefusal(manifest: ["schema": 1, "files": [1]], "file 0 is malformed")
    try await expectRefusal(manifest: manifest(sha256: "../../x"), "file 0 is malformed")
    try await expectRefusal(manifest: manifest(size: -1), "file 0 is malformed")
    try await expectRefusal(manifest: manifest(size: .integer(.max)), "file 0 is malformed")
    try await expectRefusal(manifest: manifest(size: 1.5), "file 0 is malformed")
    try await expectRefusal(manifest: manifest(source: "me"), "file 0 is malformed")
    try await expectRefusal(manifest: manifest(schema: 2), "does not know")
    let file = try #require(manifest()["files"]?.array?.first)
    try await expectRefusal(
      manifest: ["schema": 1, "files": [file, file]], "contradicts itself about m/m.pt")
  }

  @Test func `no manifest at the start`() async throws {
    try await expectRefusal([entry(blob, content), end], "no manifest.json at its start")
    try await expectRefusal([end], "no manifest.json at its start")
    try await expectRefusal([], "no manifest.json at its start")
  }

  @Test(arguments: [
    "../outside", "/tmp/zoo-outside", "blobs/sha256/../../../outside", "models/m/m.pt", "other",
  ])
  func `files that the manifest does not list`(name: String) async throws {
    try await expectRefusal(
      [entry("manifest.json", manifest()), entry(name, content), end],
      "'\(name)', which its manifest does not list")
    // The same through a pax header.
    let path = entry("pax", PaxRecords.encode("path", name), kind: "x")
    try await expectRefusal(
      [entry("manifest.json", manifest()), path, entry(blob, content), end],
      "'\(name)', which its manifest does not list")
  }

  @Test(arguments: ["1", "2", "3", "4", "6", "7", "L", "S"])
  func `links, devices, pipes and what nobody knows`(kind: String) async throws {
    try await expectRefusal(
      [entry("manifest.json", manifest()), entry(blob, [], kind: kind), end],
      "neither a file nor a directory")
  }

  @Test func `a content of another size, another content, a content twice, one too few`()
    async throws
  {
    let start = entry("manifest.json", manifest())
    try await expectRefusal(
      [start, entry(blob, content + [0]), end], "3001 bytes in place of 3000")
    try await expectRefusal([start, entry(blob, content.reversed()), end], "damaged")
    try await expectRefusal(
      [start, entry(blob, content), entry(blob, content), end], "does not list")
    try await expectRefusal([start, end], "lacks 1 of the contents")
    try await expectRefusal([start], "lacks 1 of the contents")
  }

  @Test func `one damaged content keeps the others out`() async throws {
    let other = sampleBytes(500, seed: 9)
    let otherDigest = try sha256(other)
    var files = try #require(manifest()["files"]?.array)
    files += try #require(
      manifest(model: "n", file: "n.pt", sha256: otherDigest.hex, size: 500)["files"]?.array)
    try await expectRefusal(
      [
        entry("manifest.json", ["schema": 1, "files": .array(files)]), entry(blob, content),
        entry(BundleFile.name(of: otherDigest), other.reversed()), end,
      ], "damaged")
  }

  @Test func `cut at every block`() async throws {
    let whole = [entry("manifest.json", manifest()), entry(blob, content)].flatMap { $0 }
    for length in stride(from: 256, to: whole.count, by: 256) {
      let path = try directory.write(Array(whole.prefix(length)), to: "bundle.tar")
      let error = await #expect(throws: FetchError.self) {
        try await cache.importBundle(from: .file(path))
      }
      // What fills up the last block may be missing.
      #expect(error?.kind == .integrity, "\(length)")
      #expect(files(below: directory.path) == ["bundle.tar"])
    }
  }

  @Test func `headers that are damaged`() async throws {
    for offset in [0, 100, 124, 148, 156, 257, 400] {
      var header = entry("manifest.json", manifest())
      header[offset] ^= 0x55
      try await expectRefusal([header, end], "a header with")
    }
    let pax = [" ", "0 a=b\n", "99 a=b\n", "6 a=b", "x a=b\n", "-6 a=b\n", "6 aab\n"]
    for records in pax {
      try await expectRefusal(
        [entry("pax", Array(records.utf8), kind: "x"), end], "malformed pax header")
    }
    for size in ["-1", "x", "9223372036854775807"] {
      try await expectRefusal(
        [
          entry("pax", PaxRecords.encode("size", size), kind: "x"),
          entry("manifest.json", manifest()), end,
        ], "malformed pax header")
    }
  }

  @Test func `a manifest that would fill the memory`() async throws {
    try await expectRefusal(
      [TarHeader(name: "manifest.json", size: 1 << 32).bytes], "at most")
    try await expectRefusal(
      [TarHeader(name: "x", size: 1 << 32, kind: .extended).bytes], "at most")
  }

  @Test func `more than the disk has room for`() async throws {
    let huge = manifest(size: .integer(1 << 39))
    let path = try directory.write(
      [entry("manifest.json", huge)].flatMap { $0 }, to: "bundle.tar")
    let error = await #expect(throws: FetchError.self) {
      try await cache.importBundle(from: .file(path))
    }
    #expect(error?.kind == .disk)
    #expect(error?.expected == "\(1 << 39) free bytes")
    #expect(files(below: directory.path) == ["bundle.tar"])
  }

  @Test(arguments: 1...40)
  func `bytes changed at random`(seed: Int) async throws {
    var bytes = [entry("manifest.json", manifest()), entry(blob, content), end].flatMap { $0 }
    var state = UInt64(seed)
    for _ in 0..<3 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes[Int(state >> 33) % 1536] = UInt8(truncatingIfNeeded: state >> 24)
    }
    let path = try directory.write(bytes, to: "bundle.tar")
    do {
      _ = try await cache.importBundle(from: .file(path))
      #expect(contents(of: cache.path(of: digest)) == content)
    } catch let error as FetchError {
      #expect(error.kind == .integrity || error.kind == .disk)
      #expect(files(below: directory.path) == ["bundle.tar"])
    }
  }
}

/// The end of an archive.
private let end = [UInt8](repeating: 0, count: 1024)

private func entry(_ name: String, _ json: JSONValue) -> [UInt8] {
  entry(name, Array(json.serialized().utf8))
}

/// An entry of an archive, of any kind.
private func entry(_ name: String, _ content: [UInt8], kind: String = "0") -> [UInt8] {
  var header = TarHeader(name: name, size: content.count).bytes
  header[156] = Array(kind.utf8)[0]
  header.replaceSubrange(148..<156, with: Array("        ".utf8))
  let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
  let digits = String(repeating: "0", count: 6 - sum.count) + sum
  header.replaceSubrange(148..<156, with: Array("\(digits)\0 ".utf8))
  let padding = (512 - content.count % 512) % 512
  return header + content + [UInt8](repeating: 0, count: padding)
}
