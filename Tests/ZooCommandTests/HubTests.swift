import Foundation
import ModelZoo
import Testing

/// Models of a hub's repositories (`hf:…`) that no registry knows.
struct HubTests {
  let zoo: ZooCommand
  let expected: Expected
  let hub: HubServer

  /// Named after the network of the digits model.
  private static let repository = "someone/vit_digits_ls_beetles"
  private static let reference = "hf:someone/vit_digits_ls_beetles"
  private static let directory = "hf--someone--vit_digits_ls_beetles"

  init() async throws {
    zoo = try ZooCommand()
    expected = try Expected()
    let weights = ZooCommand.examples.appending(path: "\(ZooCommand.model).pt").path
    let safetensors = zoo.path("weights.safetensors")
    try Checkpoint(path: weights).write(to: safetensors)
    let head = ZooCommand.examples.appending(path: "\(ZooCommand.model)-digit.head.pt").path
    let readme = try zoo.write("# beetles\n", to: "README.md")
    hub = try HubServer([
      Self.repository: HubServer.Repository(files: [
        "README.md": try await HubServer.File(readme),
        "vit_digits_ls_beetles.pt": try await HubServer.File(weights),
        "vit_digits_ls_beetles.safetensors": try await HubServer.File(safetensors),
        "vit_digits_ls_beetles-digit.head.pt": try await HubServer.File(head),
        "older/vit_digits_ls_early.pt": try await HubServer.File(weights),
      ])
    ])
  }

  private var image: String { expected.samples[0].path }

  private func run(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await zoo.run(
      arguments + ZooCommand.digitsRegistry,
      environment: ["HF_ENDPOINT": hub.url].merging(environment) { $1 })
  }

  private func expectEmbedding(_ outcome: Outcome) throws {
    let embedding = try #require(outcome.json().array?.first?["embedding"]?.floats)
    expectClose(embedding, expected.embeddings[0].scalars)
  }

  @Test func fetchTakesSafetensorsAndPinsWhatTheServerStates() async throws {
    let outcome = try await run("fetch", Self.reference, "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("which the server states"))
    let file = try #require(outcome.json().array?.first)
    #expect(file["model"]?.string == Self.reference)
    #expect(file["file"]?.string == "vit_digits_ls_beetles.safetensors")
    #expect(file["checksum_source"] == "server_stated")
    let link = "\(zoo.cache)/models/\(Self.directory)/vit_digits_ls_beetles.safetensors"
    #expect(file["link"]?.string == link)
    let pin = try String(
      contentsOfFile: link.replacing("/models/", with: "/pins/"), encoding: .utf8)
    let pinned = try JSONValue(parsing: pin)
    #expect(pinned["commit"]?.string == String(repeating: "a", count: 40))
    #expect(pinned["sha256"] == file["sha256"])
    #expect(
      hub.requests.map(\.path).prefix(2) == [
        "/api/models/\(Self.repository)",
        "/\(Self.repository)/resolve/main/vit_digits_ls_beetles.safetensors",
      ])
  }

  @Test func everyCommandRunsIt() async throws {
    try expectEmbedding(try await run("embed", Self.reference, image, "--json"))
    #expect(try await run("features", Self.reference, image).output == "stage1 [1, 96, 4, 4]\n")
    let classified = try await run(
      "classify", Self.reference, image, "--json", "--head",
      Self.reference + "/vit_digits_ls_beetles-digit.head.pt")
    let best = try #require(classified.json().array?.first?["results"]?["digit"]?.array?.first)
    #expect(best["label"]?.string == expected.samples[0].labels["digit"])
    let bench = try await run(
      "bench", Self.reference, "--batch", "1", "--precision", "f32", "--json")
    #expect(try bench.json()["model"]?.string == Self.reference)
    #expect(try await run("prewarm", Self.reference).status == 0)
    let check = try await run("check", Self.reference, "--json").json()
    #expect(check["files"]?.array?.first?["state"] == "present")
    let inspected = try await run("inspect", Self.reference, "--json").json()
    #expect(inspected["tensors"]?.array?.count == 62)
    let unnamed = try await run("check", "--json").json()
    #expect(
      unnamed["files"]?.array?.map { $0["model"]?.string } == [
        Self.reference, Self.reference + "/vit_digits_ls_beetles-digit.head.pt",
      ])
  }

  @Test func whatIsCachedNeedsNoServer() async throws {
    let head = Self.reference + "/vit_digits_ls_beetles-digit.head.pt"
    try await run("embed", Self.reference, image, "--offline")
      .expectFailure(7, Self.reference, "zoo fetch")
    try await run("check", Self.reference).expectFailure(7, Self.reference)
    #expect(hub.requests.isEmpty)
    #expect(try await run("fetch", Self.reference, head).status == 0)
    hub.forgetRequests()
    for option in ["--offline", "--quiet"] {
      try expectEmbedding(try await run("embed", Self.reference, image, "--json", option))
      let classified = try await run("classify", Self.reference, image, "--head", head, option)
      #expect(classified.status == 0)
    }
    #expect(try await run("check", Self.reference, head).status == 0)
    #expect(hub.requests.isEmpty)
    // Which file is meant is still the one of then.
    hub.change(Self.repository) { $0.files = [:] }
    try expectEmbedding(try await run("embed", Self.reference, image, "--json"))
  }

  @Test func aFileARevisionAndAFormatAreNamed() async throws {
    for reference in [
      "/vit_digits_ls_beetles.pt", "/older/vit_digits_ls_early.pt", "@main",
      "@\(String(repeating: "a", count: 40))/vit_digits_ls_beetles.pt",
    ] {
      try expectEmbedding(try await run("embed", Self.reference + reference, image, "--json"))
    }
    let formats = try await run("fetch", Self.reference, "--format", "pt", "--json").json()
    #expect(formats.array?.first?["file"]?.string == "vit_digits_ls_beetles.pt")
    try await run("fetch", Self.reference + "/README.md", "--format", "pt")
      .expectFailure(3, "'pt'")
    hub.change(Self.repository) { $0.history["refs/pr/1"] = $0.files }
    for revision in ["refs%2Fpr%2F1", "refs/pr/1"] {
      try expectEmbedding(
        try await run("embed", "\(Self.reference)@\(revision)", image, "--json"))
    }
    #expect(
      hub.requests.map(\.path).contains("/api/models/\(Self.repository)/revision/refs%2Fpr%2F1"))
  }

  /// A branch that moves on does not change what was pinned, also when it has to come again.
  @Test func aFileComesAgainFromTheCommitThatWasPinned() async throws {
    let name = "vit_digits_ls_beetles.safetensors"
    let path = try #require(
      try await run("fetch", Self.reference, "--json").json().array?.first?["path"]?.string)
    let other = try await HubServer.File(try zoo.write("something else", to: "other"))
    hub.change(Self.repository) { repository in
      repository.history[repository.commit] = repository.files
      repository.commit = String(repeating: "b", count: 40)
      repository.files[name] = other
    }
    try FileManager.default.removeItem(atPath: path)
    try expectEmbedding(try await run("embed", Self.reference, image, "--json"))
    // Where the commit is gone, so is the file.
    hub.change(Self.repository) { $0.history = [:] }
    try FileManager.default.removeItem(atPath: path)
    try await run("fetch", Self.reference).expectFailure(5, name, "pinned")
  }

  @Test func theHubsErrorsHaveTheirCodes() async throws {
    try await run("fetch", "hf:someone/nothing").expectFailure(3, "no such repository", "HF_TOKEN")
    try await run("fetch", Self.reference + "/none.pt").expectFailure(3, "none.pt", "no such file")
    try await run("fetch", Self.reference + "@v9").expectFailure(3, "no such revision")
    try await run("fetch", Self.reference + "@v9/vit_digits_ls_beetles.pt")
      .expectFailure(3, "no such revision")
    hub.change(Self.repository) {
      $0.isGated = true
      $0.token = "secret"
    }
    try await run("fetch", Self.reference).expectFailure(4, "gated", "HF_TOKEN")
    hub.forgetRequests()
    let outcome = try await run("fetch", Self.reference, environment: ["HF_TOKEN": "secret"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(hub.requests.count { $0.authorization == "Bearer secret" } >= 2)
    #expect(!outcome.errors.contains("secret"))
  }

  @Test func whichFileAndNetworkAreMeantMustBeClear() async throws {
    let weights = try await HubServer.File(
      ZooCommand.examples.appending(path: "\(ZooCommand.model).pt").path)
    hub.change("someone/beetles") { $0.files = [:] }
    try await run("fetch", "hf:someone/beetles").expectFailure(3, ".safetensors, .pt")
    hub.change("someone/beetles") { $0.files = ["one.pt": weights, "two.pt": weights] }
    try await run("fetch", "hf:someone/beetles")
      .expectFailure(64, "hf:someone/beetles/one.pt or hf:someone/beetles/two.pt")
    hub.change("someone/beetles") { $0.files = ["model.pt": weights, "x-y.head.pt": weights] }
    try await run("embed", "hf:someone/beetles", image)
      .expectFailure(64, "hf:someone/beetles", "--network")
    try await run("embed", "hf:someone/beetles", image, "--network", "vit_digits")
      .expectFailure(3, "'vit_digits_ls'")
    try expectEmbedding(
      try await run("embed", "hf:someone/beetles", image, "--network", "vit_digits_ls", "--json"))
    // The file's name says one network, the repository's another.
    hub.change("someone/vit_b16_x") { $0.files = ["vit_digits_ls_x.pt": weights] }
    try await run("embed", "hf:someone/vit_b16_x", image)
      .expectFailure(64, "'vit_digits_ls' or 'vit_b16'", "--network")
    // The repository's name says it where the file's does not.
    hub.change("someone/vit_digits_ls_x") { $0.files = ["model.pt": weights] }
    try expectEmbedding(try await run("embed", "hf:someone/vit_digits_ls_x", image, "--json"))
  }

  /// A mirror that serves files only.
  @Test func aServerWithoutListingsIsAskedForTheNames() async throws {
    hub.removeListings()
    let outcome = try await run("fetch", Self.reference, "--json")
    #expect(
      try outcome.json().array?.first?["file"]?.string == "vit_digits_ls_beetles.safetensors")
    hub.change(Self.repository) { $0.files["vit_digits_ls_beetles.safetensors"] = nil }
    let older = try await run("fetch", Self.reference + "@main", "--json")
    #expect(try older.json().array?.first?["file"]?.string == "vit_digits_ls_beetles.pt")
  }

  /// Of what no server states a checksum, the one of what came is pinned.
  @Test func aFileWithoutAStatedChecksumIsPinnedAsItCame() async throws {
    let file = "vit_digits_ls_beetles.pt"
    hub.change(Self.repository) { $0.plainFiles = [file] }
    let outcome = try await run("fetch", "\(Self.reference)/\(file)", "--json")
    #expect(try outcome.json().array?.first?["checksum_source"] == "pinned")
  }

  /// Whether the server states a checksum of it or not, what is pinned has to be a checkpoint.
  @Test func aPageInPlaceOfWeightsIsNotTaken() async throws {
    let page = try zoo.write("<html>Sign in to continue</html>\n", to: "page.html")
    let file = try await HubServer.File(page)
    for name in ["beetles.safetensors", "beetles.bin"] {
      for plain in [[], [name]] {
        hub.change(Self.repository) {
          $0.files[name] = file
          $0.plainFiles = Set(plain)
        }
        try await run("fetch", Self.reference + "/" + name, "-q")
          .expectFailure(5, "\(name) of \(Self.reference)", "is no sound checkpoint", "a web page")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: zoo.cache + "/pins/" + Self.directory))
  }

  @Test func aBundleCarriesIt() async throws {
    #expect(try await run("prewarm", Self.reference).status == 0)
    #expect(try await run("cache", "export", "bundle.tar", Self.reference).status == 0)
    let far = zoo.path("far")
    let imported = try await run("cache", "import", "bundle.tar", "--cache", far)
    #expect(imported.status == 0, "\(imported.errors)")
    hub.forgetRequests()
    try expectEmbedding(
      try await run("embed", Self.reference, image, "--json", "--offline", "--cache", far))
    #expect(hub.requests.isEmpty)
    #expect(try await zoo("cache", "remove", Self.reference, "--cache", far).status == 0)
    #expect(!FileManager.default.fileExists(atPath: far + "/pins/" + Self.directory))
    #expect(!FileManager.default.fileExists(atPath: far + "/models/" + Self.directory))
    try await run("embed", Self.reference, image, "--offline", "--cache", far)
      .expectFailure(7, Self.reference)
  }

  @Test func malformedReferencesAreUsageErrors() async throws {
    for text in [
      "hf:", "hf:vit_b16", "hf:/vit_b16", "hf:a/", "hf:a/b/", "hf:a/../b", "hf:a/b@/x",
      "hf:a/b//c.pt", "hf://a/b", "hf:a/b@../c", "hf:a--b/c",
    ] {
      try await run("fetch", text).expectFailure(64, "'\(text)'", "hf:OWNER/REPO")
    }
    try await run("fetch", "./beetles.pt").expectFailure(64, "./beetles.pt")
    for model in ["./beetles.pt", Self.reference] {
      try await run("info", model).expectFailure(64, model, "zoo inspect")
    }
    #expect(hub.requests.isEmpty)
  }
}
