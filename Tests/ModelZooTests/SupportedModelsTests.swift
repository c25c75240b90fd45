import Testing

@testable import ModelZoo

/// What the README says can be run, against the registry.
@Suite struct SupportedModelsTests {
  @Test func theReadmeCountsTheModels() throws {
    let zoo = try Digits.zoo(cache: try TemporaryDirectory(), registry: Registry.builtIn())
    let names = zoo.registry.names()
    let supported = try names.filter {
      try zoo.unsupportedReason(of: try zoo.registry.entry(named: $0)) == nil
    }
    let readme = try text(of: repository + "/README.md")
    #expect(readme.contains("has all \(names.count) pretrained models"))
    #expect(readme.contains("this version runs \(supported.count) of them"))
  }
}
