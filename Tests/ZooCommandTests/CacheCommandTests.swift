import Foundation
import ModelZoo
import Testing

struct CacheCommandTests {
  let zoo: ZooCommand
  let model = ZooCommand.model

  init() throws { zoo = try ZooCommand() }

  func link(_ name: String) -> String { "\(zoo.cache)/models/\(model)/\(name)" }

  @Test func path() async throws {
    #expect(try await zoo("cache", "path").output == zoo.cache + "\n")
    let json = try await zoo(
      "cache", "path", "--json", environment: ["ZOO_CACHE_EXTRA": "/a:/b"]
    ).json()
    #expect(json["path"]?.string == zoo.cache)
    #expect(json["extra"] == ["/a", "/b"])
    #expect(try #require(json["free_bytes"]?.integer) > 0)
  }

  @Test func list() async throws {
    #expect(try await zoo("cache", "list").output == "")
    _ = try await zoo.digits("fetch", model)
    let lines = try await zoo("cache", "list").lines
    #expect(lines.count == 3)
    #expect(lines.contains { $0.hasPrefix("1.2 MiB\t") && $0.hasSuffix("\t\(model)/\(model).pt") })
    let json = try await zoo("cache", "list", "--json").json()
    #expect(json["bytes"] == 1_315_983)
    #expect(json["blobs"]?.array?.map { $0["read_only"] } == [false, false, false])
    let elsewhere = try await zoo(
      "cache", "list", "--json", "--cache", "other", environment: ["ZOO_CACHE_EXTRA": zoo.cache]
    ).json()
    #expect(elsewhere["blobs"]?.array?.map { $0["read_only"] } == [true, true, true])
    let date = json["blobs"]?.array?.first?["last_used"]?.string ?? ""
    #expect(date.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
  }

  @Test func verify() async throws {
    _ = try await zoo.digits("fetch", model)
    #expect(
      try await zoo("cache", "verify").output == "3 files are sound (1.3 MiB), 0 damaged\n")
    let blob = URL(filePath: link("\(model).pt")).resolvingSymlinksInPath()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: blob.path)
    try Data("damaged".utf8).write(to: blob)
    let outcome = try await zoo("cache", "verify")
    #expect(outcome.status == 5)
    #expect(outcome.lines.first?.hasPrefix("damaged\t\(blob.path)\t\(model)/\(model).pt") == true)
    #expect(outcome.errors.contains("is damaged: expected SHA-256 5959b9b5"))
    let removing = try await zoo("cache", "verify", model, "--remove", "--json")
    #expect(removing.status == 5)
    #expect(try removing.json()["damaged"]?.array?.map { $0["removed"] } == [true])
    #expect(try await zoo("cache", "verify").status == 0)
    #expect(try await zoo.digits("check").status == 7)
    #expect(try await zoo("cache", "verify", "nosuch").status == 3)
  }

  @Test func remove() async throws {
    _ = try await zoo.digits("fetch", model)
    let plan = try await zoo("cache", "remove", model, "--dry-run", "--json").json()
    #expect(plan["dry_run"] == true)
    #expect(plan["bytes"] == 1_315_983)
    #expect(FileManager.default.fileExists(atPath: link("\(model).pt")))
    let outcome = try await zoo("cache", "remove", model)
    #expect(outcome.lines.last == "3 files removed, 1.3 MiB")
    #expect(try await zoo("cache", "list").output == "")
    try await zoo("cache", "remove", model).expectFailure(3, "no files of \(model)")
  }

  @Test func aLoadedFileIsNotRemoved() async throws {
    _ = try await zoo.digits("fetch", model)
    let checkpoint = try Checkpoint(path: link("\(model).pt"))
    let pruned = try await zoo("cache", "prune", "--max-size", "0", "--json").json()
    #expect(pruned["removed"]?.array?.count == 2)
    #expect(pruned["in_use"]?.array?.map { $0["size"] } == [1_306_621])
    let removed = try await zoo("cache", "remove", model)
    #expect(removed.status == 1)
    #expect(removed.errors.contains("in use by another program"))
    #expect(try await zoo.digits("check", model, "--heads", "none").status == 0)
    withExtendedLifetime(checkpoint) {}
  }

  @Test func prune() async throws {
    _ = try await zoo.digits("fetch", model)
    #expect(try await zoo("cache", "prune").status == 64)
    #expect(try await zoo("cache", "prune", "--older-than", "30").status == 64)
    #expect(try await zoo("cache", "prune", "--max-size", "20 parrots").status == 64)
    #expect(
      try await zoo("cache", "prune", "--older-than", "30d", "--partials").output
        == "0 files removed, 0 bytes\n")
    let orphan = "\(zoo.cache)/partial/some/thing"
    try FileManager.default.createDirectory(atPath: orphan, withIntermediateDirectories: true)
    try Data("part".utf8).write(to: URL(filePath: orphan + "/part"))
    let outcome = try await zoo("cache", "prune", "--partials", "--partial-age", "0s")
    #expect(outcome.lines.first?.hasSuffix("\(zoo.cache)/partial/some") == true)
    #expect(try await zoo("cache", "prune", "--older-than", "0s").lines.count == 4)
    #expect(try await zoo("cache", "list").output == "")
  }

  @Test func exportAndImport() async throws {
    _ = try await zoo.digits("fetch", model)
    let exported = try await zoo.digits("cache", "export", "b.tar", model)
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(exported.lines.count == 3)
    let imported = try await zoo.digits("cache", "import", "b.tar", "--cache", "other", "--json")
    #expect(try imported.json()["files"]?.array?.count == 3)
    #expect(imported.errors == "")
    #expect(try await zoo.digits("check", model, "--cache", "other").status == 0)
    let stranger = try await zoo("cache", "import", "b.tar", "--cache", "third")
    #expect(stranger.status == 0)
    #expect(stranger.errors.contains("no registry here knows \(model)"))
    #expect(stranger.errors.contains("tar -xf b.tar registry.json"))
  }

  @Test func anUnpackedBundleIsARegistryWithItsFiles() async throws {
    _ = try await zoo.digits("fetch", model, "--heads", "digit")
    _ = try await zoo.digits("cache", "export", "b.tar", model, "--heads", "digit")
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "-xf", zoo.path("b.tar"), "-C", zoo.directory.path]
    #expect(try await ZooCommand.status(of: tar) == 0)
    let fetched = try await zoo(
      "fetch", model, "--registry", "registry.json", "--cache", "other")
    #expect(fetched.status == 0, "\(fetched.errors)")
    #expect(fetched.lines.count == 2, "the bundle's registry has the heads of the bundle")
  }

  @Test func throughPipes() async throws {
    _ = try await zoo.digits("fetch", model)
    let script = """
      set -e
      "$0" cache export - \(model) --registry "$1" | "$0" cache import - --cache piped
      "$0" check \(model) --registry "$1" --cache piped
      """
    let shell = zoo.process([])
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments =
      ["-c", script, ZooCommand.executable.path] + ZooCommand.digitsRegistry.dropFirst()
    #expect(try await ZooCommand.status(of: shell) == 0)
  }

  @Test func exportNamesWhatIsMissing() async throws {
    _ = try await zoo.digits("fetch", model, "--heads", "digit")
    try await zoo.digits("cache", "export", "b.tar", model)
      .expectFailure(7, "\(model)-parity.head.pt", "zoo fetch")
    #expect(!FileManager.default.fileExists(atPath: zoo.path("b.tar")))
    try await zoo.digits("cache", "export", "no/b.tar", model, "--heads", "digit")
      .expectFailure(8, "no/b.tar")
    #expect(try await zoo.digits("cache", "export", "-", model, "--json").status == 64)
  }

  @Test func importRefuses() async throws {
    try zoo.write("no bundle", to: "b.tar")
    try await zoo("cache", "import", "b.tar").expectFailure(5, "b.tar")
    try await zoo("cache", "import", "absent.tar").expectFailure(1, "absent.tar")
  }

  @Test func adopt() async throws {
    let examples = ZooCommand.examples.path
    let plan = try await zoo.digits("cache", "adopt", examples, "--dry-run", "--json").json()
    #expect(plan["files"]?.array?.count == 3)
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
    let outcome = try await zoo.digits("cache", "adopt", examples)
    #expect(outcome.lines.last == "3 files taken, 1.3 MiB")
    #expect(try await zoo.digits("check", model).status == 0)
    try await zoo("cache", "adopt", "absent").expectFailure(1, "absent")
  }
}
