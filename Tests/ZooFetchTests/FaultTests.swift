import Foundation
import Testing
import ZooCore

@testable import ZooFetch

/// Each fault of a server by its name: the right file in the end, or a clear error.
@Suite struct FaultTests {
  var scene: Scene

  init() throws { scene = try Scene() }
  init(_ scene: Scene) { self.scene = scene }

  /// A server of the scene's file with faults.
  func server(
    _ answer:
      @escaping @Sendable (FaultyServer.Request, FaultyServer.Answer) ->
      FaultyServer.Answer
  ) throws -> FaultyServer {
    try FaultyServer(scene.bytes, answer)
  }

  /// Fetches from servers, one the mirror of the other; the content that came.
  func fetch(
    _ servers: FaultyServer..., adjusting adjust: (inout FetchOptions) -> Void = { _ in }
  ) async throws -> [UInt8]? {
    var request = scene.request
    request.urls = servers.map(\.url)
    let seen = ProgressLog()
    let file = try await scene.fetcher(.immediate, adjust).fetch(request) { seen.append($0) }
    #expect(seen.isIncreasing)
    #expect(files(below: scene.cache.root + "/partial") == [])
    return contents(of: file.path)
  }

  func failure(
    _ server: FaultyServer, adjusting adjust: (inout FetchOptions) -> Void = { _ in }
  ) async throws -> FetchError {
    var request = scene.request
    request.urls = [server.url]
    let fetcher = scene.fetcher(.immediate, adjust)
    let error = try #require(
      await #expect(throws: FetchError.self) { try await fetcher.fetch(request) })
    #expect(files(below: scene.cache.root + "/blobs") == [])
    return error
  }

  @Test func `no fault: several connections, each byte sent once`() async throws {
    let server = try server { $1 }
    #expect(try await fetch(server) == scene.bytes)
    #expect(server.requests.count > 4)
    #expect(server.sentBytes == scene.bytes.count)
    #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"one\"" })
  }

  @Test(arguments: [0, 1, 2, 3, 4])
  func `a connection that is cut at a quarter`(quarter: Int) async throws {
    let whole = scene.bytes.count
    let server = try server { request, answer in
      var answer = answer
      if request.number == 0 { answer.end = whole * quarter / 4 }
      return answer
    }
    let content = try await fetch(server) {
      $0.connections = 1
      $0.segmentSize = whole
    }
    #expect(content == scene.bytes)
    #expect(server.sentBytes == whole, "nothing is sent twice")
  }

  @Test func `connections that are cut again and again`() async throws {
    let server = try server { request, answer in
      var answer = answer
      answer.end = 3000
      return answer
    }
    #expect(try await fetch(server) == scene.bytes)
    #expect(server.sentBytes == scene.bytes.count)
  }

  @Test func `a stall`() async throws {
    let server = try server { request, answer in
      var answer = answer
      if request.number == 1 { (answer.end, answer.stalls) = (100, true) }
      return answer
    }
    #expect(try await fetch(server) { $0.stallTimeout = .seconds(1) } == scene.bytes)
  }

  @Test func `a server that never answers`() async throws {
    let socket = try LoopbackSocket()
    listen(socket.descriptor, 16)
    var scene = scene
    scene.request.urls = ["http://127.0.0.1:\(socket.port)/weights.bin"]
    let fetcher = scene.fetcher { ($0.attempts, $0.stallTimeout) = (2, .seconds(1)) }
    let error = try await scene.failure(fetcher)
    #expect(error.kind == .network)
    #expect(error.description.contains("too slow"))
  }

  @Test func `a flipped byte`() async throws {
    let server = try server { request, answer in
      var answer = answer
      if request.range?.contains(50_000) == true {
        answer.body[50_000 - (request.range?.lowerBound ?? 0)] ^= 1
      }
      return answer
    }
    let error = try await failure(server)
    #expect(error.kind == .integrity)
    #expect(error.expected == scene.request.sha256?.hex)
    #expect(files(below: scene.cache.root) == [], "nothing of it is used again")

    let good = try self.server { $1 }
    #expect(try await fetch(server, good) == scene.bytes, "the next mirror is tried")
  }

  @Test func `a flipped byte in one chunk, with digests of the chunks`() async throws {
    var scene = scene
    let size = 30_000
    scene.request.chunks = ChunkDigests(
      size: size,
      digests: try stride(from: 0, to: scene.bytes.count, by: size).map {
        try sha256(Array(scene.bytes[$0..<min($0 + size, scene.bytes.count)]))
      })
    let test = FaultTests(scene)
    let isFirst = Once()
    let server = try server { request, answer in
      var answer = answer
      if request.range?.contains(50_000) == true, isFirst.take() {
        answer.body[50_000 - (request.range?.lowerBound ?? 0)] ^= 1
      }
      return answer
    }
    #expect(try await test.fetch(server) == scene.bytes)
    #expect(server.sentBytes == scene.bytes.count + size, "only that chunk came again")
  }

  @Test func `digests of chunks that do not fit`() async throws {
    var test = self
    test.scene.request.chunks = ChunkDigests(size: 30_000, digests: [try sha256([1])])
    let error = try await test.failure(try server { $1 })
    #expect(error.kind == .integrity)
    #expect(error.description.contains("chunks for 100000 bytes"))

    test.scene.request.chunks = ChunkDigests(
      size: 100_000, digests: [try sha256(scene.bytes)])
    test.scene.request.sha256 = try sha256([2])
    #expect(try await test.failure(try server { $1 }).description.contains("chunks are right"))
  }

  @Test(arguments: [false, true])
  func `a short body`(statesLength: Bool) async throws {
    let server = try server { request, answer in
      var answer = answer
      answer.body.removeLast(10)
      answer.statesLength = statesLength
      return answer
    }
    let error = try await failure(server)
    #expect([.network, .integrity].contains(error.kind))
  }

  @Test(arguments: [false, true])
  func `a long body`(statesLength: Bool) async throws {
    let server = try server { request, answer in
      var answer = answer
      answer.body += [0]
      answer.statesLength = statesLength
      return answer
    }
    #expect(try await failure(server).kind == .integrity)
  }

  @Test(arguments: [false, true])
  func `Range ignored`(statesLength: Bool) async throws {
    let content = scene.bytes
    let server = try server { request, _ in
      FaultyServer.Answer(body: content, statesLength: statesLength)
    }
    #expect(try await fetch(server) == content)
    #expect(server.requests.count == 1, "one answer with everything is enough")

    var test = self
    test.scene.request.size = nil
    try FileManager.default.removeItem(atPath: scene.cache.root)
    #expect(try await test.fetch(server) == content)
  }

  @Test func `Range ignored, and connections cut`() async throws {
    let content = scene.bytes
    let server = try server { request, _ in
      FaultyServer.Answer(body: content, end: 30_000 * (request.number + 1))
    }
    #expect(try await fetch(server) == content)
  }

  @Test func `Range ignored from the second request on`() async throws {
    let content = scene.bytes
    let server = try server { request, answer in
      request.number == 0
        ? answer : FaultyServer.Answer(headers: ["ETag": "\"one\""], body: content)
    }
    #expect(try await fetch(server) == content)
  }

  @Test(arguments: [
    "", "bytes 0-8191", "bytes 1-8192/100000", "bytes 0-8192/100000", "bytes 0-100/100000",
    "bytes 0-8191/8000", "items 0-8191/100000", "bytes -5-8191/100000", "bytes 0-8191/*",
  ])
  func `a wrong 206`(range: String) async throws {
    let server = try server { request, answer in
      var answer = answer
      if request.range != nil { answer.headers["Content-Range"] = range }
      return answer
    }
    #expect(try await fetch(server) == scene.bytes)
    #expect(server.requests.last?.range == nil, "it is asked for everything")
  }

  @Test func `a 206 with the bytes of another part`() async throws {
    let content = scene.bytes
    let server = try server { request, answer in
      var answer = answer
      if let range = request.range { answer.body = Array(content.prefix(range.count)) }
      return answer
    }
    #expect(try await failure(server).kind == .integrity)
  }

  @Test func `a 206 of another size than the registry's`() async throws {
    let server = try FaultyServer(scene.bytes + [1]) { $1 }
    let error = try await failure(server)
    #expect(error.kind == .integrity)
    #expect(error.found == "100001 bytes")
  }

  @Test func `416 for a part`() async throws {
    let server = try server { request, answer in
      request.range == nil ? answer : FaultyServer.Answer(status: "416 Range Not Satisfiable")
    }
    #expect(try await fetch(server) == scene.bytes)
  }

  @Test func `the content changes between two requests`() async throws {
    let old = sampleBytes(scene.bytes.count, seed: 9)
    let server = try server { request, answer in
      guard request.number == 0, let range = request.range else { return answer }
      var answer = answer
      answer.headers["ETag"] = "\"old\""
      answer.body = Array(old[range])
      return answer
    }
    #expect(try await fetch(server) == scene.bytes)
    var test = self
    test.scene.request.sha256 = nil
    try FileManager.default.removeItem(atPath: scene.cache.root)
    let again = try self.server { request, answer in
      guard request.number == 0, let range = request.range else { return answer }
      var answer = answer
      answer.headers["ETag"] = "\"old\""
      answer.body = Array(old[range])
      return answer
    }
    #expect(try await test.fetch(again) == scene.bytes, "without a digest too")
  }

  @Test func `an entity tag that is never the same`() async throws {
    let server = try server { request, answer in
      var answer = answer
      answer.headers["ETag"] = "\"\(request.number)\""
      return answer
    }
    #expect(try await fetch(server) == scene.bytes, "the digest tells that it is right")
    var test = self
    test.scene.request.sha256 = nil
    try FileManager.default.removeItem(atPath: scene.cache.root)
    let error = try await test.failure(server)
    #expect(error.kind == .network)
    #expect(error.description.contains("changes while it is fetched"))
  }

  @Test func `neither a digest nor a validator`() async throws {
    let server = try server { request, answer in
      var answer = answer
      answer.headers["ETag"] = nil
      return answer
    }
    var test = self
    test.scene.request.sha256 = nil
    #expect(try await test.fetch(server) == scene.bytes)
    #expect(server.requests.map { $0.range == nil } == [false, true], "one answer, not a mixture")
  }

  @Test func `a mirror takes over in mid-file`() async throws {
    let dying = try server { request, answer in
      request.number < 4 ? answer : FaultyServer.Answer(status: "404 Not Found")
    }
    let healthy = try server { $1 }
    #expect(try await fetch(dying, healthy) == scene.bytes)
    #expect(dying.sentBytes > 0)
    #expect(dying.sentBytes + healthy.sentBytes == scene.bytes.count, "nothing is lost")
  }

  @Test func `a mirror with another file takes over in mid-file`() async throws {
    let dying = try server { request, answer in
      request.number < 4 ? answer : FaultyServer.Answer(status: "410 Gone")
    }
    let other = try FaultyServer(sampleBytes(scene.bytes.count, seed: 3)) { $1 }
    let healthy = try server { $1 }
    #expect(try await fetch(dying, other, healthy) == scene.bytes)
  }

  @Test func `without a digest, a mirror begins anew`() async throws {
    let dying = try server { request, answer in
      request.number < 4 ? answer : FaultyServer.Answer(status: "404 Not Found")
    }
    let other = sampleBytes(scene.bytes.count, seed: 3)
    var test = self
    test.scene.request.sha256 = nil
    #expect(try await test.fetch(dying, try FaultyServer(other) { $1 }) == other)
  }

  @Test func `a server with two connections for each client`() async throws {
    let server = try server { request, answer in
      request.number == 2 || request.number == 3
        ? FaultyServer.Answer(status: "503 Service Unavailable") : answer
    }
    #expect(try await fetch(server) == scene.bytes)
    #expect(server.sentBytes == scene.bytes.count)
  }
}

/// True once.
final class Once: @unchecked Sendable {
  private let lock = NSLock()
  private var isTaken = false

  func take() -> Bool {
    lock.withLock {
      defer { isTaken = true }
      return !isTaken
    }
  }
}
