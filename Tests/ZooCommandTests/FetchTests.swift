import Foundation
import ModelZoo
import Testing

struct FetchTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func printsPaths() async throws {
    let outcome = try await zoo.digits("fetch", ZooCommand.model)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let directory = "\(zoo.cache)/models/\(ZooCommand.model)/\(ZooCommand.model)"
    #expect(
      outcome.lines == [
        "\(directory).pt", "\(directory)-digit.head.pt", "\(directory)-parity.head.pt",
      ])
    for path in outcome.lines {
      let name = String(path.split(separator: "/").last ?? "")
      #expect(
        try Data(contentsOf: URL(filePath: String(path)))
          == Data(contentsOf: ZooCommand.examples.appending(path: name)))
    }
  }

  @Test func heads() async throws {
    #expect(try await zoo.digits("fetch", ZooCommand.model, "--heads", "none").lines.count == 1)
    #expect(
      try await zoo.digits("fetch", ZooCommand.model, "--heads", "parity,digit").lines.count == 3)
    try await zoo.digits("fetch", ZooCommand.model, "--heads", "digit,order")
      .expectFailure(3, "'order'", "'digit'")
  }

  @Test func json() async throws {
    for cached in [false, true] {
      let files = try await zoo.digits("fetch", ZooCommand.model, "--json").json()
      #expect(files.array?.count == 3)
      let weights = try #require(files.array?.first)
      let digest = "5959b9b5dc7f3d7e09cd5e39f9178962b17fc596eb001ccf2902b38c6640ad61"
      #expect(weights["model"]?.string == ZooCommand.model)
      #expect(weights["file"]?.string == "\(ZooCommand.model).pt")
      #expect(weights["sha256"]?.string == digest)
      #expect(weights["size"] == 1_306_621)
      #expect(weights["checksum_source"] == "registry")
      #expect(weights["cached"]?.bool == cached)
      #expect(weights["path"]?.string == "\(zoo.cache)/blobs/sha256/59/\(digest)")
      #expect(
        weights["link"]?.string?.hasSuffix("/models/\(ZooCommand.model)/\(ZooCommand.model).pt")
          == true)
    }
  }

  @Test func cacheOption() async throws {
    let outcome = try await zoo.digits("fetch", ZooCommand.model, "--cache", "elsewhere")
    #expect(outcome.lines.allSatisfy { $0.hasPrefix(zoo.path("elsewhere") + "/models/") })
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  /// What this version cannot run is fetched all the same, and a note says so.
  @Test func modelsThatDoNotRun() async throws {
    try FileManager.default.copyItem(
      at: ZooCommand.examples.appending(path: "\(ZooCommand.model)-parity.head.pt"),
      to: zoo.directory.appending(path: "a.pt"))
    let entry = #"{"network": "mine_s", "files": {"pt": {"url": "a.pt"}}}"#
    try zoo.write(
      """
      {"schema": 1, "networks": {"mine_s": {"family": "unheard_of"}},
       "models": {"mine_a": \(entry), "mine_b": \(entry)}}
      """, to: "mine.json")
    let registry = ["--registry", "mine.json"]
    let plan = try await zoo.run(["fetch", "mine_a", "--dry-run", "--json"] + registry)
    #expect(plan.errors.contains("can fetch mine_a, but not run it"))
    #expect(plan.errors.contains("unheard_of"))
    #expect(try plan.json().array?.first?["loadable"] == false)
    let fetched = try await zoo.run(["fetch", "mine_a"] + registry)
    #expect(fetched.status == 0, "\(fetched.errors)")
    #expect(fetched.errors.contains("can fetch mine_a, but not run it"))
    let set = try await zoo.run(["prewarm", "--match", "mine*", "--dry-run"] + registry)
    #expect(set.errors.contains("2 of 2 models, but not run them"))
    #expect(set.errors.contains("mine_a, mine_b"))
    #expect(
      try await zoo.digits("fetch", ZooCommand.model, "--dry-run").errors.contains("not run")
        == false)
  }

  @Test func dryRun() async throws {
    let outcome = try await zoo.digits("fetch", ZooCommand.model, "--dry-run")
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 3)
    #expect(outcome.lines.allSatisfy { $0.hasPrefix("to fetch") })
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
    let plan = try await zoo.digits("fetch", ZooCommand.model, "--dry-run", "--json").json()
    #expect(plan.array?.map { $0["cached"] } == [false, false, false])
    #expect(plan.array?.first?["size"] == 1_306_621)
  }

  @Test func offline() async throws {
    for setting in [["ZOO_OFFLINE": "1"], [:]] {
      let option = setting.isEmpty ? "--offline" : "--quiet"
      try await zoo.digits("fetch", ZooCommand.model, option, environment: setting)
        .expectFailure(7, "\(ZooCommand.model).pt", "zoo fetch")
    }
    _ = try await zoo.digits("fetch", ZooCommand.model)
    #expect(try await zoo.digits("fetch", ZooCommand.model, "--offline").status == 0)
  }

  @Test func allNamesAreLookedUpFirst() async throws {
    try await zoo.digits("fetch", ZooCommand.model, "vit_b16_lss").expectFailure(3, "vit_b16_lss")
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func wrongChecksum() async throws {
    try zoo.write("other bytes", to: "wrong.pt")
    let digest = String(repeating: "0", count: 64)
    try zoo.write(
      """
      {"schema": 1, "models": {"wrong": {"network": "vit_b16_ls",
       "files": {"pt": {"url": "wrong.pt", "sha256": "\(digest)"}}}}}
      """, to: "registry.json")
    try await zoo("fetch", "wrong", "--registry", "registry.json")
      .expectFailure(5, "wrong.pt", digest)
  }

  @Test func missingFile() async throws {
    try zoo.write(
      #"{"schema": 1, "models": {"m": {"network": "vit_b16", "files": {"pt": {"url": "no.pt"}}}}}"#,
      to: "registry.json")
    try await zoo("fetch", "m", "--registry", "registry.json").expectFailure(4, "no.pt")
  }

  @Test func trustOnFirstUse() async throws {
    try FileManager.default.copyItem(
      at: ZooCommand.examples.appending(path: "\(ZooCommand.model).pt"),
      to: zoo.directory.appending(path: "mine.pt"))
    try zoo.write(
      """
      {"schema": 1, "models": {"mine": {"network": "vit_b16_ls",
       "files": {"pt": {"url": "mine.pt"}}}}}
      """, to: "registry.json")
    let first = try await zoo("fetch", "mine", "--registry", "registry.json", "--json")
    #expect(first.errors.contains("no registry states a checksum of mine.pt"))
    #expect(try first.json().array?.first?["checksum_source"] == "pinned")
    let second = try await zoo("fetch", "mine", "--registry", "registry.json")
    #expect(second.status == 0)
    #expect(second.errors == "")
  }

  @Test func aPageInPlaceOfAHead() async throws {
    try zoo.write("<html><body>Sign in to continue</body></html>\n", to: "page.html")
    try zoo.writeDigitsRegistry(to: "registry.json") { entry in
      entry["heads"] = ["digit": ["url": "page.html"]]
    }
    for command in ["fetch", "prewarm"] {
      let outcome = try await zoo(command, ZooCommand.model, "--registry", "registry.json", "-q")
      #expect(outcome.status == 5)
      for text in [
        "\(ZooCommand.model)-digit.head.pt of \(ZooCommand.model): ", "/page.html", "a web page",
      ] {
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
      }
    }
    try await zoo(
      "classify", ZooCommand.model, zoo.sample("digit-0-01.png"), "--head", "digit", "--registry",
      "registry.json"
    ).expectFailure(5, "a web page")
    #expect(!FileManager.default.fileExists(atPath: zoo.cache + "/pins"))
    #expect(
      try await zoo("check", ZooCommand.model, "--registry", "registry.json", "-q").status == 7)
  }

  @Test func unknownFormat() async throws {
    try await zoo.digits("fetch", ZooCommand.model, "--format", "safetensors")
      .expectFailure(3, "'safetensors'", "'pt'")
  }

  @Test func cacheThatCannotBeMade() async throws {
    try zoo.write("a file", to: "file")
    try await zoo.digits("fetch", ZooCommand.model, "--cache", "file/cache").expectFailure(
      8, "file")
  }

  @Test func progressAsJSON() async throws {
    let outcome = try await zoo.digits(
      "fetch", ZooCommand.model, "--heads", "none", "--progress", "json")
    let last = try #require(outcome.errors.split(separator: "\n").last)
    #expect(
      try JSONValue(parsing: String(last)) == [
        "file": .string("\(ZooCommand.model).pt"), "model": .string(ZooCommand.model),
        "phase": "done", "received": 1_306_621, "total": 1_306_621,
      ])
  }

  @Test func progressOfASetAsJSON() async throws {
    let outcome = try await zoo.digits("fetch", ZooCommand.model, "--progress", "json")
    let sets = try outcome.errors.split(separator: "\n").map {
      try #require(try JSONValue(parsing: String($0))["set"])
    }
    #expect(
      sets.last == [
        "done": 3, "files": 3, "received": 1_315_983, "total": 1_315_983, "unknown": 0,
      ])
    let received = sets.compactMap { $0["received"]?.integer }
    #expect(received == received.sorted())
  }

  /// Whether a program can be given a terminal.
  private static let script = "/usr/bin/script"

  @Test(.enabled(if: isLinux && FileManager.default.fileExists(atPath: script)))
  func progressOnATerminal() async throws {
    let command =
      ([ZooCommand.executable.path, "fetch", ZooCommand.model]
      + ZooCommand.digitsRegistry).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try await zoo.run(
      ["-q", "-e", "-c", command, "/dev/null"], environment: ["TERM": "xterm"],
      executable: FetchTests.script)
    #expect(outcome.status == 0, "\(outcome.output)")
    // What is written over is followed by what erases it.
    #expect(outcome.output.contains("total  0 of 3 files  0%  0 bytes of 1.3 MiB"))
    for file in ["", "-digit.head", "-parity.head"] {
      #expect(outcome.output.contains("\u{1B}[J\(ZooCommand.model)\(file).pt  "))
    }
    #expect(outcome.output.contains("total  3 of 3 files  1.3 MiB"))
    let silent = try await zoo.run(
      ["-q", "-e", "-c", command, "/dev/null"], executable: FetchTests.script)
    #expect(!silent.output.contains("total"), "all is cached")
  }

  #if os(Linux)
    private static let isLinux = true
  #else
    private static let isLinux = false
  #endif

  @Test func weightsThatDoNotFit() async throws {
    let tensor = Tensor(shape: [3000, 1000])
    try SafetensorsWriter.write([("w", tensor)], to: zoo.path("mine.safetensors"))
    try zoo.write(
      """
      {"schema": 1, "models": {"mine": {"network": "vit_b16_ls",
       "signature": {"inputs": [{"data_shape": [0, 3, 224, 224]}],
                     "outputs": [{"data_shape": [0, 0]}]},
       "rgb_stats": {"mean": [0, 0, 0], "std": [1, 1, 1]},
       "files": {"safetensors": {"url": "mine.safetensors"}}}}}
      """, to: "registry.json")
    try await zoo("fetch", "mine", "--registry", "registry.json")
      .expectFailure(5, "mine.safetensors", "'conv_proj.weight'", "[768, 3, 16, 16]")
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
    let outcome = try await zoo("fetch", "mine", "--registry", "registry.json", "--no-precheck")
    #expect(outcome.status == 0)
  }
}
