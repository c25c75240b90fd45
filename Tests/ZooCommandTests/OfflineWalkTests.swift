import Foundation
import Testing

/// Runs the commands of docs/offline.md: the first block with, the second without a network.
struct OfflineWalkTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func theWalkOfThePage() async throws {
    let blocks = try Self.shellBlocks()
    try #require(blocks.count == 2)
    let repository = ZooCommand.examples.deletingLastPathComponent().deletingLastPathComponent()
    try FileManager.default.createSymbolicLink(
      atPath: zoo.path("Examples"), withDestinationPath: repository.path + "/Examples")
    let connected = try await run(blocks[0], home: "connected", in: zoo.directory)
    #expect(connected.status == 0, "\(connected.errors)")

    let far = zoo.directory.appending(path: "far away ü")
    try FileManager.default.createDirectory(at: far, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: zoo.path("bundle.tar"), toPath: far.path + "/bundle.tar")
    try FileManager.default.copyItem(
      atPath: zoo.sample("digit-3-04.png"), toPath: far.path + "/digit-3-04.png")
    let offline = try await run(blocks[1], home: "far home", in: far, withNetwork: false)
    #expect(offline.status == 0, "\(offline.errors)")
    let results = offline.output.split(separator: "digit-3-04.png\n").last ?? ""
    #expect(results.split(separator: "\n").first?.hasPrefix("  digit   3 ") == true)
    #expect(results.contains("parity  odd"))
  }

  private func run(
    _ script: String, home: String, in directory: URL, withNetwork: Bool = true
  ) async throws -> Outcome {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let commands = ZooCommand.executable.deletingLastPathComponent().path
    let wrapper = withNetwork ? [] : NoNetwork.arguments
    return try await zoo.run(
      wrapper + ["sh", "-e", "-c", "cd '\(directory.path)'\n" + script],
      environment: [
        "PATH": "\(commands):\(path)", "HOME": zoo.path(home), "ZOO_CACHE": "",
        // Where there are no namespaces, a connection would fail here.
        "https_proxy": "http://192.0.2.1:9", "http_proxy": "http://192.0.2.1:9",
      ], executable: "/usr/bin/env")
  }

  /// The blocks of the page that are to be run.
  private static func shellBlocks() throws -> [String] {
    let page = ZooCommand.examples.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/offline.md")
    let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
    return parts.filter { $0.hasPrefix("sh\n") }.map { String($0.dropFirst(3)) }
  }
}

/// What takes the network away from a program, where the system allows it.
private enum NoNetwork {
  static let arguments: [String] = {
    let arguments = ["unshare", "--user", "--map-root-user", "--net"]
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments + ["true"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return [] }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? arguments : []
  }()
}
