import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Remove models from the cache.",
      discussion: """
        Contents that another model refers to stay. Digests that were trusted on first use are \
        forgotten. A file that another program has loaded stays, and the exit code is 1.
        """)

    @Argument(help: "The names of models.")
    var models: [String]

    @Flag(help: "Remove nothing, but print what would be removed.")
    var dryRun = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let cache = try options.makeCache()
      let removal = try cache.remove(
        models: models, knowing: await options.registeredFiles(), dryRun: dryRun)
      try removal.write(dryRun: dryRun, asJSON: options.json)
      if let blob = removal.inUse.first {
        throw CommandError(
          .other, "\(blob.path) is in use by another program; end that and try again")
      }
    }
  }
}
