import Testing

@testable import ModelZoo
@testable import ZooNetworks

/// What the README says can be run, against the registry.
@Suite struct SupportedModelsTests {
  @Test func everyConfigurationOfASupportedFamilyIsUnderstood() throws {
    let registry = try Registry.builtIn()
    var count = 0
    for name in registry.networkNames {
      let network = try registry.network(named: name)
      guard architectures[network.family] != nil else { continue }
      #expect(throws: Never.self, "\(name)") { try ViTConfiguration(network.config) }
      count += 1
    }
    let readme = try text(of: repository + "/README.md")
    #expect(readme.contains("\(count) configurations"))
  }

  @Test func theReadmeCountsTheModels() throws {
    let registry = try Registry.builtIn()
    let supported = architectures.keys.flatMap { registry.names(family: $0) }
    let all = registry.names().count
    let readme = try text(of: repository + "/README.md")
    #expect(readme.contains("has all \(all) pretrained models"))
    #expect(readme.contains("| \(supported.count), among them"))
    #expect(readme.contains("| other families | \(all - supported.count):"))
  }
}
