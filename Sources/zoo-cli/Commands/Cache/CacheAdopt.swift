import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "adopt",
      abstract: "Take files of models from another program's cache.",
      discussion: """
        Such as birder's 'models', torch hub's 'checkpoints' or the cache of Hugging Face. Files \
        are known by their SHA-256, whatever they are called, and are taken by reflink where the \
        file system can do that, else copied. The directory stays as it is.
        """)

    @Argument(help: "The directory to look in, with all below it.", completion: .directory)
    var directory: String

    @Flag(
      name: .customLong("hardlink"),
      help: "Link files in place of copying; a program that changes one then damages the other.")
    var hardLink = false

    @Flag(help: "Take nothing, but print what would be taken.")
    var dryRun = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let zoo = try await options.makeOfflineZoo()
      let adoption = try await zoo.fetcher.cache.adoptFiles(
        in: directory,
        wanted: try zoo.registeredFiles.map {
          Adoptable(request: $0.request, estimatedSize: $0.estimatedSize)
        },
        hardLinking: hardLink, dryRun: dryRun, checking: zoo.fetcher.contentCheck,
        progress: options.makeProgress().handler)
      StandardError.clearStatus()
      for problem in adoption.problems { StandardError.note("\(problem)") }
      try options.json ? StandardOutput.write(json(adoption)) : write(adoption)
    }

    private func write(_ adoption: Adoption) throws {
      var table = Table([("", .left), ("", .right), ("", .left), ("", .left)])
      for file in adoption.files {
        table.append([
          file.method?.text ?? "found", Units.bytes(file.size),
          file.names.map(\.description).joined(separator: ", "), file.source,
        ])
      }
      if !table.isEmpty { try StandardOutput.write(table.text()) }
      let bytes = adoption.files.reduce(0) { $0 + $1.size }
      let taken = dryRun ? "would be taken" : "taken"
      try StandardOutput.write("\(adoption.files.count) files \(taken), \(Units.bytes(bytes))")
    }

    private func json(_ adoption: Adoption) -> JSONValue {
      [
        "dry_run": .bool(dryRun),
        "files": .array(
          adoption.files.map { file in
            [
              "files": .array(file.names.map(\.json)), "source": .string(file.source),
              "sha256": .string(file.sha256.hex), "size": .integer(file.size),
              "method": .optional(file.method?.rawValue),
            ]
          }),
        "problems": .strings(adoption.problems.map { "\($0)" }),
      ]
    }
  }
}

extension AdoptionMethod {
  fileprivate var text: String {
    switch self {
    case .reflink: "reflinked"
    case .hardLink: "hard-linked"
    case .copy: "copied"
    }
  }
}
