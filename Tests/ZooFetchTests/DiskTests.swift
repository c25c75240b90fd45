import Foundation
import Testing

@testable import ZooFetch

@Suite struct DiskTests {
  let directory: TemporaryDirectory
  let request: FileRequest

  init() throws {
    directory = try TemporaryDirectory()
    let source = try directory.write(sampleBytes(300_000), to: "source")
    request = FileRequest(
      model: "tiny", file: "tiny.pt", urls: [fileURL(source)],
      sha256: try sha256(sampleBytes(300_000)), size: 300_000)
  }

  func failure(cache root: String) async throws -> FetchError {
    let fetcher = Fetcher(cache: try Cache(root: root))
    let error = try #require(
      await #expect(throws: FetchError.self) { try await fetcher.fetch(request) })
    #expect(error.kind == .disk)
    #expect(error.path?.hasPrefix(root) == true)
    #expect(error.description.contains("ZOO_CACHE"))
    return error
  }

  @Test func `the cache is a file`() async throws {
    let error = try await failure(cache: try directory.write([1], to: "file"))
    #expect(error.description.contains("Not a directory"))
  }

  @Test func `the cache is below a file`() async throws {
    let file = try directory.write([1], to: "file")
    #expect(try await failure(cache: file + "/below/it").description.contains("Not a directory"))
  }

  @Test func `the cache is a link to nowhere`() async throws {
    let link = directory.path + "/link"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: directory.path + "/nowhere")
    _ = try await failure(cache: link)
  }

  @Test func `a directory of the cache is a file`() async throws {
    for name in ["partial", "blobs"] {
      let root = directory.path + "/cache of \(name)"
      try directory.write([1], to: "cache of \(name)/\(name)")
      let error = try await failure(cache: root)
      #expect(error.path?.contains(name) == true)
    }
  }

  #if os(Linux)
    @Test func `a place that nobody can write to`() async throws {
      _ = try await failure(cache: "/proc/zoo")
    }

    @Test func `a full disk`() async throws {
      let full = try OpenFile("/dev/full", flags: O_RDWR, action: "open")
      let error = #expect(throws: FetchError.self) { try full.put([1].span.bytes, at: 0) }
      #expect(error?.kind == .disk)
      #expect(error?.path == "/dev/full")
      #expect(error?.description.contains("No space left on device; free some space") == true)
    }
  #endif

  @Test func `a blob that is a directory`() async throws {
    let root = directory.path + "/cache"
    let cache = try Cache(root: root)
    let blob = cache.path(of: try #require(request.sha256))
    try FileManager.default.createDirectory(atPath: blob, withIntermediateDirectories: true)
    let error = try await failure(cache: root)
    #expect(error.path == blob)
    #expect(error.description.contains("is a directory, not a file"))
  }

  @Test func `a blob that is a link to nowhere is replaced`() async throws {
    let cache = try Cache(root: directory.path + "/cache")
    let blob = cache.path(of: try #require(request.sha256))
    try FileManager.default.createDirectory(
      atPath: FileSystem.directory(of: blob), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: blob, withDestinationPath: "nowhere")
    let file = try await Fetcher(cache: cache).fetch(request)
    #expect(contents(of: file.path)?.count == 300_000)
  }

  @Test func `a link for people that cannot be made is no failure`() async throws {
    try directory.write([1], to: "cache/models")
    let cache = try Cache(root: directory.path + "/cache")
    let file = try await Fetcher(cache: cache).fetch(request)
    #expect(contents(of: file.path)?.count == 300_000)
  }

  @Test func `a limit on the size of files`() async throws {
    await #expect(processExitsWith: .success) {
      let test = try DiskTests()
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      #if canImport(Darwin)
        try #require(setrlimit(RLIMIT_FSIZE, &limit) == 0)
      #else
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #endif
      let root = test.directory.path + "/cache"
      let error = try await test.failure(cache: root)
      try #require(error.description.contains("free some space"))
      try #require(files(below: root) == [])
    }
  }
}
