import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "doctor",
      abstract: "Show what this machine offers: processor, threads, cache, registries, libraries.",
      discussion: "The exit code is not 0 if something has to be put right.")

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let named = options.cache ?? ZooEnvironment.processVariables["ZOO_CACHE"] ?? ""
      let diagnosis = await Diagnosis(
        try options.environment(), isCacheAskedFor: !named.isEmpty)
      try options.json
        ? StandardOutput.write(diagnosis.json) : StandardOutput.write(diagnosis.text)
      guard let first = diagnosis.problems.first else { return }
      for problem in diagnosis.problems.dropFirst() { StandardError.write("zoo: \(problem)") }
      throw first
    }
  }
}
