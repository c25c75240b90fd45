import Testing
import ZooCore

@testable import ZooRegistry

@Suite struct NamesTests {
  @Test func namesAreFilteredAndSortedAsBirderDoes() throws {
    let registry = try Registry.builtIn()
    let queries = try #require(birderFacts()["queries"]?.array)
    #expect(queries.count == 30)
    for query in queries {
      let task = try query["task"]?.string.map { try #require(ModelTask(rawValue: $0)) }
      let names = registry.names(matching: query["pattern"]?.string, task: task)
      #expect(
        names == query["names"]?.strings, "\(query["pattern"] ?? nil) \(query["task"] ?? nil)")
    }
  }

  @Test func familyIsThatOfTheNetwork() throws {
    let registry = try Registry.builtIn()
    let names = registry.names(family: "vit")
    #expect(names.count == 27)
    for name in names {
      #expect(try registry.network(of: registry.entry(named: name)).className == "ViT")
    }
    #expect(registry.names(matching: "*bioscan*", family: "rdnet") == ["rdnet_t_ibot-bioscan5m"])
    #expect(registry.names(task: .objectDetection, family: "vit").isEmpty)
    #expect(registry.names(family: "ViT").isEmpty)
  }

  @Test(arguments: [
    ("", "", true), ("", "a", false), ("*", "", true), ("**", "", true), ("?", "", false),
    ("?", "é", true), ("a*b*c", "a__b_b__c", true), ("a*b*c", "a__c_b", false),
    ("*aab", "aaaab", true), ("*a?", "aaba", false), ("[!]", "[!]", true), ("[]]", "]", true),
    ("[!]]", "a", true), ("[!]]", "]", false), ("[a-c-e]", "-", true), ("[a-c-e]", "d", false),
    ("[^a]", "^", true), ("[^a]", "b", false), ("[z-a]", "z", false), ("[!z-a]", "z", true),
    ("a[", "a[", true), ("[ab", "a", false), ("A", "a", false), ("a", "ab", false),
    ("a\nb*", "a\nbc", true), ("\\*", "\\x", true),
  ])
  func patternsFollowPythonsRules(pattern: String, name: String, isMatch: Bool) {
    #expect(ShellPattern(pattern).matches(name) == isMatch)
  }
}
