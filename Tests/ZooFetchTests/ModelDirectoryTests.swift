import Testing

@testable import ZooFetch

/// What the directories of models are called in a cache.
@Suite struct ModelDirectoryTests {
  @Test(arguments: [
    ("vit_b16_ls_franca-bioscan5m", "vit_b16_ls_franca-bioscan5m"),
    ("hf:someone/vit_b16_x", "hf--someone--vit_b16_x"),
    ("hf:a/b@main/c/d.pt", "hf--a--b@main--c--d.pt"),
    ("hf:a/b@refs%2Fpr%2F1", "hf--a--b@refs%252Fpr%252F1"),
    ("hf:a-/-b@x--y/z---", "hf--a%2D--%2Db@x-%2Dy--z-%2D%2D"), ("hf:a/%2D", "hf--a--%252D"),
  ])
  func everyNameHasOneDirectory(_ model: String, _ directory: String) {
    #expect(ModelDirectory.name(of: model) == directory)
    #expect(ModelDirectory.model(of: directory) == model)
    #expect(CachedFileName(model: model, file: "x.pt").path == directory + "/x.pt")
  }

  /// A model of a registry that is called like the directory of another.
  @Test(arguments: ["hf--", "hf--a---b", "hf--a--", "hf--a%b"])
  func whatNoReferenceGivesIsAName(_ name: String) {
    #expect(ModelDirectory.model(of: name) == name)
    #expect(ModelDirectory.name(of: name) == name)
  }

  /// Names of a bundle or registry must not lead out of the cache.
  @Test(arguments: ["hf:../x", "hf:a/../../b", "hf:/etc", "hf:.", "hf:a/..", "hf:"])
  func noDirectoryLeadsOut(_ model: String) {
    let directory = ModelDirectory.name(of: model)
    #expect(!directory.contains("/") && directory != "." && directory != "..")
  }
}
