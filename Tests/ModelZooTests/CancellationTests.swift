import ModelZoo
import Testing

@Suite struct CancellationTests {
  @Test(.timeLimit(.minutes(1)))
  func aCancelledLoadEndsAndKeepsWhatCame() async throws {
    let transport = StalledTransport()
    let scene = try Scene(transport: transport)
    let load = Task { [zoo = scene.zoo] in try await zoo.loadPretrainedModel(Digits.model) }
    for await _ in transport.stalled { break }
    load.cancel()
    await #expect(throws: CancellationError.self) { try await load.value }
    #expect(scene.directory.files.count == 1)
    #expect(scene.directory.files.allSatisfy { $0.hasPrefix("partial/") })
  }

  @Test func aCancelledTaskComputesNothing() async throws {
    let (net, _, transform) = try await Scene().zoo.loadPretrainedModelAndTransform(Digits.model)
    let image = try Digits.samples()[0].path
    let inference = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await inferImage(net, image, transform)
    }
    await #expect(throws: CancellationError.self) { try await inference.value }
  }
}
