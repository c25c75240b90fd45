import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fetch",
      abstract: "Bring models into the cache, verified, and print the paths of their files.",
      discussion: """
        A file without a published checksum is trusted when it first comes: its SHA-256 is \
        remembered, and a later change is an error.
        """)

    @Argument(help: "The names of models, or hf:OWNER/REPO.")
    var models: [String]

    @OptionGroup
    var set: SetOptions

    @OptionGroup
    var fetching: FetchingOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let zoo = try await options.makeZoo(changing: fetching.apply)
      // All names are looked up before the first download.
      let set = try await zoo.modelSet(resolving: models, heads: set.heads, format: set.format)
      try noteObstacles(models, in: zoo)
      if fetching.dryRun { return try printPlan(zoo.plan(set)) }
      let report = try await zoo.fetch(
        set, prechecks: fetching.precheck, progress: options.makeProgress().handler
      ) { file in
        StandardError.clearStatus()
        guard !options.json, case .present(let found) = file.state else { return }
        try StandardOutput.write(found.link ?? found.path)
      }
      if let failure = report.failure { throw failure }
      if options.json {
        try StandardOutput.write(.array(report.files.compactMap(\.fetchedJSON)))
      }
    }

    private func printPlan(_ plan: FetchPlan) throws {
      if options.json { return try StandardOutput.write(.array(plan.files.map(\.json))) }
      try StandardOutput.write(plan.table.text())
      StandardError.note(plan.summary)
    }
  }
}

extension SetReport.File {
  /// A file that is there.
  fileprivate var fetchedJSON: JSONValue? {
    guard case .present(let found) = state else { return nil }
    var object = JSONObject()
    object["model"] = .string(request.model)
    object["file"] = .string(request.file)
    return .object(object.merging(found.facts))
  }
}
