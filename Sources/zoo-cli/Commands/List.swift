import ArgumentParser
import ModelZoo

extension RootCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List models.",
      discussion: """
        A line for each model: name, size, family, task, whether its weights are in the cache, the \
        levels of its heads, whether this version can run it, and its own classifier: how many \
        classes, or yes where only its file says so. Where standard output is not a terminal the \
        columns are separated by tabs and have no titles.
        """)

    @Argument(
      help: "A shell pattern for the whole name, such as 'vit_*bioscan*'; quote it for the shell.")
    var pattern: String?

    @Option(
      help: ArgumentHelp(
        "Only models for a task: \(ModelTask.allCases.map(\.rawValue).joined(separator: ", ")).",
        valueName: "task"),
      completion: .list(ModelTask.allCases.map(\.rawValue)), transform: List.task)
    var task: ModelTask?

    @Option(help: "Only models or networks of a family, such as vit.")
    var family: String?

    @Flag(help: "Only models whose weights are in the cache.")
    var cached = false

    @Flag(help: "Only models or networks that this version can run.")
    var loadable = false

    @Flag(
      help: """
        List the configurations of networks that models and checkpoints can name: name, family, and \
        whether this version can run it.
        """)
    var networks = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if networks, task != nil || cached {
        throw ValidationError("--task and --cached are for models; leave them out with --networks.")
      }
    }

    func run() async throws {
      let zoo = try await options.makeZoo()
      try check(family: family, in: zoo.registry)
      if networks { return try listNetworks(zoo) }
      let models = try zoo.registry.names(matching: pattern, task: task, family: family)
        .map { try ListedModel($0, in: zoo) }
        .filter { (!cached || $0.isCached) && (!loadable || $0.isLoadable) }
      if options.json { return try StandardOutput.write(.array(models.map(\.json))) }
      if models.isEmpty { return StandardError.note(noMatch) }
      var table = Table([
        ("NAME", .left), ("SIZE", .right), ("FAMILY", .left), ("TASK", .left), ("CACHED", .left),
        ("HEADS", .left), ("RUNS", .left), ("CLASSIFIER", .left),
      ])
      for model in models { table.append(model.cells) }
      try StandardOutput.write(StandardOutput.isTerminal ? table.text() : table.plainText)
    }

    private func listNetworks(_ zoo: Zoo) throws {
      let networks = try zoo.registry.networkNames(matching: pattern, family: family)
        .map { try zoo.registry.network(named: $0) }.filter { !loadable || zoo.canRun($0) }
      if options.json {
        return try StandardOutput.write(
          .array(
            networks.map {
              [
                "name": .string($0.name), "family": .string($0.family),
                "class": .optional($0.className), "loadable": .bool(zoo.canRun($0)),
              ]
            }))
      }
      if networks.isEmpty { return StandardError.note(noMatch) }
      var table = Table([("NAME", .left), ("FAMILY", .left), ("RUNS", .left)])
      for network in networks {
        table.append([network.name, network.family, zoo.canRun(network) ? "yes" : "no"])
      }
      try StandardOutput.write(StandardOutput.isTerminal ? table.text() : table.plainText)
    }

    private var noMatch: String {
      let kind = networks ? "network" : "model"
      guard let pattern, !pattern.contains(where: { "*?[".contains($0) }) else {
        return "no \(kind) matches"
      }
      return "no \(kind) is called '\(pattern)'; '*\(pattern)*' finds it inside of names"
    }

    private func check(family: String?, in registry: Registry) throws {
      guard let family, !registry.families.contains(family) else { return }
      throw CommandError(
        .usage,
        "no network is of the family '\(family)', but of \(registry.families.joined(separator: ", "))"
          + (suggestion(for: family, among: registry.families) ?? ""))
    }

    private static func task(_ text: String) throws -> ModelTask {
      if let task = ModelTask(rawValue: text) { return task }
      let tasks = ModelTask.allCases.map(\.rawValue)
      throw ValidationError(
        "'\(text)' is none of \(tasks.joined(separator: ", "))"
          + (suggestion(for: text, among: tasks) ?? ""))
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
  let hasClassifier: Bool?
  let classes: Int?

  init(_ name: String, in zoo: Zoo) throws(RegistryError) {
    let entry = try zoo.registry.entry(named: name)
    let configuration = try zoo.registry.network(of: entry)
    self.name = name
    network = entry.network
    family = configuration.family
    task = entry.task
    file = entry.files[0]
    levels = entry.heads.map(\.level)
    isCached = zoo.hasCachedWeights(entry)
    isLoadable = zoo.unsupportedReason(of: entry, configuration, format: nil) == nil
    hasClassifier = entry.hasClassifier
    classes = entry.classes
  }

  var cells: [String] {
    [
      name, file.sizeText ?? "-", family, task.rawValue, isCached ? "cached" : "-",
      levels.isEmpty ? "-" : levels.joined(separator: ","), isLoadable ? "yes" : "no", classifier,
    ]
  }

  private var classifier: String {
    switch hasClassifier {
    case true?: classes.map { "\($0) classes" } ?? "yes"
    case false?: "no"
    case nil: "not known"
    }
  }

  var json: JSONValue {
    [
      "name": .string(name), "network": .string(network), "family": .string(family),
      "task": .string(task.rawValue), "size": .optional(file.size),
      "size_mib": .optional(file.sizeMiB), "cached": .bool(isCached),
      "loadable": .bool(isLoadable), "heads": .strings(levels),
      "classifier": .optional(hasClassifier), "classes": .optional(classes),
    ]
  }
}
