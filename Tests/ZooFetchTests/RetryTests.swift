import Foundation
import Testing

@testable import ZooFetch

@Suite struct RetryTests {
  var scene: Scene
  let clock = TestClock()

  init() throws { scene = try Scene() }

  /// Fetches from a server; the pauses that were made.
  func pauses(
    _ server: FaultyServer, random: Double = 1,
    adjusting adjust: (inout FetchOptions) -> Void = { _ in }
  ) async throws -> [Duration] {
    var request = scene.request
    request.urls = [server.url]
    let file = try await scene.fetcher(clock.pacing(random: random), adjust).fetch(request)
    #expect(contents(of: file.path) == scene.bytes)
    return clock.slept
  }

  /// A server that fails so many times.
  func server(
    failing count: Int, _ status: String, _ headers: [String: String] = [:]
  ) throws -> FaultyServer {
    try FaultyServer(scene.bytes) { request, answer in
      request.number < count ? FaultyServer.Answer(status: status, headers: headers) : answer
    }
  }

  @Test(arguments: [
    "503 Service Unavailable", "500 Oops", "408 Request Timeout", "429 Too Many Requests",
    "599 What",
  ])
  func `then good`(status: String) async throws {
    let server = try server(failing: 3, status)
    #expect(
      try await pauses(server) == [.milliseconds(500), .seconds(1), .seconds(2)])
  }

  @Test func `chance takes away up to half of a pause`() async throws {
    let server = try server(failing: 2, "503 Service Unavailable")
    #expect(try await pauses(server, random: 0) == [.milliseconds(250), .milliseconds(500)])
  }

  @Test func `pauses grow up to a limit`() {
    let pauses = [1, 7, 8, 100].map { Backoff.pause(after: $0, asked: nil, random: 1) }
    #expect(pauses == [.milliseconds(500), .seconds(30), .seconds(30), .seconds(30)])
  }

  @Test func `429 with Retry-After in seconds`() async throws {
    let server = try server(failing: 1, "429 Too Many Requests", ["Retry-After": "17"])
    #expect(try await pauses(server) == [.seconds(17)])
  }

  @Test func `Retry-After as a date`() async throws {
    let server = try FaultyServer(scene.bytes) { request, answer in
      if request.number > 0 { return answer }
      let formatter = DateFormatter()
      formatter.locale = Locale(identifier: "en_US_POSIX")
      formatter.timeZone = TimeZone(identifier: "GMT")
      formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
      return FaultyServer.Answer(
        status: "503 Service Unavailable",
        headers: ["Retry-After": formatter.string(from: Date(timeIntervalSinceNow: 115))])
    }
    let pause = try #require(try await pauses(server).first)
    // A pause of our own would be half a second; a busy machine may take a while to read this.
    #expect(pause > .seconds(5) && pause <= .seconds(116))
  }

  @Test func `a Retry-After that is too long is an error that says so`() async throws {
    let server = try server(failing: 1, "503 Service Unavailable", ["Retry-After": "86400"])
    var test = self
    test.scene.request.urls = [server.url]
    let error = try await test.scene.failure(scene.fetcher(clock.pacing))
    #expect(error.status == 503)
    #expect(error.retryAfter == .seconds(86400))
    #expect(error.description.contains("try again in 86400 seconds"))
    #expect(clock.slept.isEmpty)
  }

  @Test func `attempts come to an end`() async throws {
    let server = try server(failing: .max, "503 Service Unavailable")
    var test = self
    test.scene.request.urls = [server.url]
    let error = try await test.scene.failure(
      scene.fetcher(clock.pacing) { $0.attempts = 3 })
    #expect(error.status == 503)
    #expect(server.requests.count == 3)
    #expect(files(below: scene.cache.root) == [])
  }

  @Test func `whoever brings something may fail again`() async throws {
    let server = try FaultyServer(scene.bytes) { request, answer in
      var answer = answer
      answer.end = 1000
      return answer
    }
    let pauses = try await pauses(server) { ($0.attempts, $0.connections) = (2, 1) }
    #expect(pauses.count >= 80)
    #expect(Set(pauses) == [.milliseconds(500)])
  }

  @Test(arguments: ["404 Not Found", "403 Forbidden", "401 Unauthorized", "410 Gone", "400 No"])
  func `what will not get better is not tried again`(status: String) async throws {
    let server = try server(failing: .max, status)
    var test = self
    test.scene.request.urls = [server.url]
    #expect(try await test.scene.failure(scene.fetcher(clock.pacing)).kind == .network)
    #expect(server.requests.count == 1)
  }

  @Test func `progress tells of a pause`() async throws {
    let server = try server(failing: 1, "503 Service Unavailable")
    let log = ProgressLog()
    var request = scene.request
    request.urls = [server.url]
    _ = try await scene.fetcher(clock.pacing).fetch(request) { log.append($0) }
    let reason = "\(server.url) was answered with HTTP status 503"
    #expect(log.phases.contains(.retrying(after: .milliseconds(500), because: reason)))
  }

  @Test func `options that make no sense`() async throws {
    let changes: [(inout FetchOptions) -> Void] = [
      { $0.connections = 0 }, { $0.connections = 33 }, { $0.attempts = 0 }, { $0.limitRate = 0 },
      { $0.stallTimeout = .milliseconds(999) }, { $0.huggingFaceEndpoint = "mirror" },
      { $0.huggingFaceEndpoint = "file:///etc" },
    ]
    for change in changes {
      let error = try await scene.failure(scene.fetcher(.immediate, change))
      #expect(error.kind == .usage)
      #expect(error.expected != nil)
    }
  }

  @Test func `a limit of the rate is divided among connections`() async throws {
    struct Recorder: Transport {
      let inner = CurlTransport()
      let limits: ProgressLimits
      func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
        limits.append(request.speedLimit)
        var request = request
        request.speedLimit = nil
        try await inner.get(request, into: sink)
      }
    }
    final class ProgressLimits: @unchecked Sendable {
      private let lock = NSLock()
      private var values: [Int?] = []
      func append(_ value: Int?) { lock.withLock { values.append(value) } }
      var all: Set<Int?> { lock.withLock { Set(values) } }
    }
    let limits = ProgressLimits()
    var options = FetchOptions()
    options.limitRate = 4_000_000
    let fetcher = Fetcher(
      cache: scene.cache, transport: Recorder(limits: limits), options: options)
    _ = try await fetcher.fetch(scene.request)
    #expect(limits.all == [1_000_000])
  }
}
