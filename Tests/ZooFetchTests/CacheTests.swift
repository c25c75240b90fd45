import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct CacheTests {
  @Test func `the environment says where the cache is`() throws {
    func root(_ environment: [String: String]) throws -> String {
      try Cache(environment: environment).root
    }
    #expect(try root(["ZOO_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/a")
    #expect(try root(["ZOO_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/b/zoo")
    #if canImport(Darwin)
      let standard = "/c/Library/Caches/zoo"
    #else
      let standard = "/c/.cache/zoo"
    #endif
    #expect(try root(["HOME": "/c"]) == standard)
    #expect(try root(["XDG_CACHE_HOME": "relative", "HOME": "/c"]) == standard)
    let current = FileManager.default.currentDirectoryPath
    #expect(try root(["ZOO_CACHE": "here//"]) == current + "/here")
  }

  @Test func `without a place for a cache only writing is an error`() async throws {
    let stock = try Stock()
    let (weights, head, _) = try stock.fill()
    // What the environment of a user without a home directory says.
    let cache = try Cache(environment: ["ZOO_CACHE_EXTRA": stock.cache.root], homeOfUser: nil)
    #expect(cache.root == "")
    let before = files(below: stock.cache.root)
    for policy in [FetchPolicy.offline, .online] {
      let fetcher = Fetcher(cache: cache, transport: NoTransport(), policy: policy)
      for request in [weights, head] {
        #expect(fetcher.isCached(request))
        let file = try await fetcher.fetch(request)
        #expect(try file.path == stock.path(of: request))
        #expect(file.link == nil)
        #expect(try await cache.verifiedFile(for: request) == file)
      }
    }
    #expect(try cache.inventory().blobs.count == 3)
    #expect(try await cache.verify().sound.count == 3)
    #expect(files(below: stock.cache.root) == before)
    #expect(cache.freeBytes == nil)

    let absent = FileRequest(
      model: "m", file: "m.pt", urls: ["https://example.org/m.pt"], sha256: try sha256([1]))
    func kind(_ work: () async throws -> Void) async -> FailureKind? {
      let error = await #expect(throws: FetchError.self) { try await work() }
      return error?.kind
    }
    let offline = Fetcher(cache: cache, transport: NoTransport(), policy: .offline)
    #expect(await kind { _ = try await offline.fetch(absent) } == .offline)
    let online = Fetcher(cache: cache, transport: NoTransport())
    let error = try #require(
      await #expect(throws: FetchError.self) { try await online.fetch(absent) })
    #expect(error.kind == .disk)
    #expect("\(error)".contains("no home directory; set ZOO_CACHE"))
    #expect(await kind { try cache.checkSpace(for: 1) } == .disk)
    #expect(await kind { _ = try cache.remove(models: ["a"]) } == .disk)
    #expect(await kind { _ = try cache.prune(PruneRules(maximumBytes: 0)) } == .disk)
    let bundle = stock.directory.path + "/bundle.tar"
    _ = try await cache.exportBundle([weights], to: .file(bundle))
    #expect(await kind { _ = try await cache.importBundle(from: .file(bundle)) } == .disk)
    #expect(files(below: stock.cache.root) == before)
  }

  @Test func `a cache that cannot be written is used as it is`() async throws {
    let stock = try Stock()
    let (weights, head, _) = try stock.fill()
    // Also root cannot write below a file.
    for name in ["stamps", "models", "partial"] {
      try FileManager.default.removeItem(atPath: stock.cache.root + "/" + name)
    }
    for name in ["stamps", "models", "partial"] {
      try stock.directory.write([1], to: "cache/" + name)
    }
    let before = files(below: stock.cache.root)
    let fetcher = Fetcher(cache: stock.cache, transport: NoTransport())
    for request in [weights, head] {
      let file = try await fetcher.fetch(request)
      #expect(file.wasCached)
      #expect(file.link == nil)
      #expect(try await stock.cache.verifiedFile(for: request) == file)
    }
    #expect(files(below: stock.cache.root) == before)
  }

  @Test func `extra caches are separated by colons`() throws {
    let cache = try Cache(environment: ["ZOO_CACHE": "/a", "ZOO_CACHE_EXTRA": "/b::/c d"])
    #expect(cache.extras == ["/b", "/c d"])
  }

  @Test func `a blob's path comes from its digest`() throws {
    let digest = try #require(SHA256Digest(hex: String(repeating: "ab12", count: 16)))
    let path = try Cache(root: "/zoo").path(of: digest)
    #expect(path == "/zoo/blobs/sha256/ab/\(digest.hex)")
  }

  @Test func `a stamped file is not hashed again, until it changes`() async throws {
    let scene = try FilledCache()
    let blob = scene.file.path
    try scene.corrupt(keepingTime: true)
    #expect(try scene.lookUp().path == blob, "the stamp vouches for it")

    let stamp = scene.cache.stampPath(of: scene.file.sha256, in: scene.cache.root)
    try FileManager.default.removeItem(atPath: stamp)
    let lookup = try scene.lookUp()
    #expect(lookup.path == nil)
    #expect(lookup.problems.map(\.kind) == [.integrity])
    #expect(!FileManager.default.fileExists(atPath: blob))
  }

  @Test func `damage shows in the time of the file`() throws {
    let scene = try FilledCache()
    try scene.corrupt(keepingTime: false)
    let problem = try #require(try scene.lookUp().problems.first)
    #expect(problem.expected == "SHA-256 \(scene.file.sha256)")
    #expect(problem.path == scene.file.path)
    #expect(problem.description.contains("damaged and has been removed"))
  }

  @Test(arguments: ["", "{", "{}", #"{"size": "1"}"#])
  func `a bad stamp costs a hash and is written anew`(text: String) throws {
    let scene = try FilledCache()
    let stamp = scene.cache.stampPath(of: scene.file.sha256, in: scene.cache.root)
    let good = contents(of: stamp)
    try Data(text.utf8).write(to: URL(fileURLWithPath: stamp))
    #expect(try scene.lookUp().path == scene.file.path)
    #expect(contents(of: stamp) == good)
  }

  @Test func `an extra cache is used and never written`() async throws {
    let extra = try FilledCache()
    let before = files(below: extra.cache.root)
    let directory = try TemporaryDirectory()
    let cache = try Cache(
      root: directory.path + "/own", extras: [directory.path + "/absent", extra.cache.root])
    let fetcher = Fetcher(cache: cache, transport: NoTransport(), policy: .offline)
    let file = try await fetcher.fetch(extra.request)
    #expect(file.path == extra.file.path)
    #expect(file.wasCached)
    #expect(files(below: extra.cache.root) == before)
    #expect(files(below: cache.root) == [], "its own stamp was enough")
  }

  @Test func `an extra cache that was copied gets its stamps in the own one`() async throws {
    let original = try FilledCache()
    let directory = try TemporaryDirectory()
    let copy = directory.path + "/copy"
    try FileManager.default.copyItem(atPath: original.cache.root, toPath: copy)
    let cache = try Cache(root: directory.path + "/own", extras: [copy])
    #expect(
      try original.lookUp(in: cache).path == cache.blobPath(of: original.file.sha256, in: copy))
    #expect(files(below: cache.root).map { $0.split(separator: "/").first } == ["stamps"])

    let blob = cache.blobPath(of: original.file.sha256, in: copy)
    try FilledCache.corrupt(blob, keepingTime: false)
    let lookup = try original.lookUp(in: cache)
    #expect(lookup.path == nil)
    #expect(lookup.problems.map(\.path) == [blob])
    #expect(FileManager.default.fileExists(atPath: blob), "it is not ours to remove")
  }

  @Test func `a pin that cannot be read is not passed over`() async throws {
    let scene = try FilledCache()
    var request = scene.request
    request.sha256 = nil
    let pin = scene.cache.pinPath(of: request, in: scene.cache.root)
    try scene.directory.write(Array("{}".utf8), to: "cache/pins/tiny/tiny.pt")
    let error = #expect(throws: FetchError.self) { try scene.cache.pin(of: request) }
    #expect(error?.kind == .integrity)
    #expect(error?.path == pin)
  }
}

/// A cache with one file, brought there through a `file` URL.
struct FilledCache {
  let directory: TemporaryDirectory
  let cache: Cache
  let request: FileRequest
  let file: FetchedFile

  init() throws {
    directory = try TemporaryDirectory()
    cache = try Cache(root: directory.path + "/cache")
    let bytes = sampleBytes(50_000)
    request = FileRequest(
      model: "tiny", file: "tiny.pt", urls: [], sha256: try sha256(bytes), size: bytes.count)
    let partial = try OpenFile(creating: directory.path + "/partial")
    try partial.append(bytes.span.bytes)
    let digest = try sha256(bytes)
    file = FetchedFile(
      path: try cache.adopt(partial, as: digest), sha256: digest, size: bytes.count,
      checksumSource: .registry, wasCached: false)
  }

  func lookUp(in cache: Cache? = nil) throws -> Cache.Lookup {
    try (cache ?? self.cache).lookup(file.sha256, cancellation: Cancellation())
  }

  func corrupt(keepingTime: Bool) throws {
    try FilledCache.corrupt(file.path, keepingTime: keepingTime)
  }

  /// Flips a byte in the middle of a file, in place.
  static func corrupt(_ path: String, keepingTime: Bool) throws {
    var status = stat()
    try #require(stat(path, &status) == 0)
    try #require(chmod(path, 0o644) == 0)
    var bytes = try #require(contents(of: path))
    bytes[bytes.count / 2] ^= 1
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
    #if canImport(Darwin)
      var modified = status.st_mtimespec
    #else
      var modified = status.st_mtim
    #endif
    if !keepingTime { modified.tv_sec += 1 }
    try #require(utimensat(AT_FDCWD, path, [modified, modified], 0) == 0)
  }

  /// Makes a file look newer.
  static func touch(_ path: String) throws {
    try #require(utimensat(AT_FDCWD, path, nil, 0) == 0)
  }
}
