import Foundation
import ModelZoo
import Testing

struct DoctorTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func soundMachine() async throws {
    let outcome = try await zoo.digits("doctor", "--json", "--threads", "1")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let report = try outcome.json()
    #expect(report["version"]?.string == zooVersion)
    #expect(report["threads"] == 1)
    #expect(report["kernels"]?["used"]?.string?.isEmpty == false)
    #expect(report["cache"]?["path"]?.string == zoo.cache)
    #expect(report["cache"]?["exists"] == false)
    #expect(report["cache"]?["writable"] == true)
    #expect((report["cache"]?["free_bytes"]?.integer ?? 0) > 0)
    #expect(report["registries"]?["models"] == 222)
    #expect(report["registries"]?["sources"]?.array?.count == 2)
    #expect(report["libraries"]?["curl"]?.string?.contains("libcurl/") == true)
    #expect(report["problems"] == [])
    #expect(!FileManager.default.fileExists(atPath: zoo.cache))
  }

  @Test func tokensStaySecret() async throws {
    let outcome = try await zoo("doctor", environment: ["HF_TOKEN": "hf_secret"])
    #expect(outcome.output.contains("HF_TOKEN=(set)"))
    #expect(!outcome.output.contains("hf_secret"))
  }

  @Test func problemsAreToldAndCounted() async throws {
    try zoo.write("a file", to: "file")
    let outcome = try await zoo(
      "doctor", "--json", "--cache", "file", "--registry", "missing.json")
    #expect(outcome.status == 8)
    let report = try outcome.json()
    #expect(report["cache"]?["writable"] == false)
    #expect(report["problems"]?.array?.count == 2)
    #expect(outcome.errors.contains("missing.json"))
    #expect(outcome.errors.contains("the cache"))
  }

  @Test func settingThatCannotBeUsed() async throws {
    try await zoo("doctor", environment: ["ZOO_THREADS": "many"])
      .expectFailure(64, "ZOO_THREADS", "'many'")
  }

  #if os(Linux)
    /// What lets a test run the command as a user without an entry in /etc/passwd.
    private static let setpriv = "/usr/bin/setpriv"
    private static let canChangeUser =
      geteuid() == 0 && FileManager.default.isExecutableFile(atPath: setpriv)

    /// Only writing needs a place: without one, a read-only cache is used, and nothing is wrong.
    @Test(.enabled(if: canChangeUser), arguments: [nil, "/nonexistent", "/root"])
    func userWithoutHome(_ home: String?) async throws {
      _ = try await zoo.digits("fetch", ZooCommand.model)
      let user = ["--reuid", "12345", "--regid", "12345", "--clear-groups"]
      func run(_ arguments: String...) async throws -> Outcome {
        try await zoo.run(
          user + [ZooCommand.executable.path] + arguments + ZooCommand.digitsRegistry,
          environment: ["HOME": home ?? "", "ZOO_CACHE": "", "ZOO_CACHE_EXTRA": zoo.cache],
          executable: DoctorTests.setpriv)
      }
      let list = try await run("list", "vit_digits*")
      #expect(list.status == 0, "\(list.errors)")
      #expect(list.output.contains("\tcached\t"))
      let info = try await run("info", ZooCommand.model)
      #expect(info.status == 0, "\(info.errors)")
      let doctor = try await run("doctor", "--json")
      #expect(doctor.status == 0, "\(doctor.errors)")
      #expect(try doctor.json()["cache"]?["writable"] == false)
      for arguments in [["check"], ["fetch"], ["embed", zoo.sample("digit-0-01.png")]] {
        let outcome = try await run(
          arguments[0], ZooCommand.model, arguments.dropFirst().first ?? "--offline")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors == "")
      }
      try await run("fetch", "vit_b16_ls_franca-bioscan5m", "--offline")
        .expectFailure(home == "/root" ? 8 : 7, "vit_b16_ls_franca-bioscan5m.pt of")
      let other = zoo.path("empty")
      let fresh = try await zoo.run(
        user + [ZooCommand.executable.path, "fetch", ZooCommand.model] + ZooCommand.digitsRegistry,
        environment: ["HOME": home ?? "", "ZOO_CACHE": "", "ZOO_CACHE_EXTRA": other],
        executable: DoctorTests.setpriv)
      fresh.expectFailure(8, "ZOO_CACHE")
    }
  #endif
}
