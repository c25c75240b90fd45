import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Take the models of a bundle into the cache; needs no network.",
      discussion: """
        Every file is verified; of a bundle that is damaged nothing is taken. Digests that were \
        trusted on first use come along. The bundle's registry does not: where models are not in \
        a registry of this machine, unpack it with 'tar -xf BUNDLE registry.json' and use \
        --registry.
        """)

    @Argument(help: "The file to read; - is standard input.", completion: .file())
    var bundle: String

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let cache = try options.makeCache()
      let imported = try await cache.importBundle(
        from: BundlePlace(argument: bundle), checking: contentCheck(cache.loadPolicy),
        progress: options.makeProgress().handler)
      StandardError.clearStatus()
      try options.json
        ? StandardOutput.write(["files": .array(imported.files.map(\.json))])
        : StandardOutput.write(imported.files.text)
      await noteUnknownModels(imported)
    }

    private func noteUnknownModels(_ imported: BundleImport) async {
      let known = Set(await options.registeredFiles().map(\.model))
      let unknown = Set(imported.files.map(\.model)).subtracting(known).sorted()
      if unknown.isEmpty || imported.registry == nil { return }
      StandardError.note(
        "no registry here knows \(unknown.joined(separator: ", ")); "
          + "the bundle's own does: `tar -xf \(bundle == "-" ? "BUNDLE" : bundle) registry.json`, "
          + "then --registry registry.json")
    }
  }
}
