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

  /// Whatever is cached, a task that was cancelled before it began gives no result.
  @Test func aCancelledTaskReturnsNothing() async throws {
    let zoo = try Digits.zoo(cache: cache)
    let (net, info, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let head = try await zoo.loadPretrainedHead(Digits.model, level: "digit", for: net)
    let headFile = try await zoo.fetchHead(Digits.model, level: "digit").path
    let set = try zoo.modelSet([Digits.model])
    let image = try Digits.samples()[0].path
    let pixels = try RGBImage(contentsOf: image)
    let batch = Tensor.stack([transform(pixels)])
    let collection = try ImageCollection([.path(image)])
    var batches = ImageBatches(collection, transform: transform).makeAsyncIterator()
    let images = try #require(try await batches.next())
    let (bundle, folder) = (cache.path + "/bundle.tar", Digits.folder)
    let entries: [(String, @Sendable () async throws -> Void)] = [
      ("loadPretrainedModel", { _ = try await zoo.loadPretrainedModel(Digits.model) }),
      (
        "loadPretrainedModelAndTransform",
        { _ = try await zoo.loadPretrainedModelAndTransform(Digits.model) }
      ),
      (
        "loadPretrainedHead",
        { _ = try await zoo.loadPretrainedHead(Digits.model, level: "digit", for: net) }
      ),
      ("loadModel", { _ = try await zoo.loadModel(from: info.file, network: info.network) }),
      ("loadHead", { _ = try await zoo.loadHead(from: headFile, for: net) }),
      ("fetch", { _ = try await zoo.fetch(Digits.model) }),
      ("fetch without a precheck", { _ = try await zoo.fetch(Digits.model, prechecks: false) }),
      ("fetchHead", { _ = try await zoo.fetchHead(Digits.model, level: "digit") }),
      ("fetch of a set", { _ = try await zoo.fetch(set) }),
      ("check", { _ = try await zoo.check(set) }),
      ("precheck", { _ = try await zoo.precheck(set.files[0].request) }),
      ("inspect", { _ = try await zoo.inspect(url: "file://" + info.file) }),
      ("exportBundle", { _ = try await zoo.exportBundle(set, to: .file(bundle)) }),
      ("importBundle", { _ = try await zoo.fetcher.cache.importBundle(from: .file(bundle)) }),
      ("adoptFiles", { _ = try await zoo.fetcher.cache.adoptFiles(in: folder, wanted: []) }),
      ("verify", { _ = try await zoo.fetcher.cache.verify() }),
      ("Zoo", { _ = try await Zoo(ZooEnvironment(["HOME": folder])) }),
      ("shared", { _ = try await Zoo.shared }),
      ("inferImage", { _ = try await inferImage(net, image, transform) }),
      ("inferImage of pixels", { _ = try await inferImage(net, pixels, transform) }),
      ("inferBatch", { _ = try await inferBatch(net, batch) }),
      ("inferBatch with heads", { _ = try await inferBatch(net, batch, heads: [head]) }),
      ("inferBatch of a collection", { _ = try await inferBatch(net, images, heads: [head]) }),
      ("embeddings", { _ = try await net.embeddings(of: images) }),
      ("detectionFeatures", { _ = try await net.detectionFeatures(of: images) }),
      (
        "ImageBatches",
        { for try await _ in ImageBatches(collection, transform: transform) {} }
      ),
    ]
    for (name, entry) in entries {
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await entry()
      }
      await #expect(throws: CancellationError.self, "\(name)") { try await task.value }
    }
    #expect(!cache.files.contains("bundle.tar"))
  }
}
