import ArgumentParser
import ModelZoo

extension RootCommand {
  struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cache",
      abstract: "Look after the cache: list, verify, tidy up, carry to another machine.",
      subcommands: [
        Path.self, List.self, Verify.self, Remove.self, Prune.self, Export.self, Import.self,
        Adopt.self,
      ])
  }
}

extension RootCommand.CacheCommand {
  struct Path: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "path",
      abstract: "Print the directory of the cache.")

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let cache = try options.makeCache()
      guard options.json else { return try StandardOutput.write(try cache.writableRoot()) }
      try StandardOutput.write([
        "path": cache.json, "extra": .strings(cache.extras),
        "free_bytes": .optional(cache.freeBytes),
      ])
    }
  }
}
