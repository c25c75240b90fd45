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

  @Test func mistypedCommand() async throws {
    let outcome = try await zoo("inof")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("'inof' is not a command; did you mean 'info'?\nUsage: zoo"))
    for arguments in [["parrots"], ["--jsn"], ["bench-images", "--jsn"]] {
      let outcome = try await zoo.run(arguments)
      #expect(outcome.status == 64 && !outcome.errors.contains("did you mean"))
    }
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

  @Test func interruptionKeepsWhatCame() async throws {
    let server = try SilentServer()
    try zoo.write(
      """
      {"schema": 1, "models": {"m": {"network": "vit_b16_ls",
       "files": {"pt": {"url": "http://127.0.0.1:\(server.port)/m.pt"}}}}}
      """, to: "registry.json")
    let process = zoo.process([
      "fetch", "m", "--registry", "registry.json", "--no-precheck", "--progress", "json",
    ])
    let pipe = Pipe()
    process.standardError = pipe
    async let status = ZooCommand.status(of: process)
    let connection = try await server.accept()
    try connection.write(
      contentsOf: Data("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789".utf8))
    let errors = pipe.fileHandleForReading
    let before = await text(of: errors) { $0.contains("receiving") }
    #expect(before.contains("receiving"))
    process.interrupt()
    #expect(try await status == 130)
    let after = await text(of: errors) { _ in false }
    #expect(after.contains("stopped at 10 of 1000 bytes of m.pt"), "\(after)")
    #expect(after.contains("fetching again goes on from there"))
    let kept = zoo.cache + "/partial/m/m.pt/1/part/data"
    #expect(FileManager.default.contents(atPath: kept)?.prefix(10) == Data("0123456789".utf8))
  }

  /// What comes through a pipe until it is enough or all.
  private func text(
    of pipe: FileHandle, until isEnough: @escaping @Sendable (String) -> Bool
  ) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var data = Data()
        var text = ""
        while !isEnough(text) {
          let next = pipe.availableData
          if next.isEmpty { break }
          data.append(next)
          text = String(decoding: data, as: UTF8.self)
        }
        continuation.resume(returning: text)
      }
    }
  }
}
