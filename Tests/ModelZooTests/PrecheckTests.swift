import Foundation
import ModelZoo
import Testing

/// Weights are looked into where they lie, and those that do not fit are not downloaded.
@Suite struct PrecheckTests {
  private static let name = "vit_precheck"
  private static let url = PartTransport.root + "weights.safetensors"
  private static let allowed = 300_000

  /// 36 MiB of weights, zeros that fit the network.
  private static let weights = Result { try safetensors() }

  let cache: TemporaryDirectory

  init() throws { cache = try TemporaryDirectory() }

  /// The file of a network, with tensors in place of its own or, where they are `nil`, without.
  private static func safetensors(
    _ changes: [String: Tensor?] = [:]
  ) throws -> [UInt8] {
    let (size, mlp) = (256, 1024)
    var shapes: [(String, [Int])] = [
      ("class_token", [1, 1, size]), ("pos_embedding", [1, 197, size]),
      ("conv_proj.weight", [size, 3, 16, 16]), ("conv_proj.bias", [size]),
      ("norm.weight", [size]), ("norm.bias", [size]),
    ]
    for index in 0..<12 {
      shapes += [
        ("norm1.weight", [size]), ("norm1.bias", [size]), ("attn.qkv.weight", [3 * size, size]),
        ("attn.qkv.bias", [3 * size]), ("attn.proj.weight", [size, size]),
        ("attn.proj.bias", [size]), ("norm2.weight", [size]), ("norm2.bias", [size]),
        ("mlp.0.weight", [mlp, size]), ("mlp.0.bias", [mlp]), ("mlp.3.weight", [size, mlp]),
        ("mlp.3.bias", [size]),
      ].map { ("encoder.block.\(index).\($0)", $1) }
    }
    let directory = try TemporaryDirectory()
    let path = directory.path + "/weights.safetensors"
    try SafetensorsWriter.write(
      shapes.compactMap { name, shape in
        let tensor = changes[name] ?? Tensor(shape: shape)
        return tensor.map { (name, $0) }
      }, to: path)
    return try bytes(of: path)
  }

  private func zoo(
    _ transport: any Transport, mirrors: [String] = [], policy: FetchPolicy = .online,
    family: String = "vit", size: Int? = nil, file: String = PrecheckTests.url
  ) throws -> Zoo {
    let registry: JSONValue = [
      "schema": 1,
      "networks": [
        "vit_small": [
          "family": .string(family),
          "config": [
            "patch_size": 16, "num_layers": 12, "num_heads": 4, "hidden_dim": 256,
            "mlp_dim": 1024,
          ],
        ]
      ],
      "models": [
        .init(stringLiteral: PrecheckTests.name): [
          "network": "vit_small",
          "signature": [
            "inputs": [["data_shape": [0, 3, 224, 224]]], "outputs": [["data_shape": [0, 0]]],
          ],
          "rgb_stats": ["mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]],
          "files": [
            "safetensors": [
              "url": .string(file), "mirrors": .array(mirrors.map { .string($0) }),
              "size": size.map { .integer($0) } ?? .null,
            ]
          ],
          "heads": ["family": ["url": .string(PartTransport.root + "family.head.pt")]],
        ]
      ],
    ]
    return try Zoo(
      registry: Registry.builtIn().overlaid(
        with: Registry(parsing: registry.serialized().utf8, source: "precheck.json")),
      fetcher: Fetcher(
        cache: try Cache(root: cache.path), transport: transport, policy: policy), threads: 1)
  }

  private func precheck(_ zoo: Zoo) async throws -> Precheck {
    try await zoo.precheck(try zoo.request(for: PrecheckTests.name))
  }

  @Test func aRemoteFileIsDescribedByFewOfItsBytes() async throws {
    let weights = try PrecheckTests.weights.get()
    try #require(weights.count > 30_000_000)
    let transport = PartTransport(["weights.safetensors": weights])
    let remote = try await zoo(transport).inspect(url: PrecheckTests.url)
    #expect(remote.outline.size == weights.count)
    #expect(remote.outline.tensors.count == 150)
    #expect(remote.bytesRead == transport.bytesSent && remote.requests == transport.urls.count)
    #expect(remote.bytesRead < PrecheckTests.allowed && remote.requests <= 2)
    let path = cache.path + "/weights.safetensors"
    try Data(weights).write(to: URL(filePath: path))
    var expected = try #require(try Checkpoint(path: path).report().object)
    expected["size"] = .integer(weights.count)
    expected["bytes_read"] = .integer(remote.bytesRead)
    expected["requests"] = .integer(remote.requests)
    #expect(remote.report() == .object(expected))
  }

  @Test func aPyTorchFileIsDescribedAsOnDisk() async throws {
    let path = Digits.folder + "/\(Digits.model).pt"
    let transport = PartTransport(["model.pt": try bytes(of: path)])
    let local = URL(filePath: path).absoluteString
    for url in [PartTransport.root + "model.pt", local] {
      let remote = try await zoo(transport).inspect(url: url)
      #expect(remote.outline.metadata == (try Checkpoint(path: path).metadata))
      #expect(
        remote.report()["tensors"] == (try Checkpoint(path: path).report()["tensors"]))
      #expect(remote.bytesRead < 140_000 && remote.requests == 2)
    }
    #expect(transport.bytesSent < 140_000)
  }

  @Test func weightsThatFitAreDownloaded() async throws {
    let weights = try PrecheckTests.weights.get()
    let transport = PartTransport(["weights.safetensors": weights])
    let zoo = try zoo(transport)
    #expect(try await precheck(zoo) == .fits)
    #expect(transport.bytesSent < PrecheckTests.allowed)
    let (net, _) = try await zoo.loadPretrainedModel(PrecheckTests.name)
    #expect(net.embeddingSize == 256)
    #expect(transport.bytesSent < weights.count + 2 * PrecheckTests.allowed)
    let count = transport.urls.count
    #expect(try await precheck(zoo) == .unneeded, "they are in the cache")
    #expect(transport.urls.count == count)
  }

  @Test func weightsThatDoNotFitAreNotDownloaded() async throws {
    let key = "encoder.block.3.mlp.0.weight"
    let cases: [([String: Tensor?], NetworkError)] = [
      (
        [key: Tensor(shape: [1024, 255])],
        .wrongShape(key: key, expected: [1024, 256], found: [1024, 255])
      ),
      ([key: nil], .missingKey(key, shape: [1024, 256])),
    ]
    for (changes, reason) in cases {
      let transport = PartTransport(["weights.safetensors": try Self.safetensors(changes)])
      let zoo = try zoo(transport)
      let attempts: [() async throws -> Void] = [
        { _ = try await zoo.fetch(PrecheckTests.name) },
        { _ = try await zoo.loadPretrainedModel(PrecheckTests.name) },
      ]
      for attempt in attempts {
        let error = try await #require(throws: ModelError.self) { try await attempt() }
        #expect(error == .doesNotFit(model: PrecheckTests.name, url: PrecheckTests.url, reason))
        #expect(error.kind == .integrity)
        #expect("\(error)".contains("\(reason)") && "\(error)".contains(PrecheckTests.url))
      }
      #expect(transport.bytesSent < 2 * PrecheckTests.allowed)
      #expect(cache.files.isEmpty)
      _ = try await zoo.fetch(PrecheckTests.name, prechecks: false)
      #expect(!cache.files.isEmpty)
      try FileManager.default.removeItem(atPath: cache.path)
    }
  }

  @Test func optionsOfTheLoadCount() async throws {
    let transport = PartTransport(["weights.safetensors": try PrecheckTests.weights.get()])
    let zoo = try zoo(transport)
    var options = LoadOptions()
    options.configuration["num_layers"] = 13
    let error = try await #require(throws: ModelError.self) {
      try await zoo.loadPretrainedModel(PrecheckTests.name, options: options)
    }
    let reason = NetworkError.missingKey("encoder.block.12.norm1.weight", shape: [256])
    #expect(error == .doesNotFit(model: PrecheckTests.name, url: PrecheckTests.url, reason))
    options.prechecks = false
    let late = try await #require(throws: ModelError.self) {
      try await zoo.loadPretrainedModel(PrecheckTests.name, options: options)
    }
    guard case .cannotBuild(_, _, reason) = late else {
      Issue.record(late)
      return
    }
  }

  @Test func aTruncatedFileIsNotDownloaded() async throws {
    let weights = Array(try PrecheckTests.weights.get().dropLast())
    let transport = PartTransport(["weights.safetensors": weights])
    let zoo = try zoo(transport)
    let error = try await #require(throws: CheckpointError.self) {
      try await zoo.fetch(PrecheckTests.name)
    }
    #expect(error.kind == .integrity && error.file == PrecheckTests.url)
    #expect(cache.files.isEmpty)
  }

  @Test func aMirrorMayHaveTheRightFile() async throws {
    let weights = try PrecheckTests.weights.get()
    let good = PartTransport.root + "good.safetensors"
    let missing = PartTransport.root + "missing.safetensors"
    let bad = try Self.safetensors(["norm.bias": Tensor(shape: [255])])
    let transport = PartTransport(["weights.safetensors": bad, "good.safetensors": weights])
    #expect(try await precheck(try zoo(transport, mirrors: [missing, good])) == .fits)
    await #expect(throws: ModelError.self) {
      try await precheck(try zoo(transport, mirrors: [missing]))
    }
    await #expect(throws: ModelError.self) {
      try await precheck(try zoo(transport, mirrors: [Self.url], file: missing))
    }
  }

  @Test func aServerThatSendsNoPartsIsLeftToTheDownload() async throws {
    let weights = try PrecheckTests.weights.get()
    let transport = PartTransport(["weights.safetensors": weights], sendsParts: false)
    let zoo = try zoo(transport)
    guard case .impossible(let reason) = try await precheck(zoo) else {
      Issue.record("prechecked without parts")
      return
    }
    #expect(reason.contains("the server of \(PrecheckTests.url) does not send parts"))
    #expect(transport.bytesSent == 0)
    let error = try await #require(throws: FetchError.self) {
      try await zoo.inspect(url: PrecheckTests.url)
    }
    #expect(error.kind == .unsupported)
    #expect(transport.bytesSent == 0)
    _ = try await zoo.fetch(PrecheckTests.name)
    #expect(transport.bytesSent == weights.count)
  }

  @Test func aServerThatCannotBeReachedIsLeftToTheDownload() async throws {
    let transport = PartTransport([:])
    let zoo = try zoo(transport)
    guard case .impossible = try await precheck(zoo) else {
      Issue.record("prechecked without a file")
      return
    }
    let error = try await #require(throws: FetchError.self) {
      try await zoo.fetch(PrecheckTests.name)
    }
    #expect(error.status == 404)
  }

  @Test func nothingIsReadWithoutNeed() async throws {
    let transport = PartTransport(["weights.safetensors": try PrecheckTests.weights.get()])
    let small = try zoo(transport, size: 8_000_000)
    #expect(try await precheck(small) == .unneeded)
    #expect(try await precheck(try zoo(transport, family: "unheard_of")) == .unneeded)
    let head = try small.request(for: PrecheckTests.name, head: "family")
    #expect(try await small.precheck(head) == .unneeded)
    let offline = try zoo(transport, policy: .offline)
    #expect(try await precheck(offline) == .unneeded)
    let error = try await #require(throws: FetchError.self) {
      try await offline.inspect(url: PrecheckTests.url)
    }
    #expect(error.kind == .offline)
    #expect(transport.urls.isEmpty)
    // Of a file whose size no registry states, the first part tells it.
    let tiny = PartTransport(["weights.safetensors": Array("no weights".utf8)])
    #expect(try await precheck(try zoo(tiny)) == .unneeded)
  }

  @Test func weightsThatCannotBeJudgedAreLeftToTheLoad() async throws {
    var bytes = try PrecheckTests.weights.get()
    bytes.replaceSubrange(0..<4, with: Array("GGUF".utf8))
    bytes[8] = 0
    let transport = PartTransport(["weights.safetensors": bytes])
    guard case .impossible(let reason) = try await precheck(try zoo(transport)) else {
      Issue.record("judged")
      return
    }
    #expect(reason.contains("GGUF"))
  }
}
