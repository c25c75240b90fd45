import Foundation
import Testing
import ZooCore

@testable import ZooFetch

/// What a process left that ended in the middle, in whatever state.
@Suite struct ResumeTests {
  var scene: Scene
  let server: FaultyServer

  init() throws {
    scene = try Scene()
    server = try FaultyServer(scene.bytes) { $1 }
    scene.request.urls = [server.url]
  }

  /// The directory of a lease.
  func leaseDirectory(_ number: Int) -> String {
    scene.cache.partialDirectory(of: scene.request, in: scene.cache.root).path + "/\(number)"
  }

  /// Leaves a part as a process does that is killed.
  func leave(
    _ ranges: [Range<Int>], lease number: Int = 1, owner: Owner? = nil, data: [UInt8]? = nil,
    digest: SHA256Digest? = nil, entityTag: String = "\"one\""
  ) throws {
    let directory = leaseDirectory(number)
    let part = Lease.partDirectory(in: directory)
    try FileSystem.makeDirectory(part)
    var content = Journal.Content(
      size: scene.bytes.count, digest: digest ?? scene.request.sha256,
      origin: Origin(url: server.url, validator: Validator(entityTag: entityTag)))
    var bytes = [UInt8](repeating: 0, count: scene.bytes.count)
    for range in ranges {
      content.ranges.insert(range)
      bytes[range] = (data ?? scene.bytes)[range]
    }
    try Data(bytes).write(to: URL(fileURLWithPath: part + "/data"))
    _ = try Journal(at: Part.journalPath(in: part), content)
    let text = owner.map { $0.json.serialized() + "\n" } ?? ""
    try Data(text.utf8).write(to: URL(fileURLWithPath: Lease.ownerPath(in: directory)))
  }

  /// Fetches the file, which must come out right; how many bytes were sent for it.
  @discardableResult
  func resume(_ pacing: Pacing = .immediate, sha256: Bool = true) async throws -> Int {
    var request = scene.request
    if !sha256 { request.sha256 = nil }
    let before = server.sentBytes
    let file = try await scene.fetcher(pacing).fetch(request)
    #expect(contents(of: file.path) == scene.bytes)
    return server.sentBytes - before
  }

  static let dead = Owner(
    ProcessIdentity(
      host: "here", pid: ProcessIdentity.current.pid, start: ProcessIdentity.current.start - 1,
      boot: ProcessIdentity.current.boot, namespace: ProcessIdentity.current.namespace),
    isLocked: true)

  @Test(arguments: [Optional<Owner>.none, dead])
  func `what was given up or left by a dead process is taken over`(owner: Owner?) async throws {
    try leave([0..<30_000, 50_000..<60_000], owner: owner)
    #expect(try await resume() == 60_000)
    #expect(files(below: scene.cache.root + "/partial") == [])
  }

  @Test func `the larger part is taken, the others go`() async throws {
    try leave([0..<30_000])
    try leave([0..<70_000], lease: 2, owner: ResumeTests.dead)
    try leave([10_000..<20_000], lease: 3)
    #expect(try await resume() == 30_000)
    #expect(files(below: scene.cache.root + "/partial") == [])
  }

  @Test func `a part that lacks nothing needs no connection`() async throws {
    try leave([0..<100_000])
    #expect(try await resume() == 0)
    #expect(server.requests.isEmpty)
  }

  @Test func `a whole part is held to what the server stated`() async throws {
    var request = scene.request
    request.sha256 = nil
    try leave([0..<100_000])
    let file = try await scene.fetcher().fetch(request)
    #expect(file.checksumSource == .serverStated)
    #expect(server.requests.isEmpty)

    try FileManager.default.removeItem(atPath: scene.cache.root)
    try leave([0..<100_000], data: sampleBytes(100_000, seed: 5))
    #expect(contents(of: try await scene.fetcher().fetch(request).path) == scene.bytes)
  }

  @Test func `a journal that promises too much`() async throws {
    try leave([0..<90_000], data: sampleBytes(100_000, seed: 5))
    #expect(try await resume() == 110_000, "the digest tells, and all comes again")
  }

  @Test func `a part of another content`() async throws {
    try leave([0..<90_000], digest: try sha256([1]))
    #expect(try await resume() == 100_000)
  }

  @Test func `a part whose entity tag has changed`() async throws {
    try leave([0..<90_000], entityTag: "\"old\"")
    #expect(try await resume() >= 100_000)
  }

  @Test func `without a digest, the entity tag decides`() async throws {
    var test = self
    test.scene.request.sha256 = nil
    try test.leave([0..<90_000])
    #expect(try await test.resume(sha256: false) == 10_000)

    try FileManager.default.removeItem(atPath: scene.cache.root)
    try test.leave([0..<90_000], data: sampleBytes(100_000, seed: 5), entityTag: "\"old\"")
    #expect(try await test.resume(sha256: false) >= 100_000)
  }

  @Test(arguments: ["data", "journal"])
  func `a part that is not whole`(missing: String) async throws {
    try leave([0..<90_000])
    let part = Lease.partDirectory(in: leaseDirectory(1))
    try FileManager.default.removeItem(atPath: "\(part)/\(missing)")
    #expect(try await resume() == 100_000)
  }

  @Test func `data of another size`() async throws {
    try leave([0..<90_000])
    let part = Lease.partDirectory(in: leaseDirectory(1))
    try Data(scene.bytes.prefix(95_000)).write(to: URL(fileURLWithPath: part + "/data"))
    #expect(try await resume() == 100_000)
  }

  @Test func `any journal, cut off anywhere`() async throws {
    try leave([0..<30_000, 50_000..<60_000])
    let path = Part.journalPath(in: Lease.partDirectory(in: leaseDirectory(1)))
    let journal = try #require(contents(of: path))
    for count in stride(from: 0, to: journal.count, by: 13) {
      try FileManager.default.removeItem(atPath: scene.cache.root)
      try leave([0..<30_000, 50_000..<60_000])
      try Data(journal.prefix(count)).write(to: URL(fileURLWithPath: path))
      try await resume()
    }
  }

  @Test func `cancelled at any moment, and again`() async throws {
    let (fetcher, request) = (scene.fetcher { $0.segmentSize = 3000 }, scene.request)
    var isDone = false
    for _ in 0..<200 where !isDone {
      let task = Task { try await fetcher.fetch(request) }
      try await Task.sleep(for: .microseconds(Int.random(in: 0..<20_000)))
      task.cancel()
      isDone = (try? await task.value) != nil
      for name in files(below: scene.cache.root) where name.hasPrefix("blobs") {
        #expect(contents(of: "\(scene.cache.root)/\(name)") == scene.bytes)
      }
    }
    try await resume()
    #expect(files(below: scene.cache.root + "/partial") == [])
  }
}
