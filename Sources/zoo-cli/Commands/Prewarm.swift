import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Prewarm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prewarm",
      abstract: "Bring many models into the cache as one unit, for machines that will be offline.",
      discussion: """
        A file that cannot be fetched does not keep the others from being fetched, but then the \
        command fails in the end and names what is missing or bad. Success means that all is here.
        """)

    @Argument(help: "The names of models, or hf:OWNER/REPO.")
    var models: [String] = []

    @Option(
      help: ArgumentHelp(
        "All models whose names match a shell pattern; may be repeated. Quote it for the shell.",
        valueName: "pattern"))
    var match: [String] = []

    @Option(
      help: ArgumentHelp(
        "The models that a file names, one on each line; # begins a comment, - is standard input.",
        valueName: "file"), completion: .file())
    var from: String?

    @OptionGroup
    var set: SetOptions

    @OptionGroup
    var fetching: FetchingOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if models.isEmpty, match.isEmpty, from == nil {
        throw ValidationError("Name models, or use --match or --from.")
      }
    }

    func run() async throws {
      let zoo = try await options.makeZoo(changing: fetching.apply)
      let names = try names(in: zoo)
      let set = try await zoo.modelSet(resolving: names, heads: set.heads, format: set.format)
      try noteObstacles(names, in: zoo)
      if fetching.dryRun { return try printPlan(zoo.plan(set)) }
      let report = try await zoo.fetch(
        set, prechecks: fetching.precheck, progress: options.makeProgress().handler
      ) { file in
        StandardError.clearStatus()
        if options.json { return }
        try StandardOutput.write(file.cells.filter { !$0.isEmpty }.joined(separator: "\t"))
      }
      try options.json
        ? StandardOutput.write(report.json) : StandardOutput.write(report.summary)
      if let failure = report.failure { throw failure }
    }

    private func names(in zoo: Zoo) throws -> [String] {
      var names = models
      for pattern in match {
        let matching = zoo.registry.names(matching: pattern)
        if matching.isEmpty { throw CommandError(.notFound, "no model matches '\(pattern)'") }
        names += matching
      }
      guard let from else { return names }
      let listed = try lines(of: from).compactMap { line -> String? in
        let name = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
        return name.isEmpty ? nil : name
      }
      if listed.isEmpty { throw CommandError(.notFound, "\(from) names no models") }
      return names + listed
    }

    private func lines(of path: String) throws -> [String] {
      let bytes =
        path == "-"
        ? AnyIterator { readLine(strippingNewline: false) }.flatMap(\.utf8)
        : try readFile(path, limit: 64 << 20)
      let text = String(decoding: withoutByteOrderMark(bytes), as: UTF8.self)
      return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    private func printPlan(_ plan: FetchPlan) throws {
      if options.json { return try StandardOutput.write(plan.json) }
      try StandardOutput.write(plan.table.text())
      try StandardOutput.write(plan.summary)
    }
  }
}
