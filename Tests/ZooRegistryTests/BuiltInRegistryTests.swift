import Testing
import ZooCore

@testable import ZooRegistry

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct BuiltInRegistryTests {
  let registry: Registry
  let entries: [RegistryEntry]

  init() throws {
    let registry = try Registry.builtIn()
    self.registry = registry
    entries = try registry.names().map { try registry.entry(named: $0) }
  }

  @Test func everyEntryHasANetworkOfAKnownClass() throws {
    #expect(entries.count == 221)
    let networks = try entries.map { try registry.network(of: $0) }
    #expect(Set(networks.compactMap(\.className)).count == 94)
    #expect(networks.allSatisfy { $0.className != nil && !$0.family.isEmpty })
    for reference in entries.flatMap({ [$0.backbone, $0.encoder] }).compactMap(\.self) {
      #expect(throws: Never.self) { try registry.network(named: reference.network) }
    }
  }

  /// It is read without them.
  @Test func itPassesTheChecksOfOtherRegistries() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "registry.json")
    let checked = try Registry(parsing: Data(contentsOf: file), source: file.path)
    #expect(checked.names() == registry.names())
    #expect(checked.networkNames == registry.networkNames)
  }

  @Test func everyNetworkDecodes() throws {
    for name in registry.networkNames {
      #expect(try registry.network(named: name).name == name)
    }
  }

  @Test func viTConfigurationsAreThoseOfBirder() throws {
    let expected = try #require(birderFacts()["vit"]?.object)
    #expect(expected.count == 127)
    for (name, config) in expected {
      let network = try registry.network(named: name)
      #expect(network.family == "vit")
      #expect(network.className == "ViT")
      #expect(JSONValue.object(network.config) == config, "\(name)")
    }
    let classes = try registry.networkNames.map { try registry.network(named: $0).className }
    #expect(classes.count { $0 == "ViT" } == expected.count)
  }

  @Test func filesHavePlausibleURLsDigestsAndSizes() {
    for entry in entries {
      for file in entry.files {
        #expect(file.url.hasPrefix("https://"), "\(entry.name)")
        #expect(file.url.hasSuffix("/" + file.fileName), "\(entry.name)")
        #expect(file.sha256 != nil, "\(entry.name)")
        #expect((file.sizeMiB ?? 0) > 0.5, "\(entry.name)")
        if let size = file.size, let sizeMiB = file.sizeMiB {
          #expect(abs(Double(size) / 1_048_576 - sizeMiB) <= 0.05, "\(entry.name)")
        }
      }
    }
    let formats = entries.map { $0.files.map(\.format) }
    #expect(formats.count { $0 == ["pt"] } == 219)
    #expect(formats.count { $0 == ["pt", "safetensors"] } == 1)
    #expect(formats.count { $0 == ["pts"] } == 1)
    let digests = entries.flatMap(\.files).compactMap(\.sha256)
    #expect(Set(digests).count == digests.count)
  }

  @Test func inputSizesAreKnownAndStatisticsAreNotInvented() throws {
    for entry in entries {
      let input = try #require(entry.signature?.inputs.first, "\(entry.name)")
      #expect(input[0...1] == [0, 3] && input[2] > 0 && input[3] > 0, "\(entry.name)")
      #expect(!entry.description.isEmpty)
      if entry.task == .imageClassification { #expect((entry.embeddingSize ?? 0) > 0) }
    }
    #expect(
      entries.filter { $0.rgbStats != nil }.map(\.name) == ["vit_b16_ls_franca-bioscan5m"])
  }

  @Test func francaEncoderIsKnownInDetail() throws {
    let entry = try registry.entry(named: "vit_b16_ls_franca-bioscan5m")
    #expect(entry.network == "vit_b16_ls")
    #expect(entry.tag == "franca-bioscan5m")
    #expect(entry.task == .imageClassification)
    #expect(entry.license == "apache-2.0")
    #expect(entry.parameters == 85_817_088)
    #expect(entry.embeddingSize == 768)
    #expect(entry.signature == Signature(inputs: [[0, 3, 224, 224]], outputs: [[0, 0]]))
    #expect(entry.rgbStats == RGBStats(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
    #expect(entry.rgbStatsSource == "training command")
    let file = try entry.file(format: "pt")
    #expect(file.sha256?.hex == "2124b590b20fb769e693b1ff31a9f5e77cb449924a3b27fc5a74013af5b2990c")
    #expect(file.size == 343_335_491)
    #expect(file.fileName == "vit_b16_ls_franca-bioscan5m.pt")
    #expect(
      entry.papers == ["https://arxiv.org/abs/2010.11929", "https://arxiv.org/abs/2507.14137"])
    #expect(
      entry.metrics == [
        Metric(name: "ami_genus", value: 62.92), Metric(name: "ami_species", value: 43.75),
      ])
    let citation = try #require(entry.citation)
    #expect(citation.hasPrefix("@misc{dosovitskiy2021imageworth16x16words,\n"))
    #expect(citation.hasSuffix("}"))
    #expect(citation.split(separator: "\n").count { $0.hasPrefix("@") } == 3)
    #expect(entry.sources == [Registry.builtInSource])
    let config = try registry.network(of: entry).config
    #expect(config["layer_scale_init_value"] == 1e-05)
  }

  struct Head: Sendable, CustomTestStringConvertible {
    let level: String
    let classes: Int
    let franca: (Double, Double)
    let ibot: (Double, Double)
    var testDescription: String { level }
  }

  @Test(
    arguments: [
      Head(level: "order", classes: 42, franca: (99.56, 99.47), ibot: (99.36, 99.01)),
      Head(level: "family", classes: 606, franca: (97.61, 96.44), ibot: (95.79, 92.89)),
      Head(level: "genus", classes: 4930, franca: (94.36, 90.14), ibot: (88.09, 78.51)),
      Head(level: "species", classes: 11846, franca: (89.46, 82.30), ibot: (79.74, 65.26)),
    ])
  func headsOfTheBIOSCANEncoders(_ expected: Head) throws {
    for (name, top1) in [
      ("vit_b16_ls_franca-bioscan5m", expected.franca), ("rdnet_t_ibot-bioscan5m", expected.ibot),
    ] {
      let head = try registry.entry(named: name).head(expected.level)
      #expect(head.classes == expected.classes)
      #expect(head.metrics.map(\.name) == ["val_top1", "test_top1"])
      #expect(head.metrics.map(\.value) == [top1.0, top1.1])
      #expect(head.sha256 == nil)
      #expect(head.fileName == "\(name)-\(expected.level).head.pt")
      #expect(
        head.url == "https://huggingface.co/birder-project/\(name)/resolve/main/\(head.fileName)")
    }
  }

  @Test func onlyTheBIOSCANEncodersHaveHeads() {
    let levels = entries.filter { !$0.heads.isEmpty }.map { $0.heads.map(\.level) }
    #expect(levels == Array(repeating: ["order", "family", "genus", "species"], count: 2))
  }

  @Test func detectorsAndTrainingNetworksKeepTheirParts() throws {
    let detector = try registry.entry(
      named: "deformable_detr_boxref_coco_convnext_v2_tiny_imagenet21k")
    #expect(detector.task == .objectDetection)
    #expect(detector.backbone?.network == "convnext_v2_tiny")
    #expect(detector.backbone?.tag == "imagenet21k")
    #expect(try registry.network(of: detector).config["box_refine"] == true)
    let masked = try registry.entry(named: "mae_hiera_hiera_abswin_base")
    #expect(masked.encoder?.network == "hiera_abswin_base")
    #expect(masked.tag == nil)
    #expect(try registry.entry(named: "vit_l16_mim_400").epoch == 400)
    #expect(entries.count(where: \.isReparameterized) == 11)
  }
}
