import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct TrustTests {
  @Test func `a file without a SHA-256 is pinned, and a later change is reported`() async throws {
    var scene = try Scene()
    scene.request.sha256 = nil
    scene.request.size = nil
    let file = try await scene.fetcher.fetch(scene.request)
    #expect(file.checksumSource == .pinned)
    #expect(file.sha256 == (try sha256(scene.bytes)))

    let offline = Fetcher(cache: scene.cache, transport: NoTransport(), policy: .offline)
    #expect(try await offline.fetch(scene.request).checksumSource == .pinned)

    let changed = sampleBytes(100_000, seed: 2)
    try scene.server.files.write(changed, to: "weights.bin")
    try FileManager.default.removeItem(atPath: file.path)
    let error = try await scene.failure()
    let pin = scene.cache.pinPath(of: scene.request, in: scene.cache.root)
    #expect(error.kind == .integrity)
    #expect(error.expected == file.sha256.hex)
    #expect(error.found == (try sha256(changed)).hex)
    #expect(error.description.contains("has changed on the server"))
    #expect(error.description.contains(pin))
    #expect(files(below: scene.cache.root + "/blobs") == [])

    try FileManager.default.removeItem(atPath: pin)
    #expect(try await contents(of: scene.fetcher.fetch(scene.request).path) == changed)
  }

  @Test func `what the server states on a redirect is expected`() async throws {
    var scene = try Scene()
    let digest = try sha256(scene.bytes)
    scene.request.sha256 = nil
    scene.request.urls = [scene.server.url("hub/weights.bin?tag=\(digest)")]
    let file = try await scene.fetcher.fetch(scene.request)
    #expect(file.checksumSource == .serverStated)
    #expect(file.sha256 == digest)
    #expect(try await scene.fetcher.fetch(scene.request).checksumSource == .serverStated)
  }

  @Test func `content that is not what the server states is refused`() async throws {
    var scene = try Scene()
    let stated = try sha256([3])
    scene.request.sha256 = nil
    scene.request.urls = [scene.server.url("hub/weights.bin?tag=\(stated)")]
    let error = try await scene.failure()
    #expect(error.kind == .integrity)
    #expect(error.expected == stated.hex)
    #expect(error.found == (try sha256(scene.bytes)).hex)
    #expect(scene.isEmpty)
  }

  @Test func `a server that states another SHA-256 than the registry is refused early`()
    async throws
  {
    var scene = try Scene()
    let stated = try sha256([4])
    scene.request.urls = [scene.server.url("hub/weights.bin?tag=\(stated)")]
    let seen = ProgressLog()
    let (fetcher, request) = (scene.fetcher, scene.request)
    let error = await #expect(throws: FetchError.self) {
      try await fetcher.fetch(request) { seen.append($0) }
    }
    #expect(error?.kind == .integrity)
    #expect(error?.found == stated.hex)
    #expect(seen.phases == [.connecting], "before any content came")
    #expect(scene.isEmpty)
  }

  @Test func `a tag that is no SHA-256 is passed over`() async throws {
    var scene = try Scene()
    scene.request.sha256 = nil
    scene.request.urls = [scene.server.url("hub/weights.bin?tag=0123456789abcdef")]
    #expect(try await scene.fetcher.fetch(scene.request).checksumSource == .pinned)
  }

  @Test func `a pin in an extra cache counts`() async throws {
    var scene = try Scene()
    scene.request.sha256 = nil
    let file = try await scene.fetcher.fetch(scene.request)
    let directory = try TemporaryDirectory()
    let cache = try Cache(root: directory.path, extras: [scene.cache.root])
    let fetcher = Fetcher(cache: cache, transport: NoTransport())
    #expect(try await fetcher.fetch(scene.request).path == file.path)
  }
}
