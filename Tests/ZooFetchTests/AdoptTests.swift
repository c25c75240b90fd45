import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct AdoptTests {
  let directory: TemporaryDirectory
  let cache: Cache
  let weights = sampleBytes(40_000, seed: 5)
  let wanted: [Adoptable]

  init() throws {
    directory = try TemporaryDirectory()
    cache = try Cache(root: directory.path + "/cache")
    wanted = [
      Adoptable(
        request: FileRequest(
          model: "m", file: "m.pt", urls: [], sha256: try sha256(weights), size: 40_000)),
      Adoptable(
        request: FileRequest(
          model: "n", file: "n.pt", urls: [], sha256: try sha256(sampleBytes(700, seed: 6))),
        estimatedSize: 700),
      Adoptable(request: FileRequest(model: "n", file: "n.head.pt", urls: [], sha256: nil)),
    ]
  }

  func adopt(hardLinking: Bool = false, dryRun: Bool = false) async throws -> Adoption {
    try await cache.adoptFiles(
      in: directory.path + "/models", wanted: wanted, hardLinking: hardLinking, dryRun: dryRun)
  }

  @Test func `files are known by content, whatever they are called`() async throws {
    let source = try directory.write(weights, to: "models/deep/er/anything.bin")
    try directory.write(sampleBytes(40_000, seed: 7), to: "models/same size.pt")
    let adoption = try await adopt()
    #expect(adoption.files.map(\.source) == [source])
    #expect(adoption.files.map { $0.names.map(\.description) } == [["m/m.pt"]])
    let file = try #require(try await cache.verifiedFile(for: wanted[0].request))
    #expect(contents(of: file.path) == weights)
    #expect(contents(of: source) == weights)
    #expect(file.link.flatMap(contents) == weights)
    #expect(files(below: cache.root + "/partial") == [])
    let again = try await adopt()
    #expect(again.files.isEmpty)
    #expect(again.alreadyCached.map(\.file) == ["m.pt"])
  }

  @Test func `a copy is a file of its own`() async throws {
    let source = try directory.write(weights, to: "models/m.pt")
    let method = try #require(try await adopt().files.first?.method)
    #expect(method == .copy || method == .reflink)
    try FilledCache.corrupt(source, keepingTime: false)
    #expect(contents(of: cache.path(of: try sha256(weights))) == weights)
  }

  @Test func `a hard link is the same file, and a change of it is seen`() async throws {
    let source = try directory.write(weights, to: "models/m.pt")
    let method = try #require(try await adopt(hardLinking: true).files.first?.method)
    guard method == .hardLink else { return }
    let blob = cache.path(of: try sha256(weights))
    #expect(FileStatus(at: blob)?.identifier == FileStatus(at: source)?.identifier)
    #expect(FileManager.default.isWritableFile(atPath: source))
    try FilledCache.corrupt(source, keepingTime: false)
    let error = await #expect(throws: FetchError.self) {
      try await cache.verifiedFile(for: wanted[0].request)
    }
    #expect(error?.path == blob)
  }

  @Test func `a cache of Hugging Face`() async throws {
    let hex = try sha256(weights).hex
    try directory.write(weights, to: "models/models--x--m/blobs/\(hex)")
    let wrong = String(repeating: "b", count: 64)
    try directory.write(sampleBytes(700, seed: 8), to: "models/models--x--m/blobs/\(wrong)")
    let snapshot = directory.path + "/models/models--x--m/snapshots/1"
    try FileManager.default.createDirectory(atPath: snapshot, withIntermediateDirectories: true)
    for (name, blob) in [("m.pt", hex), ("n.pt", wrong)] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(snapshot)/\(name)", withDestinationPath: "../../blobs/\(blob)")
    }
    let adoption = try await adopt()
    #expect(adoption.files.flatMap(\.names).map(\.description) == ["m/m.pt"])
    #expect(FileStatus(at: cache.path(of: try sha256(weights)))?.kind == .file)
  }

  @Test func `a blob whose name lies`() async throws {
    let hex = try sha256(weights).hex
    try directory.write(weights.reversed(), to: "models/\(hex)")
    #expect(try await adopt().files.isEmpty)
    #expect(files(below: cache.root) == [])
  }

  @Test func `looking only`() async throws {
    try directory.write(weights, to: "models/m.pt")
    let adoption = try await adopt(dryRun: true)
    #expect(adoption.files.map(\.size) == [40_000])
    #expect(adoption.files.map(\.method) == [nil])
    #expect(files(below: cache.root) == [])
  }

  @Test func `loops and links to nowhere`() async throws {
    try directory.write(weights, to: "models/a/m.pt")
    for (name, target) in [("a/up", ".."), ("self", "self"), ("gone", "nowhere")] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.path + "/models/" + name, withDestinationPath: target)
    }
    #expect(try await adopt().files.count == 1)
  }

  @Test func `a directory that is not there`() async throws {
    let error = await #expect(throws: FetchError.self) { try await adopt() }
    #expect(error?.description.contains("\(directory.path)/models is not a directory") == true)
  }
}
