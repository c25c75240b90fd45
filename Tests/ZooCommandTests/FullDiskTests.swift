import Foundation
import Testing

/// Disks that are small or read-only, mounted for one command in a namespace of its own.
@Suite(.enabled(if: SmallDisk.isPossible, "needs unshare(1) and permission to mount"))
struct FullDiskTests {
  let zoo: ZooCommand
  let model = ZooCommand.model

  init() throws { zoo = try ZooCommand() }

  /// Runs a command with a disk at `disk ü` of the working directory, and `check` after it.
  func onDisk(
    _ options: String, _ arguments: [String], then check: String = "true"
  ) async throws -> Outcome {
    let mount = zoo.path("disk ü")
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o \(options) tmpfs '\(mount)' || exit 99
      "$@"
      status=$?
      \(check) || exit 98
      exit $status
      """
    return try await zoo.run(
      SmallDisk.arguments + ["sh", "-c", script, "sh", ZooCommand.executable.path] + arguments
        + ZooCommand.digitsRegistry, executable: "/usr/bin/env")
  }

  let isEmpty = "test -z \"$(find 'disk ü' ! -type d)\""

  @Test func spaceIsCheckedBeforeTheFirstByte() async throws {
    for command in ["fetch", "prewarm"] {
      let outcome = try await onDisk(
        "size=512k", [command, model, "--cache", "disk ü/cache"],
        then: "test ! -e 'disk ü/cache'")
      outcome.expectFailure(8, "no room for 1315983 bytes more", "disk ü/cache")
    }
  }

  @Test func aDiskThatFillsUp() async throws {
    try zoo.writeDigitsRegistry(to: "registry.json") { entry in
      var file = entry["files"]?["pt"]?.object
      file?["size"] = nil
      file?["size_mib"] = nil
      entry["files"] = ["pt": file.map { .object($0) } ?? .null]
    }
    let outcome = try await onDisk(
      "size=512k",
      [
        "fetch", model, "--heads", "none", "--cache", "disk ü/cache", "--registry", "registry.json",
      ],
      then: isEmpty)
    #expect(outcome.status == 8, "\(outcome.errors)")
    #expect(outcome.errors.contains("disk ü/cache"))
  }

  @Test func bundles() async throws {
    _ = try await zoo.digits("fetch", model)
    _ = try await zoo.digits("cache", "export", "b.tar", model)
    try await onDisk("size=512k", ["cache", "import", "b.tar", "--cache", "disk ü"], then: isEmpty)
      .expectFailure(8, "disk ü")
    try await onDisk("size=512k", ["cache", "export", "disk ü/b.tar", model], then: isEmpty)
      .expectFailure(8, "disk ü")
    // The heads have room, and are whole.
    try await onDisk(
      "size=512k", ["cache", "adopt", ZooCommand.examples.path, "--cache", "disk ü"],
      then: "test -z \"$(find 'disk ü/partial' ! -type d)\""
    ).expectFailure(8, "disk ü")
  }

  @Test func aReadOnlyDisk() async throws {
    _ = try await zoo.digits("fetch", model)
    _ = try await zoo.digits("cache", "export", "b.tar", model)
    for arguments in [
      ["fetch", model], ["cache", "import", "b.tar"], ["cache", "adopt", ZooCommand.examples.path],
    ] {
      let outcome = try await onDisk("ro", arguments + ["--cache", "disk ü"], then: isEmpty)
      #expect(outcome.status == 8, "\(arguments) \(outcome.errors)")
    }
  }

  @Test func aFullCacheOnAReadOnlyDiskWorks() async throws {
    _ = try await zoo.digits("fetch", model)
    let script = """
      mount --bind '\(zoo.cache)' '\(zoo.cache)' && mount -o remount,bind,ro '\(zoo.cache)' || exit 99
      "$@" && ! touch '\(zoo.cache)/x' 2>/dev/null
      """
    for arguments in [
      ["check", model], ["fetch", model], ["cache", "list"], ["cache", "verify"],
      ["classify", model, zoo.sample("digit-3-04.png")],
    ] {
      let outcome = try await zoo.run(
        SmallDisk.arguments + ["sh", "-c", script, "sh", ZooCommand.executable.path] + arguments
          + ZooCommand.digitsRegistry, executable: "/usr/bin/env")
      #expect(outcome.status == 0, "\(arguments) \(outcome.errors)")
    }
  }
}

/// Whether a process may have mounts of its own.
enum SmallDisk {
  static let arguments = ["unshare", "--user", "--map-root-user", "--mount"]

  static let isPossible: Bool = {
    #if os(Linux)
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        arguments + ["sh", "-c", "mount -t tmpfs -o size=4k tmpfs /tmp 2>/dev/null"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    #else
      return false
    #endif
  }()
}
