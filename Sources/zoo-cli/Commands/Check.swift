import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Tell whether all that models need is in the cache and intact; needs no network.",
      discussion: """
        Without names, the files that the cache has links for. The exit code is 5 if a file is \
        bad, else 7 if one is missing. Files are trusted by their stamps unless '--verify full' \
        asks for hashing. Nothing is removed.
        """)

    @Argument(help: "The names of models, or hf:OWNER/REPO.")
    var models: [String] = []

    @OptionGroup
    var set: SetOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if models.isEmpty, set.heads != .all || set.format != nil {
        throw ValidationError("--heads and --format need the names of models.")
      }
    }

    func run() async throws {
      let zoo = try await options.makeOfflineZoo()
      let set =
        try models.isEmpty
        ? zoo.linkedSet()
        : await zoo.modelSet(resolving: models, heads: set.heads, format: set.format)
      let report = try await zoo.check(set)
      if options.json {
        try StandardOutput.write(report.json)
      } else if set.files.isEmpty {
        StandardError.note("\(zoo.fetcher.cache.name) has no files of models")
      } else {
        let table = report.table
        try StandardOutput.write(StandardOutput.isTerminal ? table.text() : table.plainText)
      }
      if let failure = report.failure { throw failure }
    }
  }
}
