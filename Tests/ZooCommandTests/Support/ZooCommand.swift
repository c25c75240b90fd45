import Foundation
import ModelZoo
import Testing

/// What a run of the command left.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String

  var lines: [Substring] { output.split(separator: "\n") }

  func json(_ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
    let value = try? JSONValue(parsing: output)
    return try #require(value, "not JSON: \(output) \(errors)", sourceLocation: location)
  }

  /// Checks that the command failed as it should: the exit code, nothing on standard output, and
  /// one sentence with the texts on standard error.
  func expectFailure(
    _ status: Int32, _ texts: String..., location: SourceLocation = #_sourceLocation
  ) {
    #expect(self.status == status, "\(errors)", sourceLocation: location)
    #expect(output == "", sourceLocation: location)
    #expect(errors.hasPrefix("zoo: "), "\(errors)", sourceLocation: location)
    #expect(errors.hasSuffix("\n"), sourceLocation: location)
    #expect(errors.split(separator: "\n").count == 1, "\(errors)", sourceLocation: location)
    for text in texts {
      #expect(errors.contains(text), "no '\(text)' in: \(errors)", sourceLocation: location)
    }
  }
}

/// Runs the built command as a user does, with a home, a cache and a working directory of its own.
final class ZooCommand {
  /// The working directory, removed in the end.
  let directory: URL

  static let model = "vit_digits_ls_sklearn-digits"
  static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples/digits")
  static let samples = ZooCommand.examples.appending(path: "samples")

  init() throws {
    directory = FileManager.default.temporaryDirectory
      .appending(path: "zoo-command-\(UUID().uuidString)").resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  var cache: String { path("cache") }

  func path(_ name: String) -> String { directory.appending(path: name).path }

  /// The path of one of the digits model's images.
  func sample(_ name: String) -> String { ZooCommand.samples.appending(path: name).path }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }

  /// Writes a registry with the model `mystery` of the network `strange`, of a family that no version
  /// knows; the options that name it.
  func unknownFamily() throws -> [String] {
    try write(
      """
      {"schema": 1, "networks": {"strange": {"family": "unheard_of", "config": {}}},
       "models": {"mystery": {"network": "strange", "files": {"pt": {"url": "mystery.pt"}}}}}
      """, to: "strange.json")
    return ["--registry", path("strange.json")]
  }

  /// Writes the digits model's registry with its entry changed, and with absolute URLs.
  func writeDigitsRegistry(
    to name: String, changing change: (inout JSONObject) -> Void
  ) throws {
    let file = ZooCommand.examples.appending(path: "registry.json")
    var registry = try #require(try JSONValue(parsing: try Data(contentsOf: file)).object)
    var entry = try #require(registry["models"]?[ZooCommand.model]?.object)
    var weights = try #require(entry["files"]?["pt"]?.object)
    weights["url"] = .string(
      ZooCommand.examples.appending(path: "\(ZooCommand.model).pt").absoluteString)
    entry["files"] = ["pt": .object(weights)]
    change(&entry)
    registry["models"] = [ZooCommand.model: .object(entry)]
    try write(JSONValue.object(registry).serialized(), to: name)
  }

  static let digitsRegistry = ["--registry", examples.appending(path: "registry.json").path]

  /// Runs the command with the registry of the digits model.
  func digits(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await run(arguments + ZooCommand.digitsRegistry, environment: environment)
  }

  func callAsFunction(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await run(arguments, environment: environment)
  }

  /// Runs the command, or another program that runs it; its output goes to `output` if that is
  /// given.
  func run(
    _ arguments: [String], environment: [String: String] = [:], output: FileHandle? = nil,
    executable: String? = nil
  ) async throws -> Outcome {
    let outputs = try ["out", "err"].map { try makeFile("\($0)-\(UUID().uuidString)") }
    let process = process(arguments, environment: environment)
    if let executable { process.executableURL = URL(filePath: executable) }
    process.standardOutput = output ?? outputs[0].handle
    process.standardError = outputs[1].handle
    let status = try await ZooCommand.status(of: process)
    return Outcome(
      status: status, output: try String(contentsOf: outputs[0].url, encoding: .utf8),
      errors: try String(contentsOf: outputs[1].url, encoding: .utf8))
  }

  /// A process that is not started yet.
  func process(_ arguments: [String], environment: [String: String] = [:]) -> Process {
    let process = Process()
    process.executableURL = ZooCommand.executable
    process.arguments = arguments
    process.environment = ["HOME": directory.path, "ZOO_CACHE": cache].merging(environment) { $1 }
    process.currentDirectoryURL = directory
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  private func makeFile(_ name: String) throws -> (url: URL, handle: FileHandle) {
    let url = directory.appending(path: name)
    try Data().write(to: url)
    return (url, try FileHandle(forWritingTo: url))
  }

  /// Runs a process to its end; a signal that ended it counts 128 more, as for a shell.
  static func status(of process: Process) async throws -> Int32 {
    try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { process in
        let signal = process.terminationReason == .uncaughtSignal ? Int32(128) : 0
        continuation.resume(returning: signal + process.terminationStatus)
      }
      do {
        try process.run()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// The command, which is built beside the tests.
  static let executable: URL = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
    let directory = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    return directory.appending(path: "zoo")
  }()
}
