import Testing
import ZooCore

@testable import ZooRegistry

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct OverlayTests {
  private static let franca = "vit_b16_ls_franca-bioscan5m"

  private func overlay(_ description: String, source: String) throws -> Registry {
    let text = """
      {"schema": 1,
       "networks": {"vit_b16_ls": {"family": "vit", "config": {"patch_size": 32}},
                    "mine": {"family": "vit"}},
       "models": {
         "\(Self.franca)": {
           "network": "vit_b16_ls", "description": "\(description)", "task": "object_detection",
           "files": {"pt": {"url": "franca.pt"}}},
         "alpha_\(description)": {"network": "mine", "files": {"pt": {"url": "a.pt"}}}}}
      """
    return try Registry(parsing: text.utf8, source: source)
  }

  @Test func laterRegistryWinsAndAllSourcesAreKept() throws {
    let registry = try Registry.builtIn()
      .overlaid(with: overlay("first", source: "/a/zoo.json"))
      .overlaid(with: overlay("second", source: "https://example.org/zoo.json"))
    let entry = try registry.entry(named: Self.franca)
    #expect(entry.description == "second")
    #expect(entry.files.map(\.url) == ["https://example.org/franca.pt"])
    #expect(entry.heads.isEmpty)
    #expect(
      entry.sources == [Registry.builtInSource, "/a/zoo.json", "https://example.org/zoo.json"])
    #expect(registry.sources == entry.sources)
    #expect(try registry.network(of: entry).config["patch_size"] == 32)
    #expect(
      try registry.entry(named: "rdnet_t_ibot-bioscan5m").sources == ["the built-in registry"])
  }

  @Test func namesOfOverlaysComeAfterThoseOfTheirGroup() throws {
    let builtIn = try Registry.builtIn()
    let registry = try builtIn.overlaid(with: overlay("x", source: "/a/zoo.json"))
    #expect(registry.names().count == 222)
    #expect(registry.names(matching: "al*") == ["alexnet_inat21", "alpha_x"])
    #expect(registry.names().filter { $0 != "alpha_x" } == builtIn.names())
    #expect(registry.names(task: .objectDetection).contains(Self.franca))
    #expect(registry.names(matching: "alpha_*", task: .imageClassification) == ["alpha_x"])
    #expect(registry.names(matching: "alpha_*", family: "vit") == ["alpha_x"])
  }

  @Test func aFileMayStateTheDigestsOfItsChunks() throws {
    let digest = String(repeating: "AB", count: 32)
    let text = """
      {"schema": 1, "models": {"m": {"network": "vit_b16", "files": {"pt": {
        "url": "m.pt", "size": 9, "chunks": {"size": 8, "sha256": ["\(digest)", "\(digest)"]}}}}}}
      """
    let file = try Registry(parsing: text.utf8, source: "zoo.json").entry(named: "m").files[0]
    #expect(file.chunks?.size == 8)
    #expect(file.chunks?.digests.map(\.hex) == [digest.lowercased(), digest.lowercased()])
  }

  @Test func unknownNamesListTheRegistries() throws {
    let registry = try Registry.builtIn().overlaid(with: overlay("x", source: "my.json"))
    #expect { try registry.entry(named: "xyzzy") } throws: { error in
      "\(error)".hasPrefix("'xyzzy' is not a model of the built-in registry or registry 'my.json';")
    }
  }

  @Test func unknownNetworkNamesTheModel() throws {
    let model = #"{"network": "vit_b16_sl", "files": {"pt": {"url": "a.pt"}}}"#
    let registry = try Registry.builtIn().overlaid(with: registry(model))
    let entry = try registry.entry(named: "m")
    #expect { try registry.network(of: entry) } throws: { error in
      "\(error)".hasPrefix(
        "the network 'vit_b16_sl', which model 'm' needs, is not in the built-in registry or "
          + "registry '/data/zoo.json'; did you mean 'vit_b16_ls'")
    }
  }

  @Test func everythingButNetworkAndFilesMayBeMissing() throws {
    let entry = try registry(
      #"{"network": "n", "files": {"pt": {"url": "a.pt"}}, "a_later_field": [1]}"#
    ).entry(named: "m")
    #expect(entry.task == .imageClassification)
    #expect(entry.description.isEmpty && entry.heads.isEmpty && entry.metrics.isEmpty)
    #expect(entry.signature == nil && entry.rgbStats == nil && entry.license == nil)
    #expect(!entry.isReparameterized)
    #expect(entry.files.first?.mirrors == [])
    #expect(entry.fields["a_later_field"] == [1])
  }

  @Test func exampleOfTheGuideIsValid() throws {
    let guide = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/registry.md")
    let text = try String(decoding: Data(contentsOf: guide), as: UTF8.self)
    let start = try #require(text.firstRange(of: "```json\n")).upperBound
    let end = try #require(text[start...].firstRange(of: "```")).lowerBound
    let registry = try Registry.builtIn()
      .overlaid(with: Registry(parsing: text[start..<end].utf8, source: "/data/beetles.json"))
    let entry = try registry.entry(named: "vit_b16_ls_beetles")
    #expect(try registry.network(of: entry).family == "vit")
    #expect(try entry.head("genus").url == "file:///data/weights/beetles-genus.head.pt")
  }
}
