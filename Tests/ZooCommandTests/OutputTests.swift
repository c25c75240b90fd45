import Foundation
import ModelZoo
import Testing

/// What stands at the path of an output, and what becomes of it, for every command that writes one.
struct OutputTests {
  let zoo: ZooCommand
  private static let model = ZooCommand.model

  init() throws {
    zoo = try ZooCommand()
    try zoo.write("x", to: "bad.png")
    try FileManager.default.createDirectory(
      atPath: zoo.path("far"), withIntermediateDirectories: true)
  }

  /// A way to write each kind of output; each writes `bad.png` into its `--errors`, if it has any.
  enum Writer: String, CaseIterable, CustomTestStringConvertible {
    case table, errors, array, merged, converted, bundle

    var testDescription: String { rawValue }

    /// The ending of the output's name.
    var ending: String {
      switch self {
      case .table, .errors: "csv"
      case .array: "npy"
      case .merged: "jsonl"
      case .converted: "safetensors"
      case .bundle: "tar"
      }
    }

    func arguments(_ output: String) -> [String] {
      let sample = ZooCommand.samples.appending(path: "digit-0-01.png").path
      let weights = ZooCommand.examples.appending(path: "\(model).pt").path
      switch self {
      case .table, .array: return ["embed", model, sample, "-o", output, "-q"]
      case .errors: return ["embed", model, sample, "bad.png", "--errors", output, "-q"]
      case .merged: return ["merge", "part.jsonl", "-o", output]
      case .converted: return ["convert", weights, output]
      case .bundle: return ["cache", "export", output, model]
      }
    }
  }

  /// Makes what the writer starts from.
  private func prepare(_ writer: Writer) async throws {
    switch writer {
    case .merged:
      _ = try await zoo.digits(
        "embed", Self.model, zoo.sample("digit-0-01.png"), "-o", "part.jsonl")
    case .bundle: _ = try await zoo.digits("fetch", Self.model)
    default: break
    }
  }

  @discardableResult
  private func write(_ writer: Writer, _ output: String) async throws -> Outcome {
    let isMerge = writer == .merged
    let outcome = try await zoo.run(
      writer.arguments(output) + (isMerge ? [] : ZooCommand.digitsRegistry))
    #expect(outcome.status == (writer == .errors ? 5 : 0), "\(outcome.errors)")
    return outcome
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: zoo.path(name)))
  }

  private func status(_ name: String) throws -> stat {
    var status = stat()
    try #require(lstat(zoo.path(name), &status) == 0, "\(name)")
    return status
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: zoo.path(name), withDestinationPath: target)
  }

  @Test(arguments: Writer.allCases)
  func linksAreFollowedAndModesAreKept(writer: Writer) async throws {
    try await prepare(writer)
    let (plain, linked) = ("plain.\(writer.ending)", "linked.\(writer.ending)")
    let target = "far/target.\(writer.ending)"
    try await write(writer, plain)
    try zoo.write("old", to: target)
    try #require(chmod(zoo.path(target), 0o640) == 0)
    try link(linked, to: target)
    try await write(writer, linked)
    #expect(try status(linked).st_mode & S_IFMT == S_IFLNK)
    #expect(try bytes(target) == bytes(plain))
    #expect(try status(target).st_mode & 0o7777 == 0o640)
    // A link to nothing yet, and nothing else is left.
    try FileManager.default.removeItem(atPath: zoo.path(target))
    try await write(writer, linked)
    #expect(try bytes(target) == bytes(plain))
    #expect(try FileManager.default.contentsOfDirectory(atPath: zoo.path("far")).count == 1)
  }

  @Test(arguments: Writer.allCases.filter { $0 != .array })
  func pipesAreWrittenTo(writer: Writer) async throws {
    try await prepare(writer)
    let (plain, pipe) = ("plain.\(writer.ending)", "pipe.\(writer.ending)")
    try await write(writer, plain)
    try #require(mkfifo(zoo.path(pipe), 0o600) == 0)
    let reader = try startReader(of: pipe)
    try await write(writer, pipe)
    reader.waitUntilExit()
    #expect(try status(pipe).st_mode & S_IFMT == S_IFIFO)
    #expect(try bytes("got") == bytes(plain))
  }

  /// Starts to copy what comes through a pipe to `got`.
  private func startReader(of pipe: String) throws -> Process {
    let process = zoo.process(["-c", "cat '\(pipe)' > got"])
    process.executableURL = URL(filePath: "/bin/sh")
    try process.run()
    return process
  }

  /// The reader of a pipe does not wait in vain for a command that fails.
  @Test func aFailureEndsAPipe() async throws {
    try #require(mkfifo(zoo.path("rows.csv"), 0o600) == 0)
    let reader = try startReader(of: "rows.csv")
    try await zoo.digits("embed", Self.model, "bad.png", "-o", "rows.csv")
      .expectFailure(5, "bad.png")
    reader.waitUntilExit()
    #expect(try bytes("got") == Data())
  }

  @Test func dashIsStandardOutput() async throws {
    for writer in Writer.allCases where writer != .array {
      try await prepare(writer)
      let plain = "plain-\(writer)"
      try await write(writer, "\(plain).\(writer.ending)")
      let file = zoo.path("out-\(writer)")
      try Data("before ".utf8).write(to: URL(filePath: file))
      let output = try #require(FileHandle(forWritingAtPath: file))
      try output.seekToEnd()
      // Rows that are printed, and the list of faulty images, cannot both go there.
      let more = writer == .errors ? ["-o", "rows.csv"] : []
      let format = writer == .converted ? ["--format", "safetensors"] : []
      let registry = writer == .merged ? [] : ZooCommand.digitsRegistry
      let outcome = try await zoo.run(
        writer.arguments("-") + more + format + registry, output: output)
      #expect(outcome.status == (writer == .errors ? 5 : 0), "\(writer): \(outcome.errors)")
      let expected = try Data("before ".utf8) + bytes("\(plain).\(writer.ending)")
      #expect(try bytes("out-\(writer)") == expected, "\(writer)")
    }
    #expect(!FileManager.default.fileExists(atPath: zoo.path("-")))
  }

  @Test(arguments: ["csv", "jsonl", "parquet"])
  func rowsGoToStandardOutputAsTheyCome(format: String) async throws {
    _ = try await zoo.digits("embed", Self.model, ZooCommand.samples.path, "-o", "rows.\(format)")
    let outcome = try await zoo.run(
      [
        "-c", "\"$@\" >out", "sh", ZooCommand.executable.path, "embed", Self.model,
        ZooCommand.samples.path, "-o", "/dev/stdout", "--format", format, "--batch-size", "5",
      ] + ZooCommand.digitsRegistry, executable: "/bin/sh")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("standard output: embedding [12, 96]"))
    #expect(try bytes("out") == bytes("rows.\(format)"))
  }

  @Test func evaluationOfRowsThatArePassedOn() async throws {
    for digit in ["3", "7"] {
      try FileManager.default.createDirectory(
        atPath: zoo.path("v/\(digit)"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: zoo.sample("digit-\(digit)-0\(digit == "3" ? 4 : 8).png"),
        toPath: zoo.path("v/\(digit)/1.png"))
    }
    let options = ["classify", Self.model, "v", "--head", "digit", "--evaluate", "--json"]
    let printed = try await zoo.run(options + ZooCommand.digitsRegistry)
    let streamed = try await zoo.run(options + ["-o", "/dev/null"] + ZooCommand.digitsRegistry)
    #expect(printed.status == 0)
    #expect(streamed.status == 0, "\(streamed.errors)")
    #expect(streamed.output.hasSuffix(printed.output))
  }

  @Test func whatCannotBePassedOnIsRefused() async throws {
    let sample = zoo.sample("digit-0-01.png")
    for format in ["npy", "npz", "safetensors"] {
      let command = format == "npz" ? "features" : "embed"
      try await zoo.digits(command, Self.model, sample, "-o", "-", "--format", format)
        .expectFailure(64, "standard output", "name a file")
    }
    try await zoo.digits("embed", Self.model, sample, "-o", "/dev/null", "--resume")
      .expectUsageError("--resume")
    let weights = ZooCommand.examples.appending(path: "\(Self.model).pt").path
    try await zoo("convert", weights, "-").expectUsageError("--format")
    try await zoo.digits("embed", Self.model, sample, "-o", "rows.txt").expectUsageError("--format")
    try await zoo.digits("embed", Self.model, sample, "--format", "csv")
      .expectUsageError("--output")
    try await zoo.digits("classify", Self.model, sample, "-o", "-", "--format", "npy")
      .expectUsageError(".npy only with --all")
  }

  @Test func theFormatCanBeNamed() async throws {
    let sample = zoo.sample("digit-0-01.png")
    _ = try await zoo.digits("embed", Self.model, sample, "-o", "rows.jsonl")
    _ = try await zoo.digits("embed", Self.model, sample, "-o", "rows.txt", "--format", "jsonl")
    #expect(try bytes("rows.txt") == bytes("rows.jsonl"))
  }

  @Test(arguments: [
    ["-o", "x.csv", "--errors", "x.csv"],
    ["-o", "x.csv", "--errors", "./far/../x.csv"],
    ["-o", "x.csv", "--errors", "link.csv"],
    ["-o", "old.csv", "--errors", "hard.csv"],
    ["-o", "x.npy", "--errors", "x.names.txt"],
    ["-o", "x.npy", "--errors", "x.label.npy"],
    ["-o", "x.npy", "--errors", "x.meta.json"],
    ["-o", "x.csv", "--errors", "x.csv.partial"],
    ["-o", "x.csv.partial", "--format", "csv", "--errors", "x.csv"],
    ["-o", "-", "--errors", "-"],
    ["-o", "-", "--errors", "/dev/stdout"],
    ["--errors", "-"],
    ["-o", "x.csv", "--json", "--errors", "-"],
    ["-o", "-", "--json"],
  ])
  func twoOutputsOfOneNameAreAnError(options: [String]) async throws {
    try link("link.csv", to: "x.csv")
    try zoo.write("old", to: "old.csv")
    try FileManager.default.linkItem(atPath: zoo.path("old.csv"), toPath: zoo.path("hard.csv"))
    let outcome = try await zoo.run(
      ["embed", Self.model, zoo.sample("digit-0-01.png")] + options + ZooCommand.digitsRegistry)
    outcome.expectFailure(64, "would both be written to it")
    #expect(try bytes("old.csv") == Data("old".utf8))
    #expect(!FileManager.default.fileExists(atPath: zoo.path("x.csv.partial")))
  }

  @Test func furtherOutputsOfOneName() async throws {
    let sample = zoo.sample("digit-0-01.png")
    try FileManager.default.createDirectory(
      atPath: zoo.path("m"), withIntermediateDirectories: true)
    for output in ["m/metrics.json", "m/digit.classes.csv", "m/digit.confusion.csv"] {
      try await zoo.digits(
        "classify", Self.model, sample, "--head", "digit", "--evaluate", "--save-metrics", "m",
        "--errors", output
      ).expectFailure(64, "--errors and --save-metrics would both be written to it")
    }
    try await zoo.digits(
      "classify", Self.model, sample, "--evaluate", "-o", "-"
    ).expectFailure(64, "what is printed and --output")
    try zoo.write("digit\n", to: "map.csv")
    try await zoo.digits(
      "classify", Self.model, sample, "--evaluate", "--label-map", "map.csv", "-o", "map.csv"
    ).expectFailure(64, "--label-map")
    #expect(try bytes("map.csv") == Data("digit\n".utf8))
    let weights = ZooCommand.examples.appending(path: "\(Self.model).pt").path
    try await zoo("convert", weights, "-", "--format", "pt", "--json").expectFailure(64, "printed")
    _ = try await zoo.digits("fetch", Self.model)
    try await zoo.digits("cache", "export", "-", Self.model, "--json").expectFailure(64, "printed")
    // Standard output is one of the files.
    let file = zoo.path("out.csv")
    try Data().write(to: URL(filePath: file))
    let output = try #require(FileHandle(forWritingAtPath: file))
    let outcome = try await zoo.run(
      ["embed", Self.model, sample, "--errors", "out.csv"] + ZooCommand.digitsRegistry,
      output: output)
    outcome.expectFailure(64, "out.csv: what is printed and --errors")
    // Nothing is lost in what keeps nothing.
    let nowhere = try await zoo.digits(
      "embed", Self.model, sample, "-o", "/dev/null", "--errors", "/dev/null")
    #expect(nowhere.status == 0, "\(nowhere.errors)")
  }

  @Test func aShardIsNoOutputUnderAnyName() async throws {
    _ = try await zoo.digits("embed", Self.model, zoo.sample("digit-0-01.png"), "-o", "1.csv")
    _ = try await zoo.digits("embed", Self.model, zoo.sample("digit-1-02.png"), "-o", "2.csv")
    try link("link.csv", to: "1.csv")
    for output in ["1.csv", "far/../1.csv", "link.csv"] {
      try await zoo("merge", "1.csv", "2.csv", "-o", output).expectFailure(64, "made of itself")
    }
  }

  @Test func aLinkedOutputIsGoneOnWith() async throws {
    try link("rows.npy", to: "far/rows.npy")
    func embed(_ more: String...) async throws -> Outcome {
      try await zoo.run(
        [
          "embed", Self.model, zoo.sample("digit-0-01.png"), "bad.png", "-o", "rows.npy",
          "--batch-size", "1",
        ] + more + ZooCommand.digitsRegistry)
    }
    try await embed("--strict").expectFailure(5, "bad.png")
    #expect(try status("far/rows.npy.partial").st_mode & S_IFMT == S_IFDIR)
    try await embed().expectFailure(64, "--resume")
    let outcome = try await embed("--resume")
    #expect(outcome.status == 5)
    #expect(outcome.errors.contains("goes on after 1 images"))
    #expect(try status("rows.npy").st_mode & S_IFMT == S_IFLNK)
    #expect(try FileManager.default.contentsOfDirectory(atPath: zoo.path("far")) == ["rows.npy"])
    #expect(try String(contentsOfFile: zoo.path("rows.names.txt"), encoding: .utf8).count > 0)
  }

  @Test func directoriesAreRefusedAtTheStart() async throws {
    try FileManager.default.createDirectory(
      atPath: zoo.path("d.names.txt"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: zoo.path("m/metrics.md"), withIntermediateDirectories: true)
    for options in [
      ["-o", "far"], ["-o", "far/"], ["--errors", "far"], ["-o", "d.npy"],
    ] {
      let outcome = try await zoo.run(
        ["embed", Self.model, "absent.png"] + options + ZooCommand.digitsRegistry)
      outcome.expectFailure(8, "is a directory")
    }
    try await zoo.digits(
      "classify", Self.model, "absent.png", "--evaluate", "--save-metrics", "m"
    ).expectFailure(8, "m/metrics.md: it is a directory")
    try await zoo.digits("cache", "export", "far", Self.model)
      .expectFailure(8, "far: it is a directory")
    try await zoo("convert", "absent.pt", "far", "--format", "pt")
      .expectFailure(8, "far: it is a directory")
  }

  /// Devices in a `/dev` of the test's own.
  @Test(
    .enabled(if: getuid() == 0 && SmallDisk.isPossible, "only root makes devices"),
    arguments: Writer.allCases.filter { $0 != .array })
  func devicesStay(writer: Writer) async throws {
    try await prepare(writer)
    let script = """
      mount -t tmpfs tmpfs /dev && mknod -m 666 /dev/null c 1 3 && ln -s null /dev/link || exit 99
      "$@"
      status=$?
      test -c /dev/null && test -h /dev/link && test "$(ls -A /dev | wc -l)" = 2 || exit 98
      exit $status
      """
    for device in ["/dev/null", "/dev/link"] {
      let format = writer == .converted ? ["--format", "pt"] : []
      let outcome = try await zoo.run(
        ["--mount", "sh", "-c", script, "sh", ZooCommand.executable.path]
          + writer.arguments(device) + format
          + (writer == .merged ? [] : ZooCommand.digitsRegistry), executable: "/usr/bin/unshare")
      #expect(outcome.status == (writer == .errors ? 5 : 0), "\(outcome.errors)")
    }
  }

  /// As a container's file that is mounted from outside.
  @Test(.enabled(if: SmallDisk.isPossible, "needs unshare(1) and permission to mount"))
  func aMountedFileIsWritten() async throws {
    try zoo.write("a longer text than will be written?", to: "outside.csv")
    try zoo.write("", to: "inside.csv")
    let script = "mount --bind outside.csv inside.csv || exit 99\n\"$@\""
    let outcome = try await zoo.run(
      SmallDisk.arguments + ["sh", "-c", script, "sh", ZooCommand.executable.path]
        + Writer.table.arguments("inside.csv") + ZooCommand.digitsRegistry,
      executable: "/usr/bin/env")
    #expect(outcome.status == 0, "\(outcome.errors)")
    try await write(.table, "plain.csv")
    #expect(try bytes("outside.csv") == bytes("plain.csv"))
    #expect(try bytes("inside.csv").isEmpty)
    let names = try FileManager.default.contentsOfDirectory(atPath: zoo.directory.path)
    #expect(names.allSatisfy { !$0.contains("partial") })
  }
}

extension Outcome {
  /// Checks that the command was refused with its usage.
  func expectUsageError(_ text: String, location: SourceLocation = #_sourceLocation) {
    #expect(status == 64, "\(errors)", sourceLocation: location)
    #expect(output == "", sourceLocation: location)
    #expect(errors.contains(text), "no '\(text)' in: \(errors)", sourceLocation: location)
    #expect(errors.contains("Usage: zoo"), "\(errors)", sourceLocation: location)
  }
}
