import Foundation
import ModelZoo
import Testing

/// Runs the commands of docs/own-models.md, one block after the other, with a hub on this machine.
///
/// The example model goes by the names of the page: its network is called `vit_b16_ls`.
struct OwnModelsWalkTests {
  @Test func theWalkOfThePage() async throws {
    let zoo = try ZooCommand()
    let examples = ZooCommand.examples.path + "/" + ZooCommand.model
    let copies = [
      (examples + ".pt", "beetles.pt"), (examples + "-digit.head.pt", "beetles-order.head.pt"),
      (zoo.sample("digit-3-04.png"), "moth.jpg"),
    ]
    for (from, to) in copies {
      try FileManager.default.copyItem(atPath: from, toPath: zoo.path(to))
    }
    let registry = try String(
      contentsOf: ZooCommand.examples.appending(path: "registry.json"), encoding: .utf8
    ).replacing("\"vit_digits_ls\"", with: "\"vit_b16_ls\"")
    let hub = try HubServer([
      "someone/vit_b16_ls_beetles": HubServer.Repository(files: [
        "vit_b16_ls_beetles.pt": try await HubServer.File(examples + ".pt"),
        "order.head.pt": try await HubServer.File(examples + "-digit.head.pt"),
      ])
    ])
    let blocks = try Self.shellBlocks()
    try #require(blocks.count == 3)
    var outputs: [String] = []
    for block in blocks {
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      let commands = ZooCommand.executable.deletingLastPathComponent().path
      let outcome = try await zoo.run(
        ["sh", "-e", "-c", block],
        environment: [
          "PATH": "\(commands):\(path)", "HF_ENDPOINT": hub.url,
          "ZOO_REGISTRY": try zoo.write(registry, to: "registry.json"),
        ], executable: "/usr/bin/env")
      #expect(outcome.status == 0, "\(outcome.errors)")
      outputs.append(outcome.output)
    }
    #expect(outputs[..<2].allSatisfy { $0.contains("\n  order  3 ") })
    #expect(outputs[2].contains("tensors") && outputs[2].contains("\n  order  3 "))
    #expect(hub.requests.allSatisfy { !$0.path.contains("safetensors") })
    for output in ["moth.npy", "moth.parquet"] {
      #expect(FileManager.default.fileExists(atPath: zoo.path(output)))
    }
  }

  /// The blocks of the page that are to be run.
  private static func shellBlocks() throws -> [String] {
    let page = ZooCommand.examples.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/own-models.md")
    let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
    return parts.filter { $0.hasPrefix("sh\n") }.map { String($0.dropFirst(3)) }
  }
}
