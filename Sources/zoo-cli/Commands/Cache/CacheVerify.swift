import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Hash cached files again, all or those of models; needs no network.",
      discussion: """
        The exit code is 5 if a file is damaged. Read-only caches are looked at too, and never \
        changed.
        """)

    @Argument(help: "The names of models; all files without any.")
    var models: [String] = []

    @Flag(help: "Remove damaged files.")
    var remove = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let cache = try options.makeCache()
      let result = try await cache.verify(
        models: models.isEmpty ? nil : models, knowing: await options.registeredFiles(),
        removing: remove, progress: options.makeProgress().handler)
      StandardError.clearStatus()
      try options.json ? StandardOutput.write(json(result)) : write(result)
      guard let first = result.damaged.first else { return }
      let count = result.damaged.count
      throw CommandError(
        .integrity,
        count == 1 ? "\(first.error)" : "\(count) cached files are damaged; \(first.error)")
    }

    private func write(_ result: CacheVerification) throws {
      for damage in result.damaged {
        let fate = damage.isRemoved ? "damaged, removed" : "damaged"
        try StandardOutput.write("\(fate)\t\(damage.blob.path)\t\(damage.blob.namesText)")
      }
      let bytes = result.sound.reduce(0) { $0 + $1.size }
      try StandardOutput.write(
        "\(result.sound.count) files are sound (\(Units.bytes(bytes))), "
          + "\(result.damaged.count) damaged")
    }

    private func json(_ result: CacheVerification) -> JSONValue {
      [
        "sound": .array(result.sound.map(\.json)),
        "damaged": .array(
          result.damaged.map { damage in
            var object = damage.blob.json.object ?? JSONObject()
            object["found"] = .optional(damage.error.found)
            object["removed"] = .bool(damage.isRemoved)
            object["error"] = .string("\(damage.error)")
            return .object(object)
          }),
      ]
    }
  }
}
