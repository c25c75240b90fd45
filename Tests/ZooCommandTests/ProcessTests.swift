import Foundation
import Testing

/// What a process gets from its system: arguments, a terminal, open files.
struct ProcessTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func withoutAnyWordTheHelpIsShown() async throws {
    let outcome = try await zoo()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("SUBCOMMANDS:"))
  }

  /// No name either: newer Linux kernels make an empty one of that.
  @Test func anEmptyListOfArgumentsIsAnError() throws {
    var process = pid_t()
    var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    let path = ZooCommand.executable.path
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for number in [STDOUT_FILENO, STDERR_FILENO] {
      let file = zoo.path("out\(number)")
      posix_spawn_file_actions_addopen(&actions, number, file, O_WRONLY | O_CREAT, 0o600)
    }
    guard posix_spawn(&process, path, &actions, nil, &arguments, &environment) == 0 else {
      // Other systems start nothing without a name.
      return
    }
    var status: Int32 = 0
    try #require(waitpid(process, &status, 0) == process)
    #expect((status >> 8) & 0xFF == 64)
    let errors = try String(contentsOfFile: zoo.path("out2"), encoding: .utf8)
    #expect(errors.hasPrefix("zoo: this process got no arguments"), "\(errors)")
    #expect(try String(contentsOfFile: zoo.path("out1"), encoding: .utf8) == "")
  }

  @Test(.enabled(if: SmallDisk.isPossible, "needs unshare(1) and permission to mount"))
  func withoutProc() async throws {
    func run(_ arguments: [String]) async throws -> Outcome {
      let script = "mount -t tmpfs tmpfs /proc || exit 99; [ ! -e /proc/self ] || exit 98; \"$@\""
      return try await zoo.run(
        SmallDisk.arguments + ["sh", "-c", script, "sh", ZooCommand.executable.path] + arguments
          + ZooCommand.digitsRegistry, executable: "/usr/bin/env")
    }
    let fetched = try await run(["fetch", ZooCommand.model])
    #expect(fetched.status == 0, "\(fetched.errors)")
    #expect(fetched.lines.count == 3)
    let list = try await run(["list", "vit_digits*", "--json"])
    #expect(try list.json().array?.count == 1)
    try await run(["info", "vit_nosuch"]).expectFailure(3, "vit_nosuch")
    // Long enough for the threads to be counted; see CProcess.
    let samples = Array(repeating: ZooCommand.samples.path, count: 200)
    let outcome = try await run(["embed", ZooCommand.model] + samples)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.count == 12 * samples.count + 1)
  }

  @Test func closedStandardFilesAreNotTakenForOthers() async throws {
    for (index, closed) in [">&-", "<&- >&-", ">&- 2>&-"].enumerated() {
      let file = "rows\(index).csv"
      let outcome = try await zoo.run(
        [
          "-c", "exec \"$@\" \(closed)", "sh", ZooCommand.executable.path, "embed",
          ZooCommand.model, ZooCommand.samples.path, "-o", file, "--json",
        ] + ZooCommand.digitsRegistry, executable: "/bin/sh")
      #expect(outcome.status == 8, "\(outcome.errors)")
      let rows = try String(contentsOfFile: zoo.path(file), encoding: .utf8)
      #expect(rows.hasPrefix("sample,0,1,"))
      #expect(rows.split(separator: "\n").count == 13)
    }
  }

  #if os(Linux)
    @Test(arguments: ["dumb", "", nil, "xterm"])
    func onlyTerminalsThatCanAreWrittenOver(term: String?) async throws {
      // What posix_openpt, unlockpt and ptsname do.
      let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      defer { close(terminal) }
      var isLocked: Int32 = 0
      var number: Int32 = 0
      let (setLock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))
      try #require(ioctl(terminal, setLock, &isLocked) == 0)
      try #require(ioctl(terminal, getNumber, &number) == 0)
      let screen = FileHandle(
        fileDescriptor: open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC),
        closeOnDealloc: true)
      let process = zoo.process(
        ["embed", ZooCommand.model, ZooCommand.samples.path, "-o", "rows.csv"]
          + ZooCommand.digitsRegistry, environment: term.map { ["TERM": $0] } ?? [:])
      process.standardError = screen
      #expect(try await ZooCommand.status(of: process) == 0)
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
      var shown: [UInt8] = []
      while true {
        let count = read(terminal, &buffer, buffer.count)
        if count <= 0 { break }
        shown += buffer.prefix(count)
      }
      let text = String(decoding: shown, as: UTF8.self)
      #expect(text.contains("rows.csv: embedding [12, 96]"), "\(text)")
      #expect(text.contains("\u{1B}[") == (term == "xterm"), "\(text)")
      try screen.close()
    }
  #endif
}
