import Foundation
import ModelZoo
import Testing

/// The documentation's Swift code is compiled, run, and the same as in the documentation.
@Suite struct DocumentationTests {
  /// The pages that have Swift code, which is marked as such.
  private static let pages = [
    "README.md", "docs/cache.md", "docs/collections.md", "docs/library.md", "docs/model-card.md",
    "docs/performance.md", "docs/ModelZoo.docc/ModelZoo.md",
  ]

  /// The page whose code is that of a family of networks.
  private static let walk = "docs/architecture.md"

  @Test func theWalkThroughAFamilyIsItsFile() throws {
    let page = try text(of: repository + "/" + Self.walk)
    let source = try text(of: repository + "/Sources/ZooNetworks/Families/DeiT.swift")
      .split(separator: "\n").map { $0.trimmingPrefix(while: \.isWhitespace) }
    let lines = page.components(separatedBy: "```swift\n").dropFirst()
      .flatMap { $0.components(separatedBy: "\n```")[0].split(separator: "\n") }
      .map { $0.trimmingPrefix(while: \.isWhitespace) }
    #expect(lines.count > 10)
    for line in lines where !line.contains("…") {
      #expect(source.contains(line), "\(line)")
    }
  }

  @Test func everyPageWithCodeIsCompared() throws {
    let docs = try FileManager.default.contentsOfDirectory(atPath: repository + "/docs")
    let pages = try (["README.md"] + docs.sorted().map { "docs/" + $0 }).filter {
      try $0.hasSuffix(".md") && text(of: repository + "/" + $0).contains("```swift")
    }.filter { $0 != Self.walk }
    #expect(pages + ["docs/ModelZoo.docc/ModelZoo.md"] == Self.pages)
  }

  @Test(arguments: pages)
  func theCodeOfAPageIsTheCompiledOne(page: String) throws {
    let published = try text(of: repository + "/" + page)
      .components(separatedBy: "```swift\n").dropFirst()
      .map { $0.components(separatedBy: "\n```")[0] }
      .map { $0.replacing("import ModelZoo\n\n", with: "") }
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let compiled = try ["DocumentedCode.swift", "DocumentedCode+Library.swift"]
      .map { try text(of: folder.appending(path: $0).path) }.joined()
      .components(separatedBy: "    // begin \(page)\n").dropFirst()
      .map { $0.components(separatedBy: "\n    // end")[0] }
      .map { code in
        code.split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.hasPrefix("    ") ? $0.dropFirst(4) : $0 }.joined(separator: "\n")
      }
    #expect(!published.isEmpty && published == compiled)
  }

  /// What a package that uses this one has to name, and what it finds missing.
  @Test func packagesAreNamedWhereTheyAreNeeded() throws {
    let product = ".product(name: \"ModelZoo\", package: \"swift-model-zoo\")"
    let pages = try ["README.md", "docs/library.md"].map { try text(of: repository + "/" + $0) }
    #expect(pages.allSatisfy { $0.contains(product) })
    let setup = try text(of: repository + "/scripts/setup")
    for (package, file) in [
      ("libcurl4-openssl-dev", "CCurl/include/CCurl.h"), ("libssl-dev", "CCrypto/CCrypto.c"),
      ("zlib1g-dev", "CZlib/shim.h"), ("libturbojpeg0-dev", "CTurboJPEG/shim.h"),
      ("libpng-dev", "CPNG/shim.h"), ("libpng-dev", "CPixels/PNG.c"),
      ("libwebp-dev", "CWebP/shim.h"),
    ] {
      let source = try text(of: repository + "/Sources/" + file)
      #expect(source.contains("headers are missing: install \(package) (Debian, Ubuntu)"))
      #expect((pages + [setup]).allSatisfy { $0.contains(package) }, "\(package)")
    }
  }

  /// In a process of its own, whose environment, current directory and output belong to the test;
  /// there the example model goes by the names that the documentation uses.
  @Test func theCodeGivesTheReferencesResults() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let directory = try TemporaryDirectory()
      let samples = try Digits.samples()
      let index = try #require(samples.firstIndex { $0.path.hasSuffix(".jpg") })
      try DocumentationTests.prepare(directory.path, image: samples[index].path)

      let families = try await DocumentedCode.classification()
      let expected = try #require(samples[index].probabilities["digit"])
      #expect(difference(families, expected) < tolerance)
      let embedding = try Digits.expected("embedding").row(index)
      for found in [
        try await DocumentedCode.landingPage(), try await DocumentedCode.readme(),
        try await DocumentedCode.severalHeads(),
        try await DocumentedCode.embeddingByHand(),
        try await DocumentedCode.embeddingWithDefaults(),
      ] {
        #expect(difference(try #require(found), embedding) < tolerance)
      }
      let features = try await DocumentedCode.featureMap()
      #expect(features.map(\.stage) == ["stage1"])
      #expect(difference(features[0].tensor, try Digits.expected("stage1").row(index)) < tolerance)
      try await DocumentedCode.collection()
      try await DocumentedCode.table()
      let table = try FileManager.default.attributesOfItem(atPath: "embeddings.parquet")
      #expect((table[.size] as? Int ?? 0) > 2 * 4 * 96)
      #expect(try await DocumentedCode.metrics().samples == 2)
      #expect(try await DocumentedCode.cache().removed.isEmpty)

      #expect(try await DocumentedCode.precision() == 96)
      #expect(try await DocumentedCode.size().size == ImageSize(side: 256))
      let best = try await DocumentedCode.localFiles()[0]
      #expect(best.map(\.label) == expected.topK(3)[0].map(\.label))
      #expect(difference(try await DocumentedCode.urls(), embedding) < tolerance)
      let cosines = try await DocumentedCode.similar()
      #expect(cosines.shape == [2, 2] && cosines.scalars[0] == 1 && cosines.scalars[1] < 1)
      #expect(try await DocumentedCode.list().contains("vit_b16_ls_franca-bioscan5m"))
      #expect(try await DocumentedCode.ownCache().threads == 2)
      #expect(await DocumentedCode.errors() == nil)
      #expect(await DocumentedCode.errors("vit_b16_franca") == .notFound)
      try await DocumentedCode.offline()
      try await DocumentedCode.cancelled()
      withExtendedLifetime(directory) {}
    }
    let output = String(decoding: result.standardOutputContent, as: UTF8.self)
    #expect(output.contains("order even\nfamily 2\n"))
    #expect(output.contains("path/to/image.jpeg "))
    #expect(output.contains(#"[("stage1", [1, 96, 4, 4])]"#))
    #expect(output.contains("heads family, order, cached: true\n"))
    #expect(output.contains("choose another model: 'vit_b16_franca' is not a model of "))
    #expect(
      output.contains("offline vit_b16_ls_franca-bioscan5m vit_b16_ls_franca-bioscan5m.pt\n"))
    #expect(output.hasSuffix("cancelled\n"))
  }

  private static func prepare(_ directory: String, image: String) throws {
    let names = [
      "\"\(Digits.model)\"": "\"vit_b16_ls_franca-bioscan5m\"",
      "\"vit_digits_ls\"": "\"vit_b16_ls\"",
      "\"parity\"": "\"order\"", "\"digit\"": "\"family\"",
      "\"url\": \"": "\"url\": \"\(Digits.folder)/",
    ]
    let registry = try names.reduce(text(of: Digits.registryFile)) {
      $0.replacing($1.key, with: $1.value)
    }
    let registryFile = directory + "/registry.json"
    try Data(registry.utf8).write(to: URL(filePath: registryFile))
    let folder = directory + "/path/to"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let weights = Digits.folder + "/" + Digits.model
    for (file, name) in [
      (image, "image.jpeg"), (Digits.folder + "/samples/digit-0-01.png", "other.png"),
      (weights + ".pt", "beetles.pt"), (weights + "-digit.head.pt", "beetles.head.pt"),
      (registryFile, "registry.json"),
    ] { try FileManager.default.copyItem(atPath: file, toPath: folder + "/" + name) }
    setenv("ZOO_REGISTRY", registryFile, 1)
    setenv("ZOO_CACHE", directory + "/cache", 1)
    unsetenv("ZOO_OFFLINE")
    #expect(FileManager.default.changeCurrentDirectoryPath(directory))
  }
}
