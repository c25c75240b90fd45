import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prune",
      abstract: "Remove what was not used for long, what is too much, or what downloads left.",
      discussion: "A file that a program has loaded stays. Read-only caches are never changed.")

    @Option(help: ArgumentHelp("Remove files not used for so long.", valueName: "30d"))
    var olderThan: Age?

    @Option(
      help: ArgumentHelp(
        "Remove files, those not used for longest first, until the rest is at most so large.",
        valueName: "20GB"))
    var maxSize: ByteCount?

    @Flag(help: "Remove what interrupted downloads left.")
    var partials = false

    @Option(
      help: ArgumentHelp(
        "How long nothing may have been written to what a download left.", valueName: "24h"))
    var partialAge = Age(seconds: 86_400)

    @Flag(help: "Remove nothing, but print what would be removed.")
    var dryRun = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if olderThan == nil, maxSize == nil, !partials {
        throw ValidationError("Say what to remove: --older-than, --max-size or --partials.")
      }
    }

    func run() async throws {
      let rules = PruneRules(
        unusedFor: olderThan.map { .seconds($0.seconds) }, maximumBytes: maxSize?.bytes,
        partialsUnchangedFor: partials ? .seconds(partialAge.seconds) : nil)
      let removal = try options.makeCache().prune(rules, dryRun: dryRun)
      try removal.write(dryRun: dryRun, asJSON: options.json)
    }
  }
}
