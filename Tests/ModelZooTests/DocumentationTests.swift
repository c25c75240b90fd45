import Foundation
import ModelZoo
import Testing

/// The documentation's Swift code is compiled, run, and the same as in the documentation.
@Suite struct DocumentationTests {
  @Test(arguments: ["README.md", "docs/model-card.md", "docs/collections.md"])
  func theCodeOfAPageIsTheCompiledOne(page: String) throws {
    let published = try text(of: repository + "/" + page)
      .components(separatedBy: "```swift\n").dropFirst()
      .map { $0.components(separatedBy: "\n```")[0] }
      .map { $0.replacing("import ModelZoo\n\n", with: "") }
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "DocumentedCode.swift").path
    let compiled = try text(of: source)
      .components(separatedBy: "    // begin \(page)\n").dropFirst()
      .map { $0.components(separatedBy: "\n    // end")[0] }
      .map { code in
        code.split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.hasPrefix("    ") ? $0.dropFirst(4) : $0 }.joined(separator: "\n")
      }
    #expect(!published.isEmpty && published == compiled)
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
        try await DocumentedCode.readme(), try await DocumentedCode.severalHeads(),
        try await DocumentedCode.embeddingByHand(),
        try await DocumentedCode.embeddingWithDefaults(),
      ] {
        #expect(difference(try #require(found), embedding) < tolerance)
      }
      let features = try await DocumentedCode.featureMap()
      #expect(features.map(\.stage) == ["stage1"])
      #expect(difference(features[0].tensor, try Digits.expected("stage1").row(index)) < tolerance)
      try await DocumentedCode.collection()
      withExtendedLifetime(directory) {}
    }
    let output = String(decoding: result.standardOutputContent, as: UTF8.self)
    #expect(output.contains("order even\nfamily 2\n"))
    #expect(output.contains("path/to/image.jpeg "))
    #expect(output.contains(#"[("stage1", [1, 96, 4, 4])]"#))
  }

  private static func prepare(_ directory: String, image: String) throws {
    let names = [
      "\"\(Digits.model)\"": "\"vit_b16_ls_franca-bioscan5m\"",
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
    try FileManager.default.copyItem(atPath: image, toPath: folder + "/image.jpeg")
    setenv("ZOO_REGISTRY", registryFile, 1)
    setenv("ZOO_CACHE", directory + "/cache", 1)
    unsetenv("ZOO_OFFLINE")
    #expect(FileManager.default.changeCurrentDirectoryPath(directory))
  }
}
