import Foundation
import Testing
import ZooCore

@testable import ZooFetch

/// A local file without a SHA-256 is looked at each time: the cache is no reason to go on with an old
/// one.
@Suite struct ChangedSourceTests {
  let directory: TemporaryDirectory
  let cache: Cache
  let old = sampleBytes(50_000, seed: 1)
  /// Of the same size.
  let new = sampleBytes(50_000, seed: 2)
  let source: String
  var request: FileRequest

  init() throws {
    directory = try TemporaryDirectory()
    cache = try Cache(root: directory.path + "/cache")
    source = try directory.write(old, to: "source ü%.pt")
    request = FileRequest(model: "m", file: "m.pt", urls: [fileURL(source)], sha256: nil)
  }

  func fetch(
    _ policy: FetchPolicy = .online, transport: any Transport = CurlTransport()
  ) async throws -> FetchedFile {
    try await Fetcher(cache: cache, transport: transport, policy: policy).fetch(request)
  }

  func write(_ bytes: [UInt8], secondsAgo: Int = 0) throws {
    // In place, as an editor or `cp` does it.
    let file = try FileHandle(forWritingTo: URL(filePath: source))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(bytes))
    try file.close()
    if secondsAgo > 0 { setAge(secondsAgo) }
  }

  func setAge(_ seconds: Int) {
    FileSystem.setModificationTime(
      of: source, to: FileSystem.now() - seconds * 1_000_000_000)
  }

  func pin() throws -> Pin { try #require(try cache.pin(of: request)) }

  @Test(arguments: [FetchPolicy.online, .offline])
  func `what is written anew is used`(policy: FetchPolicy) async throws {
    let first = try await fetch()
    #expect(contents(of: first.path) == old)
    for content in [new, old, Array(new.dropLast()), new] {
      try write(content)
      #expect(!Fetcher(cache: cache).isCached(request))
      let file = try await fetch(policy)
      #expect(contents(of: file.path) == content)
      #expect(!file.wasCached)
      #expect(file.link.map { contents(of: $0) } == content)
      #expect(Fetcher(cache: cache).isCached(request))
      #expect(try await fetch(.offline, transport: NoTransport()).wasCached)
    }
    #expect(files(below: cache.root + "/partial") == [])
  }

  @Test func `size and time are enough for a file that stays as it is`() async throws {
    setAge(100)
    _ = try await fetch()
    let identity = try OpenFile(reading: source).identity()
    #expect(try pin().origin == identity)
    #expect(try await fetch(transport: NoTransport()).wasCached)
    // Of equal size and time: nobody would hash all files each time.
    try write(new)
    FileSystem.setModificationTime(of: source, to: identity.modifiedNanoseconds)
    #expect(try await fetch(transport: NoTransport()).wasCached)
  }

  @Test func `a file written just now is known by its digest`() async throws {
    // On a machine that is slow, minutes may pass until it is fetched.
    setAge(-100_000)
    _ = try await fetch()
    #expect(try pin().origin == nil, "it may change within the step of its time")
    setAge(100)
    #expect(try await fetch(transport: NoTransport()).wasCached)
    #expect(try pin().origin == OpenFile(reading: source).identity(), "remembered from now on")
    #expect(try pin().url == fileURL(source))
  }

  @Test func `another time alone is no change`() async throws {
    setAge(100)
    let file = try await fetch()
    setAge(50)
    #expect(try await fetch(transport: NoTransport()).path == file.path)
    #expect(try pin().origin == OpenFile(reading: source).identity())
  }

  @Test(arguments: ["", "directory", "unreadable"])
  func `without its source the cached file is used`(inPlace: String) async throws {
    let file = try await fetch()
    try FileManager.default.removeItem(atPath: source)
    switch inPlace {
    case "directory":
      try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
    case "unreadable":
      try FileManager.default.createSymbolicLink(atPath: source, withDestinationPath: "nowhere")
    default: break
    }
    for policy in [FetchPolicy.online, .offline] {
      #expect(try await fetch(policy, transport: NoTransport()).path == file.path)
    }
    #expect(try await cache.verifiedFile(for: request) != nil)
  }

  @Test func `a check tells that the cache is behind, and changes nothing`() async throws {
    _ = try await fetch()
    try write(new)
    let before = files(below: cache.root)
    let error = try #require(
      await #expect(throws: FetchError.self) { try await cache.verifiedFile(for: request) })
    #expect(error.kind == .offline)
    #expect("\(error)".hasPrefix("m.pt of m: \(fileURL(source)) has changed since it was cached"))
    #expect(files(below: cache.root) == before)
    #expect(Fetcher(cache: cache).hasChangedSource(request))
    #expect(Fetcher(cache: cache).hasCopy(request))
  }

  @Test mutating func `a file with a SHA-256 is what that says`() async throws {
    request.sha256 = try sha256(old)
    let file = try await fetch()
    try write(new)
    #expect(try await fetch(transport: NoTransport()).path == file.path)
  }

  @Test mutating func `the same content at another place is the same file`() async throws {
    let file = try await fetch()
    request.urls = [fileURL(try directory.write(old, to: "moved.pt"))]
    #expect(try await fetch(transport: NoTransport()).path == file.path)
    request.urls = [fileURL(try directory.write(new, to: "other.pt"))]
    #expect(contents(of: try await fetch().path) == new)
  }

  @Test mutating func `a local mirror behind the source is none`() async throws {
    let remote = "https://example.org/m.pt"
    request.urls = [remote, fileURL(source)]
    let stock = try Stock()
    let cached = try stock.put(new, "m", "m.pt")
    try stock.cache.setPin(
      try #require(cached.sha256), .pinned, url: remote, of: request)
    let fetcher = Fetcher(cache: stock.cache, transport: NoTransport())
    #expect(contents(of: try await fetcher.fetch(request).path) == new)
    // Unless it was the mirror that the file came from.
    try stock.cache.setPin(
      try #require(cached.sha256), .pinned, url: fileURL(source), of: request)
    #expect(fetcher.hasChangedSource(request))
  }

  @Test func `the pin of a read-only cache gives way`() async throws {
    let first = try await fetch()
    let own = try Cache(root: directory.path + "/own", extras: [cache.root])
    let before = files(below: cache.root)
    let fetcher = Fetcher(cache: own)
    #expect(try await fetcher.fetch(request).path == first.path)
    try write(new)
    #expect(contents(of: try await fetcher.fetch(request).path) == new)
    #expect(try await fetcher.fetch(request).wasCached)
    #expect(files(below: cache.root) == before)
  }

  @Test func `what was left of the old file is not taken for the new one`() async throws {
    struct Interruption: Error {}
    var fetcher = Fetcher(cache: cache)
    fetcher.contentCheck = { _, _ in throw Interruption() }
    let interrupted = fetcher
    await #expect(throws: Interruption.self) { try await interrupted.fetch(request) }
    #expect(files(below: cache.root + "/partial") != [], "all of it came")
    try write(new)
    #expect(contents(of: try await fetch().path) == new)
    #expect(files(below: cache.root + "/partial") == [])
  }

  @Test func `a file that changes while it is copied is an error`() async throws {
    var fetcher = Fetcher(cache: cache)
    let (source, new) = (source, new)
    fetcher.contentCheck = { _, _ in
      try Data(new).write(to: URL(filePath: source))
      return nil
    }
    let disturbed = fetcher
    let error = try #require(
      await #expect(throws: FetchError.self) { try await disturbed.fetch(request) })
    #expect("\(error)".contains("changes while it is fetched"))
    #expect(files(below: cache.root + "/pins") == [])
    #expect(contents(of: try await fetch().path) == new)
  }

  @Test(arguments: [
    ("file:///a/b%20c.pt", "/a/b c.pt"), ("file://localhost/a", "/a"),
    ("file:///%C3%BC?x#y", "/ü"), ("file://host/a", nil), ("https://a/b", nil),
    ("file:///a%0", nil), ("file:///a%00b", nil), ("file:///a%zz", nil), ("", nil),
  ])
  func `paths of file URLs`(url: String, path: String?) {
    #expect(LocalURL.path(of: url) == path)
  }
}
