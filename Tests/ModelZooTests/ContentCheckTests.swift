import Foundation
import ModelZoo
import Testing

/// A file without a checksum has to be what its name says before it gets that name.
@Suite struct ContentCheckTests {
  let directory: TemporaryDirectory
  let cache: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    cache = try TemporaryDirectory()
  }

  /// A zoo with the digits model and no checksums, whose files come from a server.
  func zoo(policy: FetchPolicy = .online) throws -> Zoo {
    func file(_ url: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
      var file = JSONObject()
      file["url"] = .string(DirectoryTransport.root + url)
      for (key, value) in more { file[key] = value }
      return .object(file)
    }
    let model: JSONValue = [
      "network": "vit_digits_ls", "files": ["pt": file("model.pt")],
      "heads": [
        "digit": file("head.pt", ["mirrors": [.string(DirectoryTransport.root + "mirror.pt")]])
      ],
    ]
    let text: JSONValue = ["schema": 1, "models": ["m": model]]
    return try Zoo(
      registry: Digits.registry().overlaid(
        with: Registry(parsing: text.serialized().utf8, source: "https://models.example/r.json")),
      fetcher: Fetcher(
        cache: Cache(root: cache.path), transport: DirectoryTransport(directory.path),
        policy: policy),
      threads: 1)
  }

  func serve(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: URL(filePath: directory.path + "/" + name))
  }

  static func digits(_ suffix: String) throws -> [UInt8] {
    try bytes(of: "\(Digits.folder)/\(Digits.model)\(suffix)")
  }

  static let others: [(name: String, content: [UInt8], text: String)] = [
    ("page", Array("<html><body>Sign in to continue</body></html>".utf8), "it is a web page"),
    ("answer", Array(#"{"error": "no such file"}"#.utf8), "it is a text file"),
    ("pointer", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS pointer"),
    ("zeros", Array(repeating: 0, count: 5000), "only zeros"),
    ("model of others", Array("GGUF".utf8) + Array(repeating: 1, count: 5000), "a GGUF model"),
    ("picture", [0xFF, 0xD8, 0xFF] + Array(repeating: 7, count: 100), "a JPEG image"),
  ]

  @Test(arguments: others, ["head.pt", "model.pt"])
  func whatIsNoneIsNotTaken(
    _ other: (name: String, content: [UInt8], text: String), _ file: String
  ) async throws {
    try serve(other.content, as: file)
    let zoo = try zoo()
    let error = try await #require(throws: FetchError.self, "\(other.name)") {
      _ =
        file == "head.pt"
        ? try await zoo.fetchHead("m", level: "digit") : try await zoo.fetch("m")
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains(other.text), "\(error)")
    #expect("\(error)".contains(DirectoryTransport.root + file), "\(error)")
    #expect("\(error)".hasPrefix(file == "head.pt" ? "m-digit.head.pt of m: " : "m.pt of m: "))
    #expect(cache.files == [], "nothing is left of it")
  }

  @Test func aDamagedHeadIsNotTaken() async throws {
    let head = try Self.digits("-digit.head.pt")
    var flipped = head
    // Within the weights, of which the archive has a CRC.
    flipped[head.count / 2] ^= 1
    for (content, text) in [(Array(head.dropLast(500)), "truncated"), (flipped, "CRC")] {
      try serve(content, as: "head.pt")
      let zoo = try zoo()
      let error = try await #require(throws: FetchError.self) {
        try await zoo.fetchHead("m", level: "digit")
      }
      #expect(error.kind == .integrity)
      #expect("\(error)".contains(text), "\(error)")
      #expect(cache.files == [])
    }
  }

  @Test func weightsAreNoHead() async throws {
    try serve(try Self.digits(".pt"), as: "head.pt")
    let zoo = try zoo()
    let error = try await #require(throws: FetchError.self) {
      try await zoo.fetchHead("m", level: "digit")
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains("is no head: it names no classes"), "\(error)")
    #expect(cache.files == [])
  }

  @Test func theNextMirrorIsAsked() async throws {
    let head = try Self.digits("-digit.head.pt")
    try serve(Self.others[0].content, as: "head.pt")
    try serve(head, as: "mirror.pt")
    let file = try await zoo().fetchHead("m", level: "digit")
    #expect(file.checksumSource == .pinned)
    #expect(try bytes(of: file.path) == head)
    #expect(cache.files.filter { $0.hasPrefix("blobs/") }.count == 1)
  }

  @Test func headsAndWeightsAreTaken() async throws {
    try serve(try Self.digits(".pt"), as: "model.pt")
    try serve(try Self.digits("-digit.head.pt"), as: "head.pt")
    let report = try await zoo().fetch(try zoo().modelSet(["m"]))
    #expect(report.failure == nil)
    let offline = try zoo(policy: .offline)
    let (net, _) = try await offline.loadPretrainedModel("m")
    let head = try await offline.loadPretrainedHead("m", level: "digit", for: net)
    #expect(head.classNames.count == 10)
  }

  @Test func aSetReportsItAsBad() async throws {
    try serve(try Self.digits(".pt"), as: "model.pt")
    try serve(Self.others[0].content, as: "head.pt")
    let zoo = try zoo()
    let failure = try #require(try await zoo.fetch(try zoo.modelSet(["m"])).failure)
    #expect(failure.kind == .integrity)
    #expect(failure.bad.map(\.name.file) == ["m-digit.head.pt"])
    await #expect(throws: FetchError.self) {
      let (net, _) = try await zoo.loadPretrainedModel("m")
      _ = try await zoo.loadPretrainedHead("m", level: "digit", for: net)
    }
    #expect(!cache.files.contains { $0.hasPrefix("pins/") && $0.contains("head") })
  }

  /// A cache that was filled without a check is no way around it.
  @Test func aBundleWithAPageIsNotTaken() async throws {
    try serve(Self.others[0].content, as: "head.pt")
    let request = try zoo().request(for: "m", head: "digit")
    let other = try Cache(root: directory.path + "/other")
    _ = try await Fetcher(cache: other, transport: DirectoryTransport(directory.path))
      .fetch(request)
    let bundle = directory.path + "/bundle.tar"
    _ = try await other.exportBundle([request], to: .file(bundle))
    let zoo = try zoo()
    let error = try await #require(throws: FetchError.self) {
      try await zoo.importBundle(from: .file(bundle))
    }
    #expect(error.kind == .integrity)
    #expect("\(error)".contains("m-digit.head.pt of m in \(bundle) is no sound head"), "\(error)")
    #expect(cache.files == [])

    try serve(try Self.digits("-digit.head.pt"), as: "head.pt")
    let good = try Cache(root: directory.path + "/good")
    _ = try await Fetcher(cache: good, transport: DirectoryTransport(directory.path)).fetch(request)
    _ = try await good.exportBundle([request], to: .file(bundle))
    #expect(try await zoo.importBundle(from: .file(bundle)).files.count == 1)
  }

  @Test func adoptionIsNoWayAroundIt() async throws {
    try serve(Self.others[0].content, as: "head.pt")
    let zoo = try zoo()
    let request = try zoo.request(for: "m", head: "digit")
    let pinned = try await Fetcher(
      cache: zoo.fetcher.cache, transport: DirectoryTransport(directory.path)
    ).fetch(request)
    try FileManager.default.removeItem(atPath: pinned.path)
    let adoption = try await zoo.fetcher.cache.adoptFiles(
      in: directory.path, wanted: [Adoptable(request: request)], hardLinking: false, dryRun: false,
      checking: zoo.fetcher.contentCheck, progress: nil)
    #expect(adoption.files.isEmpty)
    #expect(adoption.problems.map(\.kind) == [.integrity])
    #expect(!cache.files.contains { $0.hasPrefix("blobs/") })
  }

  /// What is in the cache is called by its name too where reading it fails.
  @Test func errorsNameTheFileAndTheModel() async throws {
    try serve(Self.others[0].content, as: "model.pt")
    let request = try zoo().request(for: "m")
    _ = try await Fetcher(
      cache: Cache(root: cache.path), transport: DirectoryTransport(directory.path)
    ).fetch(request)
    let zoo = try zoo(policy: .offline)
    let page = try await #require(throws: CheckpointError.self) {
      try await zoo.loadPretrainedModel("m")
    }
    #expect(page.name == "m.pt of m")
    #expect("\(page)".hasPrefix("m.pt of m (\(page.file)): it is a web page"), "\(page)")
    #expect("\(page)".contains("zoo cache remove m"), "\(page)")

    let (net, _) = try await Digits.zoo(cache: cache).loadPretrainedModel(Digits.model)
    let classes = try text(of: Digits.registryFile)
      .replacing("\"classes\": 10", with: "\"classes\": 11")
    let eleven = try Digits.zoo(
      cache: cache, registry: Registry(parsing: classes.utf8, source: Digits.registryFile))
    let head = try await #require(throws: ModelError.self) {
      try await eleven.loadPretrainedHead(Digits.model, level: "digit", for: net)
    }
    let name = "\(Digits.model)-digit.head.pt of \(Digits.model) (\(cache.path)/blobs/"
    #expect("\(head)".hasPrefix(name), "\(head)")
  }
}
