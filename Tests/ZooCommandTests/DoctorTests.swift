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
}
