import Foundation
import Testing

@testable import ZooFetch

@Suite struct BundleTests {
  let stock: Stock
  let requests: [FileRequest]
  let bundle: String

  init() throws {
    stock = try Stock()
    let (weightsA, headA, weightsB) = try stock.fill()
    requests = [weightsB, weightsA, headA]
    bundle = stock.directory.path + "/bundle.tar"
  }

  func export(registry: String? = nil) async throws -> [BundleFile] {
    try await stock.cache.exportBundle(requests, registry: registry, to: .file(bundle))
  }

  func emptyCache() throws -> Cache {
    try Cache(root: stock.directory.path + "/other \(UUID().uuidString)")
  }

  @Test func `a bundle carries files, pins and the registry's text`() async throws {
    let exported = try await export(registry: "{}\n")
    #expect(exported.map { "\($0.model)/\($0.file)" } == ["a/a-x.head.pt", "a/a.pt", "b/b.pt"])
    #expect(exported.map(\.checksumSource) == [.pinned, .registry, .registry])
    let cache = try emptyCache()
    let progress = Bytes()
    let imported = try await cache.importBundle(from: .file(bundle)) { progress.add($0) }
    #expect(imported.files == exported)
    #expect(imported.registry == "{}\n")
    #expect(progress.isSteady && progress.last == 82_000)
    let fetcher = Fetcher(cache: cache, transport: NoTransport(), policy: .offline)
    for request in requests {
      let file = try await fetcher.fetch(request)
      #expect(contents(of: file.path) == contents(of: try stock.path(of: request)))
      #expect(file.link.map { contents(of: $0)?.count } == request.size)
    }
    #expect(files(below: cache.root + "/partial") == [])
    #expect(files(below: cache.root + "/stamps").count == 3)
  }

  @Test func `every tar can read it`() async throws {
    _ = try await export(registry: "{}\n")
    let directory = stock.directory.path + "/unpacked"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    #expect(try run("tar", "-xf", bundle, "-C", directory) == 0)
    let blobs = try requests.map {
      String(try stock.path(of: $0).dropFirst(stock.cache.root.count + 1))
    }
    #expect(files(below: directory) == (blobs + ["manifest.json", "registry.json"]).sorted())
    for blob in blobs {
      #expect(contents(of: "\(directory)/\(blob)") == contents(of: "\(stock.cache.root)/\(blob)"))
    }
  }

  @Test func `what tar has packed again is still a bundle`() async throws {
    _ = try await export()
    let directory = stock.directory.path + "/unpacked"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    #expect(try run("tar", "-xf", bundle, "-C", directory) == 0)
    for format in ["ustar", "pax"] {
      let again = stock.directory.path + "/again.tar"
      #expect(
        try run(
          "tar", "--format", format, "-cf", again, "-C", directory, "./manifest.json", "./blobs")
          == 0)
      #expect(try await emptyCache().importBundle(from: .file(again)).files.count == 3)
    }
  }

  @Test func `the same files make the same bundle`() async throws {
    _ = try await export()
    let first = contents(of: bundle)
    let other = stock.directory.path + "/other.tar"
    _ = try await stock.cache.exportBundle(requests.reversed(), to: .file(other))
    #expect(contents(of: other) == first)
  }

  @Test func `a content that two files share is there once`() async throws {
    let digest = try #require(requests[0].sha256)
    let twin = FileRequest(model: "c", file: "c.pt", urls: [], sha256: digest)
    let files = try await stock.cache.exportBundle([requests[0], twin], to: .file(bundle))
    #expect(files.count == 2)
    #expect(try #require(contents(of: bundle)).count < 2 * 30_000)
    let cache = try emptyCache()
    _ = try await cache.importBundle(from: .file(bundle))
    #expect(try cache.inventory().links.map(\.name.file) == ["b.pt", "c.pt"])
  }

  @Test func `importing twice changes nothing`() async throws {
    _ = try await export()
    let cache = try emptyCache()
    _ = try await cache.importBundle(from: .file(bundle))
    let before = files(below: cache.root)
    _ = try await cache.importBundle(from: .file(bundle))
    #expect(files(below: cache.root) == before)
  }

  @Test func `importing heals a damaged file`() async throws {
    _ = try await export()
    let path = try stock.path(of: requests[0])
    try FilledCache.corrupt(path, keepingTime: false)
    _ = try await stock.cache.importBundle(from: .file(bundle))
    #expect(contents(of: path) == sampleBytes(30_000, seed: 3))
  }

  @Test func `only what is there and intact is exported`() async throws {
    try FilledCache.corrupt(try stock.path(of: requests[0]), keepingTime: true)
    var error = await #expect(throws: FetchError.self) { try await export() }
    #expect(error?.kind == .integrity)
    FileSystem.remove(try stock.path(of: requests[0]))
    error = await #expect(throws: FetchError.self) { try await export() }
    #expect(error?.kind == .offline)
    #expect(error?.description.hasPrefix("b.pt of b: not in the cache") == true)
    #expect(files(below: stock.directory.path).filter { $0.hasPrefix("bundle") } == [])
  }

  @Test func `an older bundle stays if a new one cannot be made`() async throws {
    try stock.directory.write([1, 2, 3], to: "bundle.tar")
    try FilledCache.corrupt(try stock.path(of: requests[0]), keepingTime: true)
    await #expect(throws: FetchError.self) { try await export() }
    #expect(contents(of: bundle) == [1, 2, 3])
  }

  @Test func `a place that cannot be written`() async throws {
    let error = await #expect(throws: FetchError.self) {
      try await stock.cache.exportBundle(requests, to: .file("/nonexistent/bundle.tar"))
    }
    #expect(error?.kind == .disk)
    #expect(error?.description.contains("/nonexistent/bundle.tar") == true)
  }

  @Test func `a bundle that is not there`() async throws {
    let error = await #expect(throws: FetchError.self) {
      try await emptyCache().importBundle(from: .file("/nonexistent/bundle.tar"))
    }
    #expect(error?.kind == .other)
    #expect(error?.description.contains("/nonexistent/bundle.tar") == true)
  }

  @Test func `what was trusted before is not changed by a bundle`() async throws {
    _ = try await export()
    let other = try Stock()
    try other.put([1, 2, 3], "a", "a-x.head.pt", source: .pinned)
    let before = other.names
    let error = await #expect(throws: FetchError.self) {
      try await other.cache.importBundle(from: .file(bundle))
    }
    #expect(error?.kind == .integrity)
    #expect(error?.description.contains("pins/a/a-x.head.pt") == true)
    #expect(other.names == before)
  }

  @Test func `a limit on the size of files leaves nothing behind`() async throws {
    await #expect(processExitsWith: .success) {
      let test = try BundleTests()
      _ = try await test.export()
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 40_000, rlim_max: 40_000)
      #if canImport(Darwin)
        try #require(setrlimit(RLIMIT_FSIZE, &limit) == 0)
      #else
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #endif
      let cache = try test.emptyCache()
      var error = await #expect(throws: FetchError.self) {
        try await cache.importBundle(from: .file(test.bundle))
      }
      try #require(error?.kind == .disk)
      try #require(files(below: cache.root) == [])
      let again = test.stock.directory.path + "/again.tar"
      error = await #expect(throws: FetchError.self) {
        try await test.stock.cache.exportBundle(test.requests, to: .file(again))
      }
      try #require(error?.kind == .disk)
      let leavings = files(below: test.stock.directory.path).filter { $0.hasPrefix("again") }
      try #require(leavings == [])
    }
  }

  @Test func `cancelling leaves nothing behind`() async throws {
    _ = try await export()
    let cache = try emptyCache()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cache.importBundle(from: .file(bundle))
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(files(below: cache.root) == [])
  }
}

/// Collects progress.
private final class Bytes: @unchecked Sendable {
  private let lock = NSLock()
  private var counts: [Int] = []

  func add(_ progress: FetchProgress) { lock.withLock { counts.append(progress.bytesReceived) } }

  var last: Int? { lock.withLock { counts.last } }

  var isSteady: Bool { lock.withLock { zip(counts, counts.dropFirst()).allSatisfy { $0 <= $1 } } }
}

/// Runs a program to its end; its status.
func run(_ arguments: String...) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}
