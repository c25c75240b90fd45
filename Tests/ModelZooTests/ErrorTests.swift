import Foundation
import ModelZoo
import Testing

/// What errors say, and how they are told apart.
@Suite struct ErrorTests {
  @Test func localizedDescriptionIsTheSentence() throws {
    let file = try #require(throws: CheckpointError.self) { try Checkpoint(path: "/nowhere.pt") }
    let images = try #require(throws: CollectionError.self) {
      try ImageCollection([.path("/nowhere")])
    }
    let json = try #require(throws: JSONError.self) { try JSONValue(parsing: "{") }
    let errors: [any ZooFailure] = [
      file, images, json,
      FetchError(kind: .network, reason: "cannot get it", advice: "try again"),
      FileError.unreadable(file: "a.json", reason: "it is a directory"),
      ImageError.invalidTransform(reason: "the size is 0"),
      ModelError.missingMetadata(file: "a.pt", key: "signature", advice: "save it again"),
      NetworkError.classifierWithoutWeights(classes: 2),
      RegistryError.unknownFormat("onnx", model: "m", available: ["pt"]),
      TensorError.noThreads(requested: 0),
    ]
    for error in errors {
      let sentence = "\(error)"
      #expect(!sentence.isEmpty)
      #expect(error.localizedDescription == sentence)
      #expect((error as any Error).localizedDescription == sentence)
    }
  }

  @Test func kindsAreCaughtWhateverTheType() async throws {
    let directory = try TemporaryDirectory()
    var environment = try ZooEnvironment(["ZOO_CACHE": directory.path, "ZOO_OFFLINE": "1"])
    func kind(_ work: () async throws -> Void) async -> String {
      do {
        try await work()
        return "none"
      } catch let error as any ZooFailure where error.kind == .offline {
        return "offline"
      } catch let error as any ZooFailure where error.kind == .network {
        return "network"
      } catch let error as any ZooFailure {
        return "\(error.kind)"
      } catch {
        return "other"
      }
    }
    let zoo = try await Zoo(environment)
    #expect(await kind { _ = try await zoo.fetch("vit_b16_ls_franca-bioscan5m") } == "offline")
    #expect(await kind { _ = try await zoo.fetch("vit_b17") } == "notFound")
    #expect(await kind { throw CancellationError() } == "other")
    environment.registries = ["https://models.example/registry.json"]
    let remote = environment
    #expect(await kind { _ = try await Zoo(remote) } == "offline")
    environment.policy = .online
    let online = environment
    let transport = DirectoryTransport(directory.path)
    #expect(await kind { _ = try await Zoo(online, transport: transport) } == "network")
  }
}
