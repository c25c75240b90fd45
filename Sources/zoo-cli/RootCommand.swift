import ArgumentParser
import Logging
import ModelZoo

/// The `zoo` command; each subcommand has a file in `Commands`.
@main
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zoo",
    abstract: "Pretrained vision models: find, fetch and run them.",
    discussion: """
      A model is called by its name in the registry, such as vit_b16_ls_franca-bioscan5m. Its \
      files are fetched when they are first needed, verified, and kept in a cache.

      Exit codes: 0 done, 1 other failure, 3 no such model or head, 4 network, 5 integrity, \
      6 not supported, 7 offline and not in the cache, 8 disk, 64 usage, 130 interrupted.
      """,
    version: zooVersion,
    subcommands: [
      List.self, Info.self, Fetch.self, Prewarm.self, Check.self, CacheCommand.self,
      Classify.self, Embed.self, Features.self, Merge.self, Inspect.self, Convert.self, Bench.self,
      BenchImages.self, Doctor.self,
    ])

  static func main() async {
    StandardFiles.reserve()
    ImageMemory.returnsLargeBlocks()
    LoggingSystem.bootstrap { _ in StandardErrorLog() }
    let work = Task { try await runCommand() }
    let signals = Signals { work.cancel() }
    let result = await work.result
    StandardError.clearStatus()
    if let signal = signals.received { leave(with: 128 + signal) }
    if case .failure(let error) = result { leave(after: error) }
  }

  private static func runCommand() async throws {
    var command = try await asyncParseAsRoot(arguments())
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      try command.run()
    }
  }
}
