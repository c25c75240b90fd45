import Foundation
import ModelZoo
import Testing

@Suite struct EnvironmentTests {
  @Test func anEmptyEnvironmentHasDefaults() throws {
    let environment = try ZooEnvironment(["HOME": "/home/ann", "ZOO_REGISTRY": "", "HF_TOKEN": ""])
    #expect(environment.registries.isEmpty)
    #expect(environment.policy == .online)
    #expect(environment.threads == nil)
    #expect(environment.tokens.isEmpty)
    #expect(environment.cache.root.hasPrefix("/home/ann/"))
  }

  @Test func everyVariableCounts() throws {
    let environment = try ZooEnvironment([
      "ZOO_REGISTRY": "a.json:b.json", "ZOO_CACHE": "/cache", "ZOO_CACHE_EXTRA": "/x:/y",
      "ZOO_OFFLINE": "1", "ZOO_THREADS": "3", "HF_TOKEN": "secret",
    ])
    #expect(environment.registries == ["a.json", "b.json"])
    #expect(environment.cache.root == "/cache" && environment.cache.extras == ["/x", "/y"])
    #expect(environment.policy == .offline)
    #expect(environment.threads == 3)
    #expect(environment.tokens == ["huggingface.co": "secret"])
  }

  @Test func theTokenOfHuggingFaceIsFoundInItsFile() throws {
    let directory = try TemporaryDirectory()
    func token(_ variables: [String: String]) throws -> String? {
      try ZooEnvironment(variables.merging(["ZOO_CACHE": "/cache"]) { $1 }).tokens["huggingface.co"]
    }
    for (place, text) in [
      ("named", "one\n"), ("hf/token", " two \n"),
      ("xdg/huggingface/token", "three"), ("home/.cache/huggingface/token", "four"),
    ] {
      let file = URL(fileURLWithPath: directory.path + "/" + place)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    var variables = ["HOME": directory.path + "/home"]
    #expect(try token(variables) == "four")
    variables["XDG_CACHE_HOME"] = directory.path + "/xdg"
    #expect(try token(variables) == "three")
    variables["HF_HOME"] = directory.path + "/hf"
    #expect(try token(variables) == "two")
    variables["HF_TOKEN_PATH"] = directory.path + "/named"
    #expect(try token(variables) == "one")
    variables["HF_TOKEN"] = "zero"
    #expect(try token(variables) == "zero")
    #expect(try token(["HF_TOKEN_PATH": "/nowhere"]) == nil)
  }

  @Test func certificatesLoginsAndEndpoint() throws {
    var variables = ["HOME": "/home/ann"]
    #expect(try ZooEnvironment(variables).transportSettings.netrc == "/home/ann/.netrc")
    #expect(try ZooEnvironment(variables).transportSettings.certificates == nil)
    #expect(try ZooEnvironment(variables).fetchOptions == FetchOptions())
    for name in ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
      variables[name] = "/" + name
      #expect(try ZooEnvironment(variables).transportSettings.certificates == "/" + name)
    }
    variables["NETRC"] = "/logins"
    variables["HF_ENDPOINT"] = "https://mirror.example"
    let environment = try ZooEnvironment(variables)
    #expect(environment.transportSettings.netrc == "/logins")
    #expect(environment.fetchOptions.huggingFaceEndpoint == "https://mirror.example")
    variables["HF_ENDPOINT"] = "mirror"
    let error = #expect(throws: FetchError.self) { try ZooEnvironment(variables) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("HF_ENDPOINT") == true)
  }

  @Test(arguments: [
    ("models.json", ["models.json"]),
    ("/a/b.json:c.json:", ["/a/b.json", "c.json"]),
    ("https://example.org/zoo.json", ["https://example.org/zoo.json"]),
    ("http://example.org:8080/zoo.json", ["http://example.org:8080/zoo.json"]),
    (
      "a.json:https://example.org:8443/zoo.json:file:///srv/zoo.json:b.json",
      ["a.json", "https://example.org:8443/zoo.json", "file:///srv/zoo.json", "b.json"]
    ),
    ("file:///srv/zoo.json:2.json", ["file:///srv/zoo.json", "2.json"]),
    ("http://a.example/x.json:/y.json", ["http://a.example/x.json", "/y.json"]),
  ])
  func registriesAreSeparatedByColons(text: String, expected: [String]) throws {
    #expect(
      try ZooEnvironment(["HOME": "/home/ann", "ZOO_REGISTRY": text]).registries == expected)
  }

  @Test(arguments: [
    ("ZOO_OFFLINE", "maybe"), ("ZOO_THREADS", "0"), ("ZOO_THREADS", "-2"), ("ZOO_THREADS", "two"),
  ])
  func otherValuesAreRefusedByName(name: String, value: String) throws {
    let error = try #require(throws: ModelError.self) {
      try ZooEnvironment(["HOME": "/home/ann", name: value])
    }
    #expect(error.kind == .usage)
    #expect("\(error)".contains("\(name) is '\(value)'"))
  }
}
