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
