import Foundation
import Testing

/// What all commands share.
struct CommandTests {
  static let commands = [
    "list", "info", "fetch", "classify", "embed", "features", "inspect", "bench", "doctor",
  ]
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test(arguments: commands)
  func help(command: String) async throws {
    let outcome = try await zoo(command, "--help")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("USAGE: zoo \(command)"))
    for option in ["--registry", "--cache", "--offline", "--threads", "--precision", "--json"] {
      #expect(outcome.output.contains(option))
    }
  }

  @Test func helpNamesEveryCommand() async throws {
    let outcome = try await zoo("--help")
    #expect(outcome.status == 0)
    for command in CommandTests.commands { #expect(outcome.output.contains("  \(command) ")) }
    #expect(try await zoo().output == outcome.output)
  }

  @Test func version() async throws {
    let outcome = try await zoo("--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: [["lits"], ["list", "--jsn"], ["info"], ["fetch"], ["list", "--cache", ""]])
  func usage(arguments: [String]) async throws {
    let outcome = try await zoo.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("Usage: zoo"))
  }

  @Test(arguments: [["list"], ["info", "vit_b16_ls_franca-bioscan5m"], ["list", "--json"]])
  func readerThatStopsEarly(arguments: [String]) async throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let outcome = try await zoo.run(arguments, output: pipe.fileHandleForWriting)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func outputOnAFullDisk() async throws {
    let full = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    try await zoo.run(["list"], output: full).expectFailure(8, "standard output", "No space left")
  }

  @Test func interruption() async throws {
    let server = try SilentServer()
    try zoo.write(
      """
      {"schema": 1, "models": {"m": {"network": "vit_b16_ls",
       "files": {"pt": {"url": "http://127.0.0.1:\(server.port)/m.pt"}}}}}
      """, to: "registry.json")
    let process = zoo.process(["fetch", "m", "--registry", "registry.json"])
    async let status = ZooCommand.status(of: process)
    try await server.accept()
    process.interrupt()
    #expect(try await status == 130)
  }
}
