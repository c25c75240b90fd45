import Testing

@testable import ZooFetch

struct RangeReaderTests {
  private let directory: TemporaryDirectory
  private let bytes = sampleBytes(300_000)

  init() throws { directory = try TemporaryDirectory() }

  private func fetcher(
    policy: FetchPolicy = .online, transport: any Transport = CurlTransport()
  ) throws -> Fetcher {
    Fetcher(cache: try Cache(root: directory.path), transport: transport, policy: policy)
  }

  private func failure(
    _ url: String, _ range: Range<Int> = 0..<10, _ fetcher: Fetcher? = nil
  ) async throws -> FetchError {
    let fetcher = try fetcher ?? self.fetcher()
    return try #require(
      await #expect(throws: FetchError.self) {
        try await fetcher.rangeReader(for: url).read(range)
      })
  }

  @Test func partsComeAndAreCounted() async throws {
    let server = try NginxServer()
    try server.files.write(bytes, to: "weights.bin")
    let local = fileURL(try directory.write(bytes, to: "with space %41 ü.bin"))
    for url in [server.url("weights.bin"), server.url("redirect/weights.bin"), local] {
      let reader = try fetcher().rangeReader(for: url)
      var total = 0
      for range in [0..<10, 100_000..<100_001, 65_536..<131_072, 299_999..<300_000] {
        let part = try await reader.read(range)
        #expect(part.bytes == Array(bytes[range]))
        #expect(part.fileSize == bytes.count)
        total += range.count
      }
      #expect(try await reader.read(299_990..<400_000).bytes == Array(bytes[299_990...]))
      #expect(try await reader.read(0..<400_000).bytes == bytes)
      #expect(await reader.requests == 6)
      #expect(await reader.bytesRead == total + 10 + bytes.count)
    }
  }

  @Test func aTokenStaysWithItsHost() async throws {
    let server = try NginxServer()
    try server.files.write(bytes, to: "weights.bin")
    let fetcher = Fetcher(
      cache: try Cache(root: directory.path), tokens: ["127.0.0.1": "secret"])
    let reader = try fetcher.rangeReader(for: server.url("redirect/weights.bin"))
    _ = try await reader.read(0..<10)
    let log = try server.log(lines: 2)
    #expect(log[0].contains("token=[Bearer secret]"))
    #expect(log[1].contains("token=[-]"))
  }

  @Test func aServerWithoutPartsIsRefusedAtItsHead() async throws {
    for length in ["Content-Length: 4000000000\r\n", ""] {
      let server = try CannedServer(answer: Array("HTTP/1.1 200 OK\r\n\(length)\r\n01234".utf8))
      let error = try await failure(server.url)
      #expect(error.kind == .unsupported)
      #expect("\(error)".contains("the server of \(server.url) does not send parts"))
    }
  }

  @Test func aSmallFileMayComeAsAWhole() async throws {
    let server = try CannedServer(
      answer: Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n01234".utf8))
    let part = try await fetcher().rangeReader(for: server.url).read(0..<10)
    #expect(part.bytes == Array("01234".utf8))
    #expect(part.fileSize == 5)
    #expect(try await failure(server.url, 1..<10).kind == .unsupported)
  }

  @Test(arguments: [
    ("", "another part"), ("Content-Range: bytes 1-10/100\r\n", "another part"),
    ("Content-Range: bytes 0-10/100\r\n", "another part"),
    ("Content-Range: bytes 0-8/100\r\n", "another part"),
    ("Content-Range: bytes 0-9/9\r\n", "another part"),
    ("Content-Range: items 0-9/100\r\n", "another part"),
    ("Content-Range: bytes 0-9/*\r\n", "does not send parts"),
    ("Content-Range: bytes 0-9/100\r\nContent-Length: 9\r\n", "another length"),
    ("Content-Range: bytes 0-9/100\r\nContent-Length: 11\r\n", "another length"),
    ("Content-Range: bytes 0-9/100\r\nContent-Type: text/html\r\n", "a web page"),
  ])
  func aWrongPartIsRefused(headers: String, words: String) async throws {
    let server = try CannedServer(
      answer: Array("HTTP/1.1 206 Partial Content\r\n\(headers)\r\n0123456789A".utf8))
    let error = try await failure(server.url)
    #expect("\(error)".contains(words))
    #expect("\(error)".contains(server.url))
  }

  @Test func aFileThatChangesIsRefused() async throws {
    let server = try NginxServer()
    for url in [server.url("weights.bin"), fileURL(server.files.path + "/weights.bin")] {
      try server.files.write(bytes, to: "weights.bin")
      let reader = try fetcher().rangeReader(for: url)
      _ = try await reader.read(0..<10)
      try server.files.write(bytes + [1], to: "weights.bin")
      let error = await #expect(throws: FetchError.self) { try await reader.read(10..<20) }
      #expect(error?.kind == .network)
      #expect(error?.reason == "\(url) changed while parts of it were read")
    }
  }

  @Test func offlineNothingIsOpened() async throws {
    let offline = try fetcher(policy: .offline, transport: NoTransport())
    let local = fileURL(try directory.write(bytes, to: "weights.bin"))
    for url in ["https://user:secret@models.example/weights.bin", local] {
      let error = try await failure(url, 0..<10, offline)
      #expect(error.kind == .offline)
      #expect(!"\(error)".contains("secret"))
    }
  }

  @Test func whatIsNoFileIsNamed() async throws {
    for path in [directory.path, directory.path + "/missing", "/dev/zero"] {
      let error = try await failure(fileURL(path))
      #expect(error.kind == .network)
      #expect("\(error)".contains("there is no such file"))
    }
    let server = try NginxServer()
    #expect(try await failure(server.url("missing")).status == 404)
    #expect(try await failure("gopher://models.example/weights").kind == .network)
  }

  @Test func contentRangesAreReadStrictly() {
    #expect(
      ContentRange(header: "bytes 0-9/100") == ContentRange(range: 0..<10, totalSize: 100))
    #expect(ContentRange(header: "bytes 5-5/*") == ContentRange(range: 5..<6, totalSize: nil))
    for header in [
      "", "bytes", "bytes */100", "bytes 9-0/100", "bytes 0-9", "bytes 0-9/9", "bytes -1-9/100",
      "bytes +0-9/100", "bytes 0-9/100/1", "bytes 0-9-10/100", "bytes 0-9/-", "0-9/100",
      "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*",
    ] {
      #expect(ContentRange(header: header) == nil, "\(header)")
    }
  }
}
