import Foundation
import ModelZoo
import Testing

/// The convolutional example model, beside the other one as in `make run`.
struct HandwritingTests {
  static let folder = ZooCommand.examples.deletingLastPathComponent().appending(path: "handwriting")

  @Test func theTestSplitIsEvaluated() async throws {
    let zoo = try ZooCommand()
    let registry = Self.folder.appending(path: "registry.json").path
    let outcome = try await zoo.digits(
      "classify", "resnet_d_handwriting_mnist", Self.folder.appending(path: "test.tar").path,
      "--evaluate", "--json", "--registry", registry)
    let results = try outcome.json()
    #expect(results.object?.keys == ["classifier"])
    #expect(results["classifier"]?["labelled_samples"]?.integer == 500)
    #expect(results["classifier"]?["mistakes"]?.integer == 5)
    #expect(results["classifier"]?["top1"]?.double == 0.99)
  }
}
