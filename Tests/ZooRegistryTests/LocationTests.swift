import Testing
import ZooCore

@testable import ZooRegistry

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct LocationTests {
  @Test(arguments: [
    ("/data/zoo.json", "a.pt", "file:///data/a.pt"),
    ("/data/zoo.json", "weights/./b/../a.pt", "file:///data/weights/a.pt"),
    ("/data/sub/zoo.json", "../../../a.pt", "file:///a.pt"),
    ("/data/zoo.json", "/other/a.pt", "file:///other/a.pt"),
    ("/my data/100%/ü#1/zoo.json", "b c.pt", "file:///my%20data/100%25/%C3%BC%231/b%20c.pt"),
    ("/data/zoo.json", "b%20c.pt", "file:///data/b%20c.pt"),
    ("/data/zoo.json", "100%.pt", "file:///data/100%25.pt"),
    ("/data/zoo.json", "50%2.pt", "file:///data/50%252.pt"),
    ("/data/zoo.json", "file:///x/y z.pt", "file:///x/y%20z.pt"),
    ("/data/zoo.json", "file://localhost/x.pt", "file:///x.pt"),
    ("/data/zoo.json", "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ("/zoo.json", "a.pt", "file:///a.pt"),
    ("file:///my%20data/zoo.json", "a.pt", "file:///my%20data/a.pt"),
    ("file:///data/zoo.json", "file:///a.pt", "file:///a.pt"),
    ("https://example.org/m/zoo.json", "a.pt", "https://example.org/m/a.pt"),
    (
      "https://example.org/m/zoo.json?v=1/2#3/4", "a.pt?x=../y", "https://example.org/m/a.pt?x=../y"
    ),
    ("https://example.org/m/zoo.json", "/a.pt", "https://example.org/a.pt"),
    ("https://example.org", "a.pt", "https://example.org/a.pt"),
    ("HTTPS://example.org:8443/m/", "HTTP://[::1]:80/a.pt", "http://[::1]:80/a.pt"),
    ("http://127.0.0.1:8080/zoo.json", "x/..", "http://127.0.0.1:8080/"),
  ])
  func urlsBecomeAbsolute(source: String, reference: String, expected: String) {
    #expect(RegistryLocation(source: source).resolve(reference) == expected)
  }

  @Test func relativePathStartsFromTheWorkingDirectory() throws {
    let url = try #require(RegistryLocation(source: "../models/zoo.json").resolve("a.pt"))
    let working = URL(filePath: FileManager.default.currentDirectoryPath)
    let expected = working.deletingLastPathComponent().appending(path: "models/a.pt")
    #expect(url == expected.absoluteString)
  }

  @Test(arguments: [
    "", "ftp://example.org/a.pt", "s3:a.pt", "javascript:1", "//example.org/a.pt", "https://",
    "https:///a.pt", "http://ho st/a.pt", "file://server/a.pt", "a\nb.pt",
    "https://example.org/a\r\nb", "a\u{0}.pt",
  ])
  func whatIsNoURLIsRefused(reference: String) {
    #expect(RegistryLocation(source: "/data/zoo.json").resolve(reference) == nil)
  }

  @Test func registryFromTheNetworkCannotNameLocalFiles() {
    let location = RegistryLocation(source: "https://example.org/zoo.json")
    #expect(location.resolve("file:///etc/passwd") == nil)
    #expect(location.resolve("FILE:///etc/passwd") == nil)
  }
}
