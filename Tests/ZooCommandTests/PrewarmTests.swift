import Foundation
import ModelZoo
import Testing

struct PrewarmTests {
  let zoo: ZooCommand
  let model = ZooCommand.model

  init() throws { zoo = try ZooCommand() }

  /// A registry with a good model, one whose file is not there, and one with the wrong content.
  func writeMixedRegistry() throws {
    // Any checkpoint will do where no checksum is stated.
    try FileManager.default.copyItem(
      at: ZooCommand.examples.appending(path: "\(model)-parity.head.pt"),
      to: zoo.directory.appending(path: "good.pt"))
    try zoo.write("other", to: "wrong.pt")
    let digest = String(repeating: "0", count: 64)
    try zoo.write(
      """
      {"schema": 1, "models": {
       "m_gone": {"network": "vit_b16", "files": {"pt": {"url": "gone.pt", "size": 100}}},
       "m_wrong": {"network": "vit_b16", "files": {"pt": {"url": "wrong.pt", "sha256": "\(digest)"}}},
       "m_good": {"network": "vit_b16", "files": {"pt": {"url": "good.pt", "size_mib": 0.1}}}}}
      """, to: "registry.json")
  }

  @Test func bringsAllFilesOfAModel() async throws {
    for state in ["fetched", "cached"] {
      let outcome = try await zoo.digits("prewarm", model)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.count == 4)
      #expect(outcome.lines.dropLast().allSatisfy { $0.hasPrefix("\(state)\t") })
      #expect(outcome.lines.last?.hasPrefix("3 of 3 files are here") == true)
    }
  }

  @Test func namesPatternsAndListsTogether() async throws {
    try zoo.write("# models\n\n  \(model)  # the digits\r\n", to: "list.txt")
    let outcome = try await zoo.digits(
      "prewarm", model, "--match", "vit_digits_*", "--from", "list.txt", "--json")
    let report = try outcome.json()
    #expect(report["complete"] == true)
    #expect(report["files"]?.array?.count == 3)
    let weights = report["files"]?.array?.first
    #expect(weights?["state"] == "present")
    #expect(weights?["cached"] == false)
    #expect(weights?["size"] == 1_306_621)
  }

  @Test func aByteOrderMarkIsNoPartOfAName() async throws {
    let list = try zoo.write("\u{FEFF}\(model)\r\n", to: "list.txt")
    let outcome = try await zoo.digits("prewarm", "--from", "list.txt")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let process = zoo.process(["prewarm", "--from", "-"] + ZooCommand.digitsRegistry)
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: list))
    #expect(try await ZooCommand.status(of: process) == 0)
    // In a registry neither.
    let registry = ZooCommand.examples.appending(path: "registry.json")
    let text = try String(contentsOf: registry, encoding: .utf8)
    try zoo.write("\u{FEFF}" + text, to: "registry.json")
    #expect(try await zoo("info", model, "--registry", "registry.json").status == 0)
  }

  @Test func goesOnAfterAFailureAndSaysWhatIsMissing() async throws {
    try writeMixedRegistry()
    let arguments = ["prewarm", "--match", "m_*", "--registry", "registry.json"]
    let outcome = try await zoo.run(arguments)
    #expect(outcome.status == 5, "bad wins over missing")
    #expect(
      outcome.lines.map { $0.prefix { $0 != "\t" } }
        == ["missing", "bad", "fetched", "1 of 3 files are here; 1 fetched, 3.0 KiB"])
    #expect(
      outcome.errors.contains(
        "of 3 files 1 is missing (m_gone/m_gone.pt) and 1 is bad (m_wrong/m_wrong.pt)"))
    let json = try await zoo.run(arguments + ["--json"]).json()
    #expect(json["complete"] == false)
    #expect(json["files"]?.array?.map { $0["state"] } == ["missing", "bad", "present"])
    #expect(json["files"]?.array?.first?["error"]?.string?.contains("gone.pt") == true)
    let missing = try await zoo("prewarm", "m_gone", "m_good", "--registry", "registry.json")
    #expect(missing.status == 4)
  }

  @Test func aPlanSaysBytesDiskAndSources() async throws {
    try writeMixedRegistry()
    _ = try await zoo("prewarm", "m_good", "--registry", "registry.json")
    let arguments = ["prewarm", "--match", "m_*", "--registry", "registry.json", "--dry-run"]
    let plan = try await zoo.run(arguments + ["--json"]).json()
    #expect(plan["bytes"] == 100)
    #expect(plan["files_of_unknown_size"] == 1)
    #expect(plan["fits"] == true)
    #expect(try #require(plan["free_bytes"]?.integer) > 100)
    #expect(plan["files"]?.array?.map { $0["cached"] } == [false, false, true])
    #expect(plan["files"]?.array?.map { $0["estimated_size"]?.integer } == [100, nil, 104_858])
    let text = try await zoo.run(arguments).output
    #expect(text.contains("to fetch     100 bytes  file://"))
    #expect(text.contains("2 of 3 files to fetch: 100 bytes, and 1 of unknown size; "))
  }

  @Test func nothingToDoIsAnError() async throws {
    try await zoo("prewarm", "--match", "zzz*").expectFailure(3, "no model matches 'zzz*'")
    try zoo.write("# none\n", to: "list.txt")
    try await zoo("prewarm", "--from", "list.txt").expectFailure(3, "list.txt names no models")
    try await zoo("prewarm", "--from", "absent").expectFailure(1, "absent")
    #expect(try await zoo("prewarm").status == 64)
  }

  @Test func namesAreLookedUpFirst() async throws {
    try await zoo.digits("prewarm", model, "nosuch").expectFailure(3, "nosuch")
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func offline() async throws {
    let outcome = try await zoo.digits("prewarm", model, "--offline")
    #expect(outcome.status == 7)
    #expect(outcome.errors.contains("of 3 files 3 are missing"))
    _ = try await zoo.digits("prewarm", model)
    #expect(try await zoo.digits("prewarm", model, "--offline").status == 0)
  }
}
