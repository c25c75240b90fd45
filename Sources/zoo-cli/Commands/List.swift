import ArgumentParser
import ModelZoo

extension ModelTask: ExpressibleByArgument {}

extension Zoo {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
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
  let name: String
  let network: String
  let family: String
  let task: ModelTask
  let file: ModelFile
  let levels: [String]
  let isCached: Bool
  let isLoadable: Bool

  init(_ name: String, in zoo: ModelZoo) throws(RegistryError) {
    let entry = try zoo.registry.entry(named: name)
    let configuration = try zoo.registry.network(of: entry)
    self.name = name
    network = entry.network
    family = configuration.family
    task = entry.task
    file = entry.files[0]
    levels = entry.heads.map(\.level)
    isCached = zoo.hasCachedWeights(entry)
    isLoadable = zoo.obstacle(toRunning: entry, configuration, format: nil) == nil
  }

  var cells: [String] {
    [
      name, file.sizeText ?? "-", family, task.rawValue, isCached ? "cached" : "-",
      levels.isEmpty ? "-" : levels.joined(separator: ","),
    ]
  }

  var json: JSONValue {
    [
      "name": .string(name), "network": .string(network), "family": .string(family),
      "task": .string(task.rawValue), "size": .optional(file.size),
      "size_mib": .optional(file.sizeMiB), "cached": .bool(isCached),
      "loadable": .bool(isLoadable), "heads": .strings(levels),
    ]
  }
}
