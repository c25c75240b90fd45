import ArgumentParser
import ModelZoo

extension Zoo {
  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring models into the cache, verified, and print the paths of their files.",
      discussion: """
        A file without a published checksum is trusted when it first comes: its SHA-256 is \
        remembered, and a later change is an error.
        """)

    @Argument(help: "The names of models.")
    var models: [String]

    @Option(
      help: ArgumentHelp(
        "Which heads to fetch too, separated by commas.", valueName: "all|none|level,…"))
    var heads = HeadSelection.all

    @Option(
      help: ArgumentHelp(
        "The format of the weights; by default what is cached, else the first of 'zoo info'.",
        valueName: "pt|safetensors"))
    var format: String?

    @Flag(help: "Fetch nothing, but print what would be fetched.")
    var dryRun = false

    @Flag(
      inversion: .prefixedNo,
      help: "Compare keys and shapes of weights with the network's before a download.")
    var precheck = true

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let zoo = try await options.makeZoo()
      // All names are looked up before the first download.
      var requests: [FileRequest] = []
      for model in models {
        let entry = try zoo.registry.entry(named: model)
        requests.append(try zoo.request(for: entry, format: format))
        for level in try heads.levels(of: entry) {
          requests.append(try zoo.request(for: entry, head: level))
        }
      }
      if dryRun { return try printPlan(requests, in: zoo) }
      if precheck { for request in requests { try await zoo.precheck(request) } }
      let progress = options.makeProgress()
      var fetched: [JSONValue] = []
      for request in requests {
        let file = try await zoo.fetcher.fetch(request, progress: progress.handler)
        StandardError.clearStatus()
        if options.json {
          fetched.append(file.json(for: request))
        } else {
          try StandardOutput.write(file.link ?? file.path)
        }
      }
      if options.json { try StandardOutput.write(.array(fetched)) }
    }

    private func printPlan(_ requests: [FileRequest], in zoo: ModelZoo) throws {
      if options.json {
        let plan = requests.map { request -> JSONValue in
          [
            "model": .string(request.model), "file": .string(request.file),
            "urls": .strings(request.urls), "sha256": .optional(request.sha256?.hex),
            "size": .optional(request.size), "cached": .bool(zoo.isCached(request)),
          ]
        }
        return try StandardOutput.write(.array(plan))
      }
      var table = Table([("", .left), ("", .right), ("", .left)])
      for request in requests {
        table.append([
          zoo.isCached(request) ? "cached" : "to fetch",
          request.size.map(Units.bytes) ?? "size unknown", request.urls[0],
        ])
      }
      try StandardOutput.write(table.text())
    }
  }
}

/// Which heads of a model are meant.
enum HeadSelection: ExpressibleByArgument {
  case all
  case none
  case levels([String])

  init?(argument: String) {
    switch argument {
    case "all": self = .all
    case "none": self = .none
    default:
      let levels = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      if levels.contains("") { return nil }
      self = .levels(levels)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .all: "all"
    case .none: "none"
    case .levels(let levels): levels.joined(separator: ",")
    }
  }

  func levels(of entry: RegistryEntry) throws(RegistryError) -> [String] {
    switch self {
    case .all: return entry.heads.map(\.level)
    case .none: return []
    case .levels(let levels):
      for level in levels { _ = try entry.head(level) }
      return levels
    }
  }
}

extension FetchedFile {
  fileprivate func json(for request: FileRequest) -> JSONValue {
    [
      "model": .string(request.model), "file": .string(request.file), "path": .string(path),
      "link": .optional(link), "sha256": .string(sha256.hex), "size": .integer(size),
      "checksum_source": .string(checksumSource.rawValue), "cached": .bool(wasCached),
    ]
  }
}
