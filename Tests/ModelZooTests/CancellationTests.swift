import ModelZoo
import Testing

@Suite struct CancellationTests {
  let cache: TemporaryDirectory

  init() throws { cache = try TemporaryDirectory() }

  @Test(.timeLimit(.minutes(1)))
  func aCancelledLoadEndsAndKeepsWhatCame() async throws {
    let transport = StalledTransport()
    let zoo = try Digits.zoo(cache: cache, transport: transport)
    let load = Task { try await zoo.loadPretrainedModel(Digits.model) }
    for await _ in transport.stalled { break }
    load.cancel()
    await #expect(throws: CancellationError.self) { try await load.value }
    #expect(!cache.files.isEmpty)
    #expect(cache.files.allSatisfy { $0.hasPrefix("partial/") })
  }

  @Test func aCancelledTaskComputesNothing() async throws {
    let zoo = try Digits.zoo(cache: cache)
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let image = try Digits.samples()[0].path
    let inference = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await inferImage(net, image, transform)
    }
    await #expect(throws: CancellationError.self) { try await inference.value }
  }
}
