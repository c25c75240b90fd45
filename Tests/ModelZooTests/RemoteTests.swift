import Foundation
import Testing

@testable import ModelZoo

/// A registry and its files on a server: what is asked for, and what is not.
@Suite struct RemoteTests {
  let cache: TemporaryDirectory
  let transport = DirectoryTransport(Digits.folder)

  init() throws { cache = try TemporaryDirectory() }

  private func environment(_ more: [String: String] = [:]) throws -> ZooEnvironment {
    let variables = [
      "ZOO_CACHE": cache.path, "ZOO_REGISTRY": DirectoryTransport.root + "registry.json",
    ]
    return try ZooEnvironment(variables.merging(more) { $1 })
  }

  @Test func aRegistryBehindAURLNamesItsFilesRelatively() async throws {
    let zoo = try await Zoo(try environment(["ZOO_THREADS": "1"]), transport: transport)
    #expect(zoo.threads == 1)
    #expect(zoo.listPretrainedModels(matching: "*digits*") == [Digits.model])
    #expect(!zoo.isCached(try zoo.request(for: Digits.model)))
    _ = try await zoo.loadPretrainedModel(Digits.model)
    #expect(zoo.isCached(try zoo.request(for: Digits.model)))
    let names = ["registry.json", Digits.model + ".pt"]
    #expect(transport.requests.map(\.url) == names.map { DirectoryTransport.root + $0 })
  }

  @Test func aCachedModelNeedsNoServer() async throws {
    _ = try await Zoo(try environment(), transport: transport).fetch(Digits.model)
    let count = transport.requests.count
    let zoo = try await Zoo(
      try environment(["ZOO_OFFLINE": "1", "ZOO_REGISTRY": Digits.registryFile]),
      transport: transport)
    let (net, _) = try await zoo.loadPretrainedModel(Digits.model)
    #expect(net.embeddingSize == 96)
    let error = try await #require(throws: FetchError.self) {
      try await zoo.loadPretrainedHead(Digits.model, level: "parity", for: net)
    }
    #expect(error.kind == .offline)
    #expect("\(error)".contains(Digits.model + "-parity.head.pt"))
    #expect(transport.requests.count == count)
  }

  @Test func aRegistryBehindAURLIsNotReadOffline() async throws {
    let error = try await #require(throws: ModelError.self) {
      try await Zoo(try environment(["ZOO_OFFLINE": "1"]), transport: transport)
    }
    #expect(error.kind == .offline)
    #expect(transport.requests.isEmpty)
  }

  @Test func aMissingRegistryIsAnErrorThatNamesIt() async throws {
    let local = cache.path + "/none.json"
    let missing = try await #require(throws: (any Error).self) {
      try await Zoo(try environment(["ZOO_REGISTRY": local]), transport: transport)
    }
    #expect("\(missing)".contains(local))
    let remote = DirectoryTransport.root + "none.json"
    let error = try await #require(throws: FetchError.self) {
      try await Zoo(try environment(["ZOO_REGISTRY": remote]), transport: transport)
    }
    #expect(error.kind == .network && error.url == remote)
  }

  @Test func aPageInPlaceOfARegistryIsToldSo() async throws {
    let pages = try TemporaryDirectory()
    try Data("\n<!DOCTYPE html><p>Sign in".utf8).write(
      to: URL(filePath: pages.path + "/registry.json"))
    let error = try await #require(throws: FetchError.self) {
      try await Zoo(try environment(), transport: DirectoryTransport(pages.path))
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains("registry.json was answered with a web page"))
  }

  @Test func progressCountsTheBytesOfTheFileAndTellsOfAHit() async throws {
    let zoo = try await Zoo(try environment(), transport: transport)
    let counter = Counter()
    _ = try await zoo.loadPretrainedModel(Digits.model) { counter.add($0) }
    let seen = counter.seen
    let size = try #require(seen.first?.totalBytes)
    #expect(seen.count > 2)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.bytesReceived <= $1.bytesReceived })
    #expect(seen.last?.bytesReceived == size)
    #expect(seen.last?.phase == .done)
    #expect(seen.allSatisfy { $0.model == Digits.model && $0.file == Digits.model + ".pt" })
    _ = try await zoo.loadPretrainedModel(Digits.model) { counter.add($0) }
    #expect(counter.seen.dropFirst(seen.count).map(\.phase) == [.cached])
  }

  @Test func aRegistryMayNotFillTheMemory() throws {
    let sink = MemorySink(url: "https://models.example/registry.json", limit: 5)
    let piece: [UInt8] = [1, 2, 3]
    try sink.receive(piece.span.bytes)
    #expect(throws: FileError.self) { try sink.receive(piece.span.bytes) }
    #expect(sink.bytes == piece)
  }
}
