import Foundation
import Testing

@testable import ZooFetch

/// Certificates, and who gets to know which secret.
@Suite struct SecurityTests {
  @Test func `TLS with a certificate that is trusted, and HTTP/2`() async throws {
    let certificates = try TestCertificates()
    let server = try NginxServer(certificates)
    let scene = try Scene(size: 400_000, server: server)
    var settings = CurlTransport.Settings()
    settings.certificates = certificates.authority
    let transport = CurlTransport(settings)
    for (index, host) in ["localhost", "127.0.0.1"].enumerated() {
      var options = FetchOptions()
      options.segmentSize = 8192
      let request = FileRequest(
        model: "tiny", file: "\(index)", urls: [server.secureURL("weights.bin", host: host)],
        sha256: nil)
      let fetcher = Fetcher(cache: scene.cache, transport: transport, options: options)
      #expect(contents(of: try await fetcher.fetch(request).path) == scene.bytes)
    }
    #expect(try server.log(lines: 10).allSatisfy { $0.contains("protocol=[HTTP/2.0]") })
  }

  @Test func `a certificate that nobody trusts`() async throws {
    let server = try NginxServer(try TestCertificates())
    var scene = try Scene(server: server)
    scene.request.urls = [server.secureURL("weights.bin", host: "localhost")]
    let error = try await scene.failure()
    #expect(error.kind == .network)
    #expect(!error.isTransient)
    #expect(error.description.contains("certificate"))
  }

  @Test func `a file of certificates that is missing`() async throws {
    let certificates = try TestCertificates()
    let server = try NginxServer(certificates)
    var scene = try Scene(server: server)
    scene.request.urls = [server.secureURL("weights.bin", host: "localhost")]
    var settings = CurlTransport.Settings()
    settings.certificates = certificates.directory.path + "/absent.pem"
    let fetcher = Fetcher(cache: scene.cache, transport: CurlTransport(settings))
    #expect(try await scene.failure(fetcher).description.contains("absent.pem"))
  }

  /// A server that sends everyone on to another host, which has the file.
  func redirect(to target: FaultyServer) throws -> FaultyServer {
    let url = target.url(host: "localhost")
    return try FaultyServer([]) { _, _ in
      FaultyServer.Answer(status: "302 Found", headers: ["Location": url])
    }
  }

  @Test func `a token stays with its host`() async throws {
    var scene = try Scene()
    let target = try FaultyServer(scene.bytes) { $1 }
    let first = try redirect(to: target)
    scene.request.urls = [first.url]
    _ = try await scene.fetcher(tokens: ["127.0.0.1": "secret"]).fetch(scene.request)
    #expect(Set(first.requests.map { $0.headers["authorization"] }) == ["Bearer secret"])
    #expect(target.requests.count > 1)
    #expect(target.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func `a login from netrc stays with its host`() async throws {
    var scene = try Scene()
    let netrc = try scene.directory.write(
      Array("machine 127.0.0.1 login ann password secret\n".utf8), to: "netrc")
    var settings = CurlTransport.Settings()
    settings.netrc = netrc
    let target = try FaultyServer(scene.bytes) { $1 }
    let first = try redirect(to: target)
    scene.request.urls = [first.url]
    _ = try await Fetcher(cache: scene.cache, transport: CurlTransport(settings))
      .fetch(scene.request)
    let login = "Basic " + Data("ann:secret".utf8).base64EncodedString()
    #expect(Set(first.requests.map { $0.headers["authorization"] }) == [login])
    #expect(target.requests.allSatisfy { $0.headers["authorization"] == nil })

    scene.request.file = "other"
    let tokens = ["127.0.0.1": "token"]
    _ = try await Fetcher(
      cache: scene.cache, transport: CurlTransport(settings), tokens: tokens
    ).fetch(
      FileRequest(model: "tiny", file: "other", urls: [first.url], sha256: nil))
    #expect(first.requests.last?.headers["authorization"] == "Bearer token", "a token comes first")

    settings.netrc = netrc + ".absent"
    _ = try await Fetcher(cache: scene.cache, transport: CurlTransport(settings))
      .fetch(FileRequest(model: "tiny", file: "third", urls: [first.url], sha256: nil))
    #expect(first.requests.last?.headers["authorization"] == nil)
  }

  @Test func `the endpoint stands in the place of Hugging Face, for its token too`() async throws {
    var scene = try Scene()
    let target = try FaultyServer(scene.bytes) { $1 }
    let url = "https://huggingface.co/birder-project/x/resolve/main/weights.bin"
    scene.request.urls = [url]
    for suffix in ["", "/"] {
      let fetcher = scene.fetcher(tokens: ["huggingface.co": "secret"]) {
        $0.huggingFaceEndpoint = String(target.url.dropLast("/weights.bin".count)) + suffix
      }
      scene.request.file = "a" + suffix.replacing("/", with: "b")
      scene.request.sha256 = nil
      _ = try await fetcher.fetch(scene.request)
    }
    #expect(
      Set(target.requests.map(\.path)) == ["/birder-project/x/resolve/main/weights.bin"])
    #expect(target.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })

    let tokens = ["huggingface.co": "secret"]
    #expect(Source(url, tokens: tokens, endpoint: nil).token == "secret")
    #expect(Source("https://example.org/", tokens: tokens, endpoint: nil).token == nil)
    #expect(Source("http://huggingface.co/", tokens: tokens, endpoint: nil).token == nil)
    let lookalike = "https://huggingface.co.example.org/x"
    #expect(
      Source(lookalike, tokens: tokens, endpoint: "https://h.example")
        == Source(
          lookalike, tokens: [:], endpoint: nil))
  }

  @Test(arguments: [
    "http://example.invalid/a", "http://127.0.0.1.example.invalid/a", "http://127.evil.invalid/a",
    "http://10.0.0.1/a", "http://user@example.invalid:80/a",
  ])
  func `plain http to another machine is refused`(url: String) async throws {
    var scene = try Scene()
    scene.request.urls = [url]
    let error = try await scene.failure()
    #expect(error.kind == .usage)
    #expect(error.description.contains("plain http"))
    #expect(error.description.contains("--insecure-http"))
  }

  @Test func `plain http to another machine, asked for`() async throws {
    var scene = try Scene()
    scene.request.urls = ["http://example.invalid/a"]
    let error = try await scene.failure(
      scene.fetcher {
        $0.allowsInsecureHTTP = true
        $0.attempts = 1
      })
    #expect(error.kind == .network)
  }

  @Test(arguments: ["http://127.0.0.1/", "http://localhost:80/", "http://[::1]/", "https://a.b/"])
  func `loopback and https are no such thing`(url: String) {
    #expect(!CurlURL.isInsecure(url))
  }

  @Test func `a redirect to plain http on another machine is refused`() async throws {
    var scene = try Scene()
    // 0.0.0.0 leads to this machine, but is none of its names.
    let target = try FaultyServer(scene.bytes) { $1 }
    let redirect = try FaultyServer([]) { _, _ in
      FaultyServer.Answer(
        status: "302 Found", headers: ["Location": target.url(host: "0.0.0.0")])
    }
    scene.request.urls = [redirect.url]
    #expect(try await scene.failure().kind == .usage)
    #expect(target.requests.isEmpty)
  }

  @Test func `a proxy from the environment`() async throws {
    await #expect(processExitsWith: .success) {
      var scene = try Scene()
      let proxy = try FaultyServer(scene.bytes) { $1 }
      setenv("http_proxy", String(proxy.url.dropLast("/weights.bin".count)), 1)
      scene.request.urls = ["http://example.invalid/weights.bin"]
      let file = try await scene.fetcher { $0.allowsInsecureHTTP = true }.fetch(scene.request)
      try #require(contents(of: file.path) == scene.bytes)
      try #require(proxy.requests.allSatisfy { $0.path == "http://example.invalid/weights.bin" })
    }
  }
}
