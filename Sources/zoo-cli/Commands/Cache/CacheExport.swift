import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export",
      abstract: "Write models into a bundle, to carry them to another machine.",
      discussion: """
        A bundle is a tar archive with a manifest of hashes, a registry of its models, and the \
        files. All files have to be in the cache; 'zoo prewarm' brings them there.
        """)

    @Argument(help: "The file to write; - is standard output.", completion: .file())
    var bundle: String

    @Argument(help: "The names of models, or hf:OWNER/REPO.")
    var models: [String]

    @OptionGroup
    var set: SetOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      var check = OutputCheck()
      if options.json { try check.addPrintedResults() }
      let path = outputPath(bundle)
      try check.add("the bundle", path, isText: false)
      let zoo = try await options.makeOfflineZoo()
      let set = try await zoo.modelSet(resolving: models, heads: set.heads, format: set.format)
      let files = try await zoo.exportBundle(
        set, to: .file(path), progress: options.makeProgress().handler)
      StandardError.clearStatus()
      if OutputIdentity(path) == OutputIdentity(OutputPlace.standardOutput) { return }
      if options.json {
        return try StandardOutput.write([
          "bundle": .string(bundle), "files": .array(files.map(\.json)),
        ])
      }
      try StandardOutput.write(files.text)
    }
  }
}

extension BundlePlace {
  init(argument: String) { self = argument == "-" ? .standardStream : .file(argument) }
}
