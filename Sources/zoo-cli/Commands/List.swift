import ArgumentParser
import ModelZoo

extension ModelTask: ExpressibleByArgument {}

extension Zoo {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List models.",
      discussion: """
        A line for each model: name, size, family, task, whether its weights are in the cache, \
        and the levels of its heads. Where standard output is not a terminal the columns are \
        separated by tabs and have no titles.
        """)

    @Argument(
      help: "A shell pattern for the whole name, such as 'vit_*bioscan*'; quote it for the shell.")
    var pattern: String?

    @Option(help: "Only models for a task.")
    var task: ModelTask?

    @Option(help: "Only models whose network is of a family, such as vit.")
    var family: String?

    @Flag(help: "Only models whose weights are in the cache.")
    var cached = false

    @Flag(help: "Only models that this version can run.")
    var loadable = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let zoo = try await options.makeZoo()
      let models = try zoo.registry.names(matching: pattern, task: task, family: family)
        .map { try ListedModel($0, in: zoo) }
        .filter { (!cached || $0.isCached) && (!loadable || $0.isLoadable) }
      if options.json { return try StandardOutput.write(.array(models.map(\.json))) }
      if models.isEmpty { return StandardError.note(noMatch) }
      var table = Table([
        ("NAME", .left), ("SIZE", .right), ("FAMILY", .left), ("TASK", .left), ("CACHED", .left),
        ("HEADS", .left),
      ])
      for model in models { table.append(model.cells) }
      try StandardOutput.write(StandardOutput.isTerminal ? table.text() : table.plainText)
    }

    private var noMatch: String {
      guard let pattern, !pattern.contains(where: { "*?[".contains($0) }) else {
        return "no model matches"
      }
      return "no model is called '\(pattern)'; '*\(pattern)*' finds it inside of names"
    }
  }
}

private struct ListedModel {
  let entry: RegistryEntry
  let family: String
  let isCached: Bool
  let isLoadable: Bool

  init(_ name: String, in zoo: ModelZoo) throws(RegistryError) {
    entry = try zoo.registry.entry(named: name)
    family = try zoo.registry.network(of: entry).family
    isCached = zoo.isCached(try zoo.request(for: entry))
    isLoadable = try zoo.obstacle(toRunning: entry) == nil
  }

  var cells: [String] {
    let levels = entry.heads.map(\.level)
    return [
      entry.name, entry.files[0].sizeText ?? "-", family, entry.task.rawValue,
      isCached ? "cached" : "-", levels.isEmpty ? "-" : levels.joined(separator: ","),
    ]
  }

  var json: JSONValue {
    let file = entry.files[0]
    return [
      "name": .string(entry.name), "network": .string(entry.network), "family": .string(family),
      "task": .string(entry.task.rawValue), "size": .optional(file.size),
      "size_mib": .optional(file.sizeMiB), "cached": .bool(isCached),
      "loadable": .bool(isLoadable), "heads": .array(entry.heads.map { .string($0.level) }),
    ]
  }
}
