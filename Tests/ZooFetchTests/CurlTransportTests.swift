import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct CurlTransportTests {
  /// Collects what comes.
  final class Sink: TransferSink, @unchecked Sendable {
    var head: ResponseHead?
    var bytes: [UInt8] = []
    var largestPiece = 0

    func begin(_ head: ResponseHead) throws { self.head = head }
    func receive(_ bytes: RawSpan) throws {
      bytes.withUnsafeBytes { self.bytes += $0 }
      largestPiece = max(largestPiece, bytes.byteCount)
    }
  }

  let server: NginxServer
  let content = sampleBytes(40_000)

  init() throws {
    server = try NginxServer()
    try server.files.write(content, to: "weights.bin")
  }

  func get(_ url: String, token: String? = nil) async throws -> Sink {
    let sink = Sink()
    try await CurlTransport().get(TransferRequest(url: url, bearerToken: token), into: sink)
    return sink
  }

  func failure(_ url: String) async throws -> FetchError {
    let error = try #require(await #expect(throws: FetchError.self) { try await get(url) })
    #expect(error.kind == .network)
    #expect(error.url == url)
    #expect(error.reason.contains(url) || url.isEmpty)
    return error
  }

  @Test func `content and head of an answer`() async throws {
    let sink = try await get(server.url("weights.bin"))
    #expect(sink.bytes == content)
    #expect(sink.head?.status == 200)
    #expect(sink.head?.contentLength == content.count)
    #expect(sink.head?.headers["content-type"] == "application/octet-stream")
    #expect(try server.log(lines: 1)[0].contains("agent=[swift-model-zoo/\(zooVersion)]"))
  }

  @Test func `a limit of the speed counts from the start`() async throws {
    var request = TransferRequest(url: server.url("weights.bin"))
    request.speedLimit = 1 << 18
    let sink = Sink()
    try await CurlTransport().get(request, into: sink)
    #expect(sink.bytes == content)
    #expect(sink.largestPiece <= request.speedLimit.map { $0 / 32 } ?? 0)
  }

  @Test func `an empty file has a head too`() async throws {
    try server.files.write([], to: "empty")
    let sink = try await get(server.url("empty"))
    #expect(sink.head?.contentLength == 0)
    #expect(sink.bytes.isEmpty)
  }

  @Test func `a redirect is followed, its headers kept`() async throws {
    #expect(try await get(server.url("redirect/weights.bin")).bytes == content)
    let sink = try await get(server.url("hub/weights.bin?tag=t"))
    #expect(sink.bytes == content)
    #expect(sink.head?.redirectHeaders["x-linked-etag"] == "\"t\"")
  }

  @Test func `a redirect never leads to a file`() async throws {
    let error = try await failure(server.url("to-file"))
    #expect(error.description.contains("a redirect may lead to https"))
  }

  @Test func `redirects come to an end`() async throws {
    let error = try await failure(server.url("loop"))
    #expect(error.description.contains("redirects"))
  }

  @Test(arguments: [("absent", 404), ("busy", 503)])
  func `an error page is not content`(path: String, status: Int) async throws {
    let error = try await failure(server.url(path))
    #expect(error.status == status)
    #expect(error.description.contains("HTTP status \(status)"))
  }

  @Test func `a web page is not a file`() async throws {
    let directory = try TemporaryDirectory()
    let request = FileRequest(
      model: "tiny", file: "tiny.pt", urls: [server.url("page")], sha256: nil)
    let fetcher = Fetcher(cache: try Cache(root: directory.path))
    let error = await #expect(throws: FetchError.self) { try await fetcher.fetch(request) }
    #expect(error?.kind == .network)
    #expect(error?.description.contains("web page") == true)
  }

  @Test func `nobody listens`() async throws {
    let closed = try LoopbackSocket()
    let error = try await failure("http://127.0.0.1:\(closed.port)/weights.bin")
    #expect(error.description.contains("check the network"))
  }

  @Test func `a host that does not exist`() async throws {
    let error = try await failure("https://does-not-exist.invalid/weights.bin")
    #expect(error.isTransient, "a name server may be slow to come back")
  }

  @Test(arguments: ["ftp://127.0.0.1/weights.bin", "", "http://", "weights.bin", "/etc/passwd"])
  func `other schemes and malformed URLs`(url: String) async throws {
    #expect(try await failure(url).description.contains("not an https, http or file URL"))
  }

  @Test func `a connection that ends too early`() async throws {
    let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".utf8)
    let server = try CannedServer(answer: head + content.prefix(500))
    let error = try await failure(server.url)
    #expect(error.description.contains("500"))
  }

  @Test func `an answer that is not HTTP`() async throws {
    let server = try CannedServer(answer: Array("hello\r\n\r\n".utf8))
    _ = try await failure(server.url)
  }

  @Test func `a partial answer that nobody asked for`() async throws {
    let head = "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\n12345"
    let server = try CannedServer(answer: Array(head.utf8))
    #expect(try await failure(server.url).status == 206)
  }

  @Test func `a token reaches its host and no other`() async throws {
    _ = try await get(server.url("redirect/weights.bin"), token: "secret")
    let log = try server.log(lines: 2)
    #expect(log[0].hasPrefix("\(server.port) ") && log[0].contains("token=[Bearer secret]"))
    #expect(log[1].hasPrefix("\(server.otherPort) ") && log[1].contains("token=[-]"))
  }

  @Test func `the fetcher gives a token to its host only`() async throws {
    let directory = try TemporaryDirectory()
    let fetcher = Fetcher(
      cache: try Cache(root: directory.path), tokens: ["127.0.0.1": "one", "elsewhere": "two"])
    let paths = ["127.0.0.1:\(server.port)", "localhost:\(server.port)"]
    for (index, path) in paths.enumerated() {
      _ = try await fetcher.fetch(
        FileRequest(
          model: "tiny", file: "\(index)", urls: ["http://\(path)/weights.bin"], sha256: nil))
    }
    let log = try server.log(lines: 2)
    #expect(log[0].contains("token=[Bearer one]"))
    #expect(log[1].contains("token=[-]"))
  }

  @Test func `passwords in URLs stay out of messages`() async throws {
    let url = "http://user:secret@127.0.0.1:\(server.port)/absent"
    let error = await #expect(throws: FetchError.self) { try await get(url) }
    #expect(error?.description.contains("secret") == false)
    #expect(error?.url == server.url("absent"))
  }

  @Test func `what a sink throws ends the transfer`() async throws {
    struct Enough: Error {}
    final class FullSink: TransferSink, Sendable {
      func begin(_ head: ResponseHead) throws {}
      func receive(_ bytes: RawSpan) throws { throw Enough() }
    }
    await #expect(throws: Enough.self) {
      try await CurlTransport().get(
        TransferRequest(url: server.url("slow/weights.bin")), into: FullSink())
    }
  }
}
