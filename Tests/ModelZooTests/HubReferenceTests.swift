import ModelZoo
import Testing

/// References to hubs, and what the library does with them.
@Suite struct HubReferenceTests {
  @Test func itsPartsAreRead() throws {
    let plain = try HubReference("hf:birder-project/vit_b16_ls_x")
    #expect(plain.owner == "birder-project" && plain.repository == "vit_b16_ls_x")
    #expect(plain.revision == nil && plain.file == nil)
    let full = try HubReference("hf:a/b.c@v1.0/sub folder/d@e.pt")
    #expect(full.repository == "b.c" && full.revision == "v1.0")
    #expect(full.file == "sub folder/d@e.pt")
    let request = try HubReference("hf:a/b@refs/pr/12/c.pt")
    #expect(request.revision == "refs/pr/12" && request.file == "c.pt")
    #expect(try HubReference("hf:a/b@refs%2Fpr%2F12/c.pt") == request)
    #expect(try HubReference("hf:a/b@feature%2Fx").revision == "feature/x")
    for reference in [plain, full, request] {
      #expect(try HubReference("\(reference)") == reference)
    }
  }

  @Test(arguments: ["vit_b16", "hf:b", "hf:a/b/", "hf:a/b@", "hf:a b/c", "hf:a/b/../c", "hf:a/b\n"])
  func whatIsNoneIsRefused(_ text: String) throws {
    let error = try #require(throws: ModelError.self) { try HubReference(text) }
    #expect(error.kind == .usage && "\(error)".contains("hf:OWNER/REPO"))
  }

  /// A transport that serves the example's weights as a repository's.
  private struct Hub: Transport {
    func get(_ request: TransferRequest, into sink: any TransferSink) async throws {
      let content = try content(of: request.url)
      try sink.begin(ResponseHead(status: 200, headers: [:], contentLength: content.count))
      try sink.receive(content.span.bytes)
    }

    private func content(of url: String) throws -> [UInt8] {
      let prefix = "https://huggingface.co/"
      switch url {
      case prefix + "api/models/someone/beetles":
        return Array(#"{"siblings": [{"rfilename": "vit_digits_ls_b.pt"}]}"#.utf8)
      case prefix + "someone/beetles/resolve/main/vit_digits_ls_b.pt":
        return try bytes(of: Digits.folder + "/\(Digits.model).pt")
      case prefix + "someone/beetles/resolve/main/digit.head.pt":
        return try bytes(of: Digits.folder + "/\(Digits.model)-digit.head.pt")
      default: throw FetchError(kind: .network, reason: url, advice: "", status: 404)
      }
    }
  }

  @Test func modelsAndHeadsAreLoaded() async throws {
    let cache = try TemporaryDirectory()
    let zoo = try Digits.zoo(cache: cache, transport: Hub())
    let reference = try HubReference("hf:someone/beetles")
    let (net, info) = try await zoo.loadModel(from: reference)
    #expect(info.name == "hf:someone/beetles" && info.network == "vit_digits_ls")
    let head = try await zoo.loadHead(
      from: try HubReference("\(reference)/digit.head.pt"), for: net)
    let sample = try Digits.samples()[0]
    let image = try RGBImage(contentsOf: sample.path)
    let batch = Tensor.stack([try zoo.transform(for: net, info)(image)])
    let found = try await inferBatch(net, batch, heads: [head])[0]
    #expect(difference(found, try #require(sample.probabilities["digit"])) < tolerance)
    #expect(try await zoo.fetch(reference).wasCached)
    let set = try await zoo.modelSet(resolving: ["hf:someone/beetles", Digits.model], heads: .none)
    #expect(set.files.map(\.request.file) == ["vit_digits_ls_b.pt", "\(Digits.model).pt"])
    await #expect(throws: ModelError.self) { try await zoo.loadHead(from: reference, for: net) }
  }
}
