import Foundation
import ModelZoo
import Testing

struct CheckTests {
  let zoo: ZooCommand
  let model = ZooCommand.model

  init() throws { zoo = try ZooCommand() }

  func states(_ arguments: String...) async throws -> [String] {
    let outcome = try await zoo.run(["check", "--json"] + arguments + ZooCommand.digitsRegistry)
    let report = try outcome.json()
    #expect(report["complete"]?.bool == (outcome.status == 0))
    return (report["files"]?.array ?? []).compactMap { $0["state"]?.string }
  }

  func damage(_ name: String) throws {
    let path = "\(zoo.cache)/models/\(model)/\(name)"
    let file = URL(filePath: path).resolvingSymlinksInPath()
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    try bytes.write(to: file)
  }

  @Test func allIsHere() async throws {
    _ = try await zoo.digits("prewarm", model)
    #expect(try await states(model) == ["present", "present", "present"])
    #expect(try await states() == ["present", "present", "present"])
    let outcome = try await zoo.digits("check")
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 3)
    #expect(outcome.errors == "")
  }

  @Test func aHeadIsMissing() async throws {
    _ = try await zoo.digits("fetch", model, "--heads", "digit")
    #expect(try await states(model) == ["present", "present", "missing"])
    #expect(try await states(model, "--heads", "digit") == ["present", "present"])
    #expect(try await states(model, "--heads", "none") == ["present"])
    #expect(try await states() == ["present", "present"], "only what has a link")
    let outcome = try await zoo.digits("check", model)
    #expect(outcome.status == 7)
    #expect(outcome.output.contains("missing\t-\t\(model)/\(model)-parity.head.pt"))
    #expect(outcome.errors.contains("\(model)-parity.head.pt of \(model): not in the cache"))
  }

  @Test func badWinsOverMissing() async throws {
    _ = try await zoo.digits("fetch", model, "--heads", "digit")
    try damage("\(model)-digit.head.pt")
    for _ in 0..<2 {
      let outcome = try await zoo.digits("check", model)
      #expect(outcome.status == 5)
      #expect(outcome.errors.contains("1 is missing"))
      #expect(outcome.errors.contains("1 is bad (\(model)/\(model)-digit.head.pt)"))
    }
    #expect(try await states() == ["bad", "present"])
    #expect(try await zoo.digits("check").status == 5)
  }

  @Test func hashing() async throws {
    _ = try await zoo.digits("fetch", model, "--heads", "none")
    let link = "\(zoo.cache)/models/\(model)/\(model).pt"
    let blob = URL(filePath: link).resolvingSymlinksInPath().path
    let attributes = try FileManager.default.attributesOfItem(atPath: blob)
    let date = try #require(attributes[.modificationDate] as? Date)
    try damage("\(model).pt")
    // A stamp has nanoseconds, so that this is the closest that a test gets to a silent change.
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: blob)
    #expect(try await zoo.digits("check", "--verify", "never").status == 0)
    #expect(try await zoo.digits("check", "--verify", "full").status == 5)
  }

  @Test func aLinkToNowhereIsMissing() async throws {
    _ = try await zoo.digits("prewarm", model)
    try FileManager.default.removeItem(atPath: "\(zoo.cache)/blobs")
    #expect(try await states() == ["missing", "missing", "missing"])
    #expect(try await zoo("check").status == 7, "also for models that no registry knows")
  }

  @Test func nothingIsHere() async throws {
    let outcome = try await zoo("check")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("\(zoo.cache) has no files of models"))
    #expect(try await zoo("check", "--heads", "none").status == 64)
    try await zoo("check", "nosuch").expectFailure(3, "nosuch")
  }

  @Test func noConnectionIsOpened() async throws {
    let server = try SilentServer()
    let registry = "http://127.0.0.1:\(server.port)/registry.json"
    try await zoo("check", "--registry", registry).expectFailure(7, registry)
  }
}
