import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Print everything that is known of a model.",
      discussion: """
        With --classes it prints class names instead, which stand in the files of the classifier or \
        the heads: these have to be in the cache. A line has the level, the index and the name, \
        separated by tabs where standard output is not a terminal.
        """)

    @Argument(help: "The name of a model; 'zoo list' prints all.")
    var model: String

    @Flag(help: "Print the names of classes.")
    var classes = false

    @Option(
      name: .customLong("head"),
      help: ArgumentHelp(
        """
        The head whose classes to print, or 'classifier' for the network's own; several with commas \
        or by repeating the option. By default the classifier's, and without one those of all heads.
        """, valueName: "level"))
    var levels: [String] = []

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if !classes, !levels.isEmpty { throw ValidationError("--head is for --classes.") }
    }

    func run() async throws {
      let zoo = try await options.makeZoo()
      guard case .name = try ModelReference(model, in: zoo.registry) else {
        throw CommandError(
          .usage,
          "\(model) is no model of a registry, of which there would be more to say; 'zoo inspect' "
            + "tells what is in it")
      }
      if classes {
        let classes = try await ListedClasses(of: model, levels: levels, in: zoo)
        if options.json { return try StandardOutput.write(classes.json) }
        return try StandardOutput.write(
          StandardOutput.isTerminal ? classes.table.text() : classes.table.plainText)
      }
      let model = try DescribedModel(model, in: zoo)
      if options.json { return try StandardOutput.write(model.json) }
      try StandardOutput.write(model.text)
    }
  }
}

private struct DescribedModel {
  let entry: RegistryEntry
  let network: NetworkConfiguration
  let unsupportedReason: ModelError?
  let cachedFiles: Set<String>
  /// Local files that have changed since they were cached.
  let changedFiles: Set<String>

  init(_ name: String, in zoo: Zoo) throws(RegistryError) {
    entry = try zoo.registry.entry(named: name)
    network = try zoo.registry.network(of: entry)
    unsupportedReason = try zoo.unsupportedReason(of: entry)
    var requests: [FileRequest] = []
    for file in entry.files { requests.append(try zoo.request(for: entry, format: file.format)) }
    for head in entry.heads { requests.append(try zoo.request(for: entry, head: head.level)) }
    cachedFiles = Set(requests.filter(zoo.isCached).map(\.file))
    changedFiles = Set(requests.filter(zoo.fetcher.hasChangedSource).map(\.file))
  }

  func isCached(_ fileName: String) -> Bool { cachedFiles.contains(fileName) }

  func state(of fileName: String) -> String {
    if isCached(fileName) { return "cached" }
    return changedFiles.contains(fileName) ? "changed since it was cached" : "not cached"
  }
}

extension DescribedModel {
  /// The entry as it stands in its registry, resolved, with what is known beyond it.
  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(entry.name)
    object = object.merging(entry.fields)
    object["task"] = .string(entry.task.rawValue)
    object["family"] = .string(network.family)
    object["config"] = .object(network.config)
    var files = JSONObject()
    for file in entry.files {
      files[file.format] = [
        "url": .string(file.url), "mirrors": .strings(file.mirrors),
        "sha256": .optional(file.sha256?.hex), "size": .optional(file.size),
        "size_mib": .optional(file.sizeMiB), "cached": .bool(isCached(file.fileName)),
      ]
    }
    object["files"] = .object(files)
    var heads = JSONObject()
    for head in entry.heads {
      var metrics = JSONObject()
      for metric in head.metrics { metrics[metric.name] = .number(metric.value) }
      heads[head.level] = [
        "url": .string(head.url), "mirrors": .strings(head.mirrors),
        "sha256": .optional(head.sha256?.hex), "size": .optional(head.size),
        "classes": .optional(head.classes), "metrics": .object(metrics),
        "cached": .bool(isCached(head.fileName)),
      ]
    }
    object["heads"] = .object(heads)
    object["loadable"] = .bool(unsupportedReason == nil)
    object["classifier"] = .optional(entry.hasClassifier)
    object["classes"] = .optional(entry.classes)
    object["sources"] = .strings(entry.sources)
    return .object(object)
  }
}

extension DescribedModel {
  var text: String {
    var sections = [[entry.name, entry.description].filter { !$0.isEmpty }.joined(separator: "\n")]
    sections.append(facts.text)
    sections.append("files\n" + files.text(indent: 2))
    if !entry.heads.isEmpty { sections.append("heads\n" + heads.text(indent: 2)) }
    if let citation = entry.citation { sections.append("citation\n" + citation) }
    return sections.joined(separator: "\n\n")
  }

  private var facts: Facts {
    var facts = Facts()
    let className = network.className.map { " (\($0))" } ?? ""
    facts.add("network", "\(network.name) of the family \(network.family)\(className)")
    facts.add(
      "configuration", network.config.map { "\($0) \($1.serialized())" }.joined(separator: "\n"))
    facts.add("backbone", entry.backbone.map(\.text))
    facts.add("encoder", entry.encoder.map(\.text))
    facts.add("task", entry.task.rawValue)
    facts.add("runs here", unsupportedReason.map { "no: \($0)" } ?? "yes")
    facts.add("parameters", entry.parameters.map { Units.grouped($0) })
    facts.add("embedding", entry.embeddingSize.map { "[N, \($0)]" })
    facts.add("input", entry.signature.map { shape($0.inputs[0]) })
    facts.add("classifier", classifier)
    facts.add("RGB statistics", rgbStats)
    facts.add("metrics", entry.metrics.text)
    facts.add("license", entry.license ?? "not stated")
    facts.add("papers", entry.papers.joined(separator: "\n"))
    facts.add(
      "defined in",
      entry.sources.joined(separator: "\n") + (entry.sources.count > 1 ? " (this one is used)" : "")
    )
    return facts
  }

  private var classifier: String {
    switch entry.hasClassifier {
    case true?: entry.classes.map { "\($0) classes" } ?? "yes; its file states the classes"
    case false?: "none"
    case nil: "not known before the file is read"
    }
  }

  private var rgbStats: String? {
    guard let stats = entry.rgbStats else { return "as the checkpoint states" }
    let source = entry.rgbStatsSource.map { " (\($0))" } ?? ""
    return "mean \(stats.mean), std \(stats.std)\(source)"
  }

  private var files: Table {
    var table = Table([("", .left), ("", .right), ("", .left), ("", .left)])
    for file in entry.files {
      table.append([
        file.format, file.sizeText ?? "-", state(of: file.fileName),
        file.url,
      ])
      for mirror in file.mirrors { table.append(["", "", "", mirror]) }
      table.append(["", "", "SHA-256", file.sha256?.hex ?? "not published"])
    }
    return table
  }

  private var heads: Table {
    var table = Table([("", .left), ("", .right), ("", .left), ("", .left)])
    for head in entry.heads {
      table.append([
        head.level, head.classes.map { "\($0) classes" } ?? "-",
        state(of: head.fileName), head.url,
      ])
      table.append(["", "", "SHA-256", head.sha256?.hex ?? "not published"])
      if !head.metrics.isEmpty { table.append(["", "", "", head.metrics.text]) }
    }
    return table
  }

  /// A shape of a signature, where 0 stands for any number.
  private func shape(_ extents: [Int]) -> String {
    let others = extents.dropFirst().map { $0 == 0 ? "any" : String($0) }
    return "[\((["N"] + others).joined(separator: ", "))]"
  }
}

extension NetworkReference {
  fileprivate var text: String { network + (tag.map { " (\($0))" } ?? "") }
}
