import ArgumentParser
import ModelZoo

/// The options that every command has.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("registry"),
    help: ArgumentHelp(
      "Lay a registry over the built-in one; may be repeated, and a later one wins. (ZOO_REGISTRY)",
      valueName: "path|url"), completion: .file(extensions: ["json"]))
  var registries: [String] = []

  @Option(
    help: ArgumentHelp("The directory of the cache. (ZOO_CACHE)", valueName: "dir"),
    completion: .directory)
  var cache: String?

  @Flag(help: "Open no connection. (ZOO_OFFLINE=1)")
  var offline = false

  @Option(
    help: ArgumentHelp("How many threads compute; all processors by default. (ZOO_THREADS)"))
  var threads: Int?

  @Option(
    name: .customLong("precision"),
    help: ArgumentHelp(
      "The precision to compute with: f32, bf16 or int8; bench takes several, separated by commas.",
      valueName: "precision"),
    completion: .list(Precision.allCases.map(\.rawValue)), transform: PrecisionList.init)
  var precisions: PrecisionList?

  @Flag(
    help: """
      Compute convolutions without Winograd's algorithm: slower, with less memory and a little more \
      exactly.
      """)
  var exact = false

  @Option(
    help: "How to make sure that cached files are intact: by their stamps, by hashing, or not.")
  var verify: LoadPolicy = .stamp

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "How to tell of progress on standard error; by default only on a terminal.")
  var progress: ProgressStyle = .terminal

  @Flag(name: [.short, .long], help: "Print results and errors only.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads is \(threads) where a number from 1 on is expected.")
    }
    if cache == "" { throw ValidationError("--cache needs the path of a directory.") }
  }
}

/// Precisions, separated by commas.
struct PrecisionList {
  let precisions: [Precision]

  init(_ text: String) throws {
    precisions = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let precision = Precision(rawValue: String(part)) else {
        throw ValidationError(
          "--precision '\(text)' is none of \(Precision.allCases.map(\.rawValue).joined(separator: ", "))."
        )
      }
      return precision
    }
  }
}

extension LoadPolicy: ExpressibleByArgument {}

/// How progress is told.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  /// A line that is written over, if standard error is a terminal.
  case terminal
  /// A JSON object on a line of its own for each step.
  case json
  case none
}

extension CommonOptions {
  /// The environment with the options laid over it.
  func environment() throws -> ZooEnvironment {
    var variables = ZooEnvironment.processVariables
    if let cache { variables["ZOO_CACHE"] = cache }
    if let threads { variables["ZOO_THREADS"] = String(threads) }
    if offline { variables["ZOO_OFFLINE"] = "1" }
    var environment = try ZooEnvironment(variables)
    environment.registries += registries
    environment.cache.loadPolicy = verify
    return environment
  }

  /// The cache alone, for commands that look after it.
  func makeCache() throws -> Cache {
    if quiet { StandardError.silenceNotes() }
    return try environment().cache
  }

  /// The zoo without a network.
  func makeOfflineZoo() async throws -> Zoo {
    if quiet { StandardError.silenceNotes() }
    var environment = try environment()
    environment.policy = .offline
    return try await Zoo(environment)
  }

  /// The files of the registries; none if a registry cannot be read without a network.
  func registeredFiles() async -> [FileRequest] {
    (try? await makeOfflineZoo().registeredFiles.map(\.request)) ?? []
  }

  /// The zoo that the options and the environment describe.
  func makeZoo(
    changing change: (inout ZooEnvironment) throws -> Void = { _ in }
  ) async throws -> Zoo {
    if quiet { StandardError.silenceNotes() }
    var environment = try environment()
    try change(&environment)
    return try await Zoo(environment)
  }

  /// What tells of this command's progress.
  func makeProgress() -> ProgressReport { ProgressReport(quiet ? .none : progress) }

  /// What to compute with.
  var precision: Precision {
    get throws {
      let list = precisions?.precisions ?? [.f32]
      guard list.count == 1 else {
        throw ValidationError("--precision takes one precision here; only bench takes several.")
      }
      return list[0]
    }
  }
}
