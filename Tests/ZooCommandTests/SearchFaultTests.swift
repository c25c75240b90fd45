import Foundation
import ModelZoo
import Testing

/// What cannot be searched for images, and names that are not text.
struct SearchFaultTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  private func embed(_ arguments: String...) async throws -> Outcome {
    try await zoo.run(["embed", ZooCommand.model] + arguments + ZooCommand.digitsRegistry)
  }

  private func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: zoo.path(name), encoding: .utf8).split(separator: "\n").map(
      String.init)
  }

  private func copy(_ sample: String, to name: String) throws {
    let url = URL(filePath: zoo.path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: URL(filePath: zoo.sample(sample)), to: url)
  }

  /// Three images, a link to nothing before the second, and bytes behind the end of an archive.
  private func makeFaults() throws {
    try copy("digit-0-01.png", to: "images/a/0.png")
    try copy("digit-1-02.png", to: "images/c/1.png")
    try FileManager.default.createSymbolicLink(
      atPath: zoo.path("images/b"), withDestinationPath: "/nowhere/mounted/b")
    let image = try Data(contentsOf: URL(filePath: zoo.sample("digit-3-04.png")))
    let member = Data(TarHeader(name: "3.png", size: image.count).bytes) + image
    let end = Data(count: 1024 + (512 - image.count % 512) % 512)
    try (member + end + member).write(to: URL(filePath: zoo.path("shard.tar")))
  }

  private let linkReason =
    "images/b cannot be read: it is a link to /nowhere/mounted/b: No such file or directory"

  @Test func eachIsListedAndTheRunGoesOn() async throws {
    try makeFaults()
    let outcome = try await embed(
      "images", "shard.tar", "-o", "rows.csv", "--errors", "faults.csv", "--progress", "json")
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(try lines("rows.csv").count == 4)
    let faults = try lines("faults.csv")
    #expect(faults.count == 3)
    #expect(faults[1] == "images/b,\(linkReason)")
    #expect(faults[2].hasPrefix("shard.tar,\"shard.tar is not an intact tar archive: at byte "))
    #expect(outcome.errors.contains("zoo: \(linkReason)\n"))
    #expect(
      outcome.errors.contains(
        "zoo: 2 places could not be searched; faults.csv lists them; the first: \(linkReason)"))
    let summary = outcome.errors.split(separator: "\n").compactMap {
      try? JSONValue(parsing: String($0))["summary"]
    }
    #expect(summary.last?["unsearched"] == 2)
    #expect(summary.last?["faulty"] == 0)

    // The kind of the fault is that of the run, also with faulty images.
    #expect(try await embed("shard.tar", "-o", "tar.csv").status == 5)
    try zoo.write("x", to: "images/bad.png")
    let both = try await embed("images", "-o", "both.csv")
    #expect(both.status == 1)
    #expect(
      both.errors.contains("1 of 3 images could not be read, and 1 place could not be searched"))
  }

  @Test func strictStopsBeforeTheRun() async throws {
    try makeFaults()
    let outcome = try await embed("images", "-o", "rows.csv", "--strict")
    outcome.expectFailure(1, linkReason)
    #expect(!FileManager.default.fileExists(atPath: zoo.path("rows.csv.partial")))
  }

  @Test func eachShardListsItsOwn() async throws {
    try makeFaults()
    var faults: [String] = []
    for (shard, status) in [(1, 0), (2, 1), (3, 5)] as [(Int, Int32)] {
      let outcome = try await embed(
        "images", "shard.tar", "-o", "\(shard).csv", "--shard", "\(shard)/3", "--errors",
        "faults.csv")
      #expect(outcome.status == status, "\(outcome.errors)")
      faults += try lines("faults.csv").dropFirst().map { String($0.prefix { $0 != "," }) }
    }
    #expect(faults == ["images/b", "shard.tar"])
  }

  @Test func aResumedRunListsThemOnce() async throws {
    try makeFaults()
    try zoo.write("x", to: "images/d.png")
    let process = zoo.process(
      ["embed", ZooCommand.model, "images", "-o", "rows.csv", "--batch-size", "1", "--strict"]
        + ZooCommand.digitsRegistry)
    // Nothing of it: the search is before the run.
    #expect(try await ZooCommand.status(of: process) == 1)
    let outcome = try await embed(
      "images", "-o", "rows.csv", "--batch-size", "1", "--resume", "--errors", "faults.csv")
    #expect(outcome.status == 1)
    #expect(
      try lines("faults.csv").map { $0.prefix { $0 != "," } } == [
        "sample", "images/b", "images/d.png",
      ])
  }

  @Test func nothingButFaults() async throws {
    try FileManager.default.createDirectory(
      atPath: zoo.path("images"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: zoo.path("images/b"), withDestinationPath: "/nowhere/mounted/b")
    try await embed("images").expectFailure(1, linkReason)
  }

  @Test func controlCharactersAreEscapedEverywhere() async throws {
    try copy("digit-0-01.png", to: "images/\u{1B}[31mred\r\n.png")
    try zoo.write("x", to: "images/\u{1B}[32mbad.png")
    let shown = #"images/\x1B[31mred\x0D\x0A.png"#
    let classes = try await zoo.digits("classify", ZooCommand.model, "images", "--top-k", "1")
    #expect(classes.lines.first.map(String.init) == shown)
    #expect(classes.errors.contains(#"images/\x1B[32mbad.png"#))
    #expect(!(classes.output + classes.errors).contains("\u{1B}"))
    let json = try await embed("images", "--json").json()
    #expect(json.array?[0]["image"]?.string == shown)
    for format in ["csv", "npy", "jsonl"] {
      _ = try await embed("images", "-o", "rows.\(format)", "--errors", "faults.csv")
    }
    #expect(try lines("rows.csv")[1].hasPrefix(shown + ","))
    #expect(try lines("rows.names.txt") == [shown])
    #expect(
      try JSONValue(parsing: lines("rows.jsonl")[0])["sample"]?.string == shown)
    #expect(try lines("faults.csv")[1].hasPrefix(#"images/\x1B[32mbad.png,"#))
  }

  #if os(Linux)
    @Test func namesInLatin1StayApartAndAreFoundAgain() async throws {
      try FileManager.default.createDirectory(
        atPath: zoo.path("n"), withIntermediateDirectories: true)
      for (byte, sample) in [(0xE8, "digit-0-01.png"), (0xE9, "digit-1-02.png")]
        as [(UInt8, String)]
      {
        let bytes = Array(try Data(contentsOf: URL(filePath: zoo.sample(sample))))
        let name = Array(zoo.path("n/caf").utf8) + [byte] + Array(".png".utf8) + [0]
        let file = open(name.map(CChar.init(bitPattern:)), O_CREAT | O_WRONLY, 0o600)
        try #require(file >= 0)
        #expect(write(file, bytes, bytes.count) == bytes.count)
        close(file)
      }
      let names = [#"n/caf\xE8.png"#, #"n/caf\xE9.png"#]
      #expect(try await embed("n", "-o", "rows.npy").status == 0)
      #expect(try lines("rows.names.txt") == names)
      // The list leads back to them, and so do names on the command line.
      let process = zoo.process(
        ["embed", ZooCommand.model, "-", "-o", "list.npy"] + ZooCommand.digitsRegistry)
      process.standardInput = try FileHandle(
        forReadingFrom: URL(filePath: zoo.path("rows.names.txt")))
      #expect(try await ZooCommand.status(of: process) == 0)
      #expect(try await embed(names[0], names[1], "-o", "named.npy").status == 0)
      let shell = try await zoo.run(
        ["-c", #"exec "$@" n/*.png -o shell.npy"#, "sh", ZooCommand.executable.path, "embed"]
          + [ZooCommand.model] + ZooCommand.digitsRegistry, executable: "/bin/sh")
      #expect(shell.status == 0, "\(shell.errors)")
      for file in ["list", "named", "shell"] {
        for part in ["npy", "names.txt"] {
          #expect(
            try Data(contentsOf: URL(filePath: zoo.path("\(file).\(part)")))
              == Data(contentsOf: URL(filePath: zoo.path("rows.\(part)"))))
        }
      }
    }
  #endif
}
