import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct FetcherTests {
  @Test func `a file comes into the cache, verified, linked and stamped`() async throws {
    let scene = try Scene()
    let file = try await scene.fetcher.fetch(scene.request)
    let digest = try sha256(scene.bytes)
    let shard = "sha256/\(digest.hex.prefix(2))/\(digest.hex)"
    #expect(file.path == "\(scene.cache.root)/blobs/\(shard)")
    #expect(file.sha256 == digest)
    #expect(file.size == scene.bytes.count)
    #expect(file.checksumSource == .registry)
    #expect(!file.wasCached)
    #expect(contents(of: file.path) == scene.bytes)
    #expect(
      files(below: scene.cache.root) == [
        "blobs/\(shard)", "models/tiny/tiny.pt", "stamps/\(shard)",
      ])
    let link = scene.cache.root + "/models/tiny/tiny.pt"
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
    #expect(target == "../../blobs/\(shard)")
    #expect(contents(of: link) == scene.bytes)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect(mode as? Int == 0o444)
  }

  @Test func `a file in the cache opens no connection`() async throws {
    let scene = try Scene()
    let first = try await scene.fetcher.fetch(scene.request)
    scene.server.stop()
    for policy in [FetchPolicy.online, .offline] {
      let fetcher = Fetcher(cache: scene.cache, transport: NoTransport(), policy: policy)
      let seen = ProgressLog()
      let again = try await fetcher.fetch(scene.request) { seen.append($0) }
      #expect(again.path == first.path)
      #expect(again.wasCached)
      #expect(seen.phases == [.cached])
      #expect(seen.last?.bytesReceived == scene.bytes.count)
    }
  }

  @Test func `a lost link comes back with a cache hit`() async throws {
    let scene = try Scene()
    _ = try await scene.fetcher.fetch(scene.request)
    let link = scene.cache.root + "/models/tiny/tiny.pt"
    try FileManager.default.removeItem(atPath: link)
    _ = try await scene.fetcher.fetch(scene.request)
    #expect(contents(of: link) == scene.bytes)
  }

  @Test func `a file URL takes the same way`() async throws {
    var scene = try Scene(size: 3_000_000)
    scene.request.urls = [fileURL(scene.server.files.path + "/weights.bin")]
    let file = try await scene.fetcher.fetch(scene.request)
    #expect(contents(of: file.path) == scene.bytes)
    scene.request.file = "absent"
    scene.request.sha256 = nil
    scene.request.urls = [fileURL(scene.server.files.path + "/absent")]
    #expect(try await scene.failure().kind == .network)
    scene.request.urls = [fileURL(scene.server.files.path)]
    #expect([.network, .integrity].contains(try await scene.failure().kind))
  }

  @Test func `offline, a missing file is an error that says what to do`() async throws {
    var scene = try Scene()
    let fetcher = Fetcher(cache: scene.cache, transport: NoTransport(), policy: .offline)
    for digest in [scene.request.sha256, nil] {
      scene.request.sha256 = digest
      let error = try await scene.failure(fetcher)
      #expect(error.kind == .offline)
      #expect(error.model == "tiny")
      #expect(error.description.hasPrefix("tiny.pt of tiny: not in the cache"))
      #expect(error.description.contains("zoo fetch tiny"))
      #expect(scene.isEmpty)
    }
  }

  @Test func `a damaged file is an error offline and healed online`() async throws {
    let scene = try Scene()
    let file = try await scene.fetcher.fetch(scene.request)
    try FilledCache.corrupt(file.path, keepingTime: false)
    let offline = Fetcher(cache: scene.cache, transport: NoTransport(), policy: .offline)
    let error = try await scene.failure(offline)
    #expect(error.kind == .integrity)
    #expect(error.path == file.path)
    #expect(try await scene.failure(offline).kind == .offline, "the damaged file is gone")

    _ = try await scene.fetcher.fetch(scene.request)
    try FilledCache.corrupt(file.path, keepingTime: false)
    let healed = try await scene.fetcher.fetch(scene.request)
    #expect(!healed.wasCached)
    #expect(contents(of: healed.path) == scene.bytes)
  }

  @Test func `a wrong SHA-256 leaves nothing behind`() async throws {
    var scene = try Scene()
    let wrong = try sha256([1])
    scene.request.sha256 = wrong
    let error = try await scene.failure()
    #expect(error.kind == .integrity)
    #expect(error.expected == wrong.hex)
    #expect(error.found == (try sha256(scene.bytes)).hex)
    #expect(error.url == scene.server.url("weights.bin"))
    #expect(error.description.contains("expected \(wrong), found"))
    #expect(scene.isEmpty)
  }

  @Test(arguments: [99_999, 100_001, 1])
  func `a wrong size is seen before the content comes`(size: Int) async throws {
    var scene = try Scene()
    scene.request.size = size
    let error = try await scene.failure()
    #expect(error.kind == .integrity)
    #expect(error.expected == "\(size) bytes")
    #expect(error.found == "100000 bytes")
    #expect(scene.isEmpty)
  }

  @Test func `a body without a stated length may be neither shorter nor longer`() async throws {
    var scene = try Scene()
    let head = Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8)
    let short = try CannedServer(answer: head + scene.bytes.dropLast())
    scene.request.urls = [short.url]
    let shortage = try await scene.failure()
    #expect(shortage.kind == .integrity)
    #expect(shortage.found == "99999 bytes")

    let long = try CannedServer(answer: head + scene.bytes + [0])
    scene.request.urls = [long.url]
    let excess = try await scene.failure()
    #expect(excess.kind == .integrity)
    #expect(excess.found == "more")
    #expect(files(below: scene.cache.root + "/blobs") == [])

    let right = try CannedServer(answer: head + scene.bytes)
    scene.request.urls = [right.url]
    #expect(try await contents(of: scene.fetcher.fetch(scene.request).path) == scene.bytes)
  }

  @Test func `an empty body is not trusted on first use`() async throws {
    var scene = try Scene()
    try scene.server.files.write([], to: "empty")
    scene.request.urls = [scene.server.url("empty")]
    scene.request.sha256 = nil
    scene.request.size = nil
    #expect(try await scene.failure().kind == .integrity)
    #expect(scene.isEmpty)
  }

  @Test func `mirrors are tried in order`() async throws {
    var scene = try Scene()
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(scene.bytes.count)\r\n\r\n"
    let broken = try CannedServer(answer: Array(head.utf8) + scene.bytes.prefix(50_000))
    let closed = try LoopbackSocket()
    scene.request.urls = [
      "http://127.0.0.1:\(closed.port)/", broken.url, scene.server.url("absent"),
      scene.server.url("weights.bin"), scene.server.url("never-asked"),
    ]
    let seen = ProgressLog()
    let file = try await scene.fetcher.fetch(scene.request) { seen.append($0) }
    #expect(contents(of: file.path) == scene.bytes)
    #expect(seen.isIncreasing)
    #expect(seen.last?.bytesReceived == scene.bytes.count)
    #expect(try scene.server.log(lines: 2).count == 2)

    scene.request.sha256 = try sha256([2])
    scene.request.urls.removeSubrange(3...)
    let error = try await scene.failure()
    #expect(error.kind == .network)
    for url in scene.request.urls { #expect(error.description.contains(url)) }
    #expect(error.keptBytes == 50_000)
    #expect(error.description.contains("50000 bytes that came are kept"))
  }

  @Test func `a request without URLs, and names that leave the cache, are refused`() async throws {
    var scene = try Scene()
    scene.request.urls = []
    #expect(try await scene.failure().kind == .network)
    for name in [
      "", ".", "..", "../up", "a/b", ".hidden", "a\0b", String(repeating: "x", count: 201),
    ] {
      scene.request.model = name
      #expect(try await scene.failure().kind == .integrity)
      scene.request.model = "tiny"
      scene.request.file = name
      #expect(try await scene.failure().kind == .integrity)
      scene.request.file = "tiny.pt"
    }
    #expect(scene.isEmpty)
  }

  @Test func `progress counts up to the size, phase by phase`() async throws {
    let scene = try Scene(size: 2_000_000)
    let seen = ProgressLog()
    _ = try await scene.fetcher.fetch(scene.request) { seen.append($0) }
    #expect(seen.isIncreasing)
    #expect(seen.phases == [.connecting, .receiving, .verifying, .storing, .done])
    #expect(seen.last?.model == "tiny")
    #expect(seen.last?.file == "tiny.pt")
    #expect(seen.last?.bytesReceived == 2_000_000)
    #expect(seen.last?.totalBytes == 2_000_000)
  }

  @Test func `many fetches at once do not disturb each other`() async throws {
    let scene = try Scene(size: 1_500_000)
    let (fetcher, large, content) = (scene.fetcher, scene.request, scene.bytes)
    let url = scene.server.url("head")
    for index in 0..<8 {
      try scene.server.files.write(sampleBytes(10_000 + index, seed: 7), to: "head\(index)")
    }
    try await withThrowingTaskGroup { group in
      for index in 0..<32 {
        group.addTask {
          var request = large
          var bytes = content
          if index % 2 == 1 {
            let number = index / 2 % 8
            bytes = sampleBytes(10_000 + number, seed: 7)
            request = FileRequest(
              model: "tiny", file: "head\(number)", urls: [url + "\(number)"],
              sha256: index % 4 == 1 ? try sha256(bytes) : nil)
          }
          let file = try await fetcher.fetch(request)
          #expect(contents(of: file.path) == bytes)
        }
      }
      try await group.waitForAll()
    }
    #expect(files(below: scene.cache.root + "/blobs").count == 9)
    #expect(files(below: scene.cache.root + "/partial") == [])
  }

  @Test func `cancelling stops the transfer and keeps what has come`() async throws {
    var scene = try Scene(size: 1_000_000)
    let fast = scene.request
    scene.request.urls = [scene.server.url("slow/weights.bin")]
    let (started, signal) = AsyncStream<Void>.makeStream()
    let (fetcher, request) = (scene.fetcher, scene.request)
    let task = Task {
      try await fetcher.fetch(request) { if $0.bytesReceived > 0 { signal.yield() } }
    }
    for await _ in started { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let part = Lease.partDirectory(
      in: scene.cache.partialDirectory(of: request, in: scene.cache.root).path + "/1")
    let journal = try #require(Journal.read(part + "/journal"))
    #expect(journal.size == scene.bytes.count)
    let data = try #require(contents(of: part + "/data"))
    for range in journal.ranges.ranges { #expect(data[range] == scene.bytes[range]) }
    #expect(files(below: scene.cache.root + "/blobs") == [])

    let seen = ProgressLog()
    #expect(
      try await contents(of: fetcher.fetch(fast) { seen.append($0) }.path) == scene.bytes)
    #expect(seen.first?.bytesReceived == journal.ranges.count, "it goes on from there")
    #expect(files(below: scene.cache.root + "/partial") == [])
  }

  @Test func `a task that was cancelled before opens no connection`() async throws {
    let scene = try Scene()
    let (fetcher, request) = (scene.fetcher, scene.request)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await fetcher.fetch(request)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(scene.isEmpty)
  }

  @Test func `what is cached can be asked for without hashing`() async throws {
    var scene = try Scene()
    #expect(!scene.fetcher.isCached(scene.request))
    _ = try await scene.fetcher.fetch(scene.request)
    #expect(scene.fetcher.isCached(scene.request))
    scene.request.sha256 = nil
    #expect(!scene.fetcher.isCached(scene.request))
    _ = try await scene.fetcher.fetch(scene.request)
    #expect(scene.fetcher.isCached(scene.request))
  }
}
