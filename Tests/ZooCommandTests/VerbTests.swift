import ArgumentParser
import Testing

@testable import zoo

/// What is said to words of other programs.
struct VerbTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test(arguments: [
    ("predict", "'zoo classify'"), ("pull", "'zoo fetch'"), ("download", "'zoo fetch'"),
    ("ls", "'zoo list'"), ("run", "'zoo classify' or 'zoo embed'"), ("rm", "'zoo cache remove'"),
    ("LS", "'zoo list'"), ("cache ls", "'zoo cache list'"), ("cache rm", "'zoo cache remove'"),
    ("cache lsit", "did you mean 'list'?"), ("clasify", "did you mean 'classify'?"),
  ])
  func theRightCommandIsNamed(words: String, command: String) async throws {
    let outcome = try await zoo.run(words.split(separator: " ").map(String.init) + ["a", "b"])
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: '\(words)' is not a command"))
    #expect(outcome.errors.contains(command), "\(outcome.errors)")
  }

  @Test func onlyCommandsAreNamed() throws {
    for commands in Array(Verbs.commands.values) + Array(Verbs.cacheCommands.values) {
      for command in commands where command != "--version" {
        let words = command.split(separator: " ").map(String.init).filter { !$0.hasPrefix("-") }
        var type: any ParsableCommand.Type = RootCommand.self
        for word in words {
          type = try #require(
            type.configuration.subcommands.first { $0._commandName == word }, "\(command)")
        }
      }
    }
    // A word of another program hides no command.
    let names = RootCommand.configuration.subcommands.map { $0._commandName }
    #expect(names.allSatisfy { Verbs.commands[$0] == nil })
    let cacheNames = RootCommand.CacheCommand.configuration.subcommands.map { $0._commandName }
    #expect(cacheNames.allSatisfy { Verbs.cacheCommands[$0] == nil })
  }
}
