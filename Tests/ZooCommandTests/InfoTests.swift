import ModelZoo
import Testing

struct InfoTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func everythingForPeople() async throws {
    let outcome = try await zoo("info", "vit_b16_ls_franca-bioscan5m")
    #expect(outcome.status == 0)
    for text in [
      "vit_b16_ls of the family vit", "[N, 3, 224, 224]", "[N, 768]", "85,817,088",
      "mean [0.5, 0.5, 0.5]", "(training command)", "2124b590b20f", "327.4 MiB", "apache-2.0",
      "11846 classes", "test_top1 82.3", "not published", "ami_genus 62.92",
      "https://arxiv.org/abs/2507.14137", "layer_scale_init_value 1e-05", "BIOSCAN",
      "the built-in registry",
    ] {
      #expect(outcome.output.contains(text), "\(text)")
    }
  }

  @Test func everythingAsJSON() async throws {
    let info = try await zoo("info", "vit_b16_ls_franca-bioscan5m", "--json").json()
    #expect(info["name"] == "vit_b16_ls_franca-bioscan5m")
    #expect(info["family"] == "vit")
    #expect(info["config"]?["patch_size"] == 16)
    #expect(info["files"]?["pt"]?["size"] == 343_335_491)
    #expect(info["files"]?["pt"]?["cached"] == false)
    #expect(info["heads"]?.object?.keys == ["order", "family", "genus", "species"])
    #expect(info["heads"]?["species"]?["classes"] == 11846)
    #expect(info["heads"]?["species"]?["metrics"]?["test_top1"]?.double == 82.3)
    #expect(info["rgb_stats"]?["source"] == "training command")
    #expect(info["loadable"] == true)
    #expect(info["sources"] == ["the built-in registry"])
  }

  @Test func classifiers() async throws {
    let known = try await zoo("info", "rope_vit_reg4_b14_capi-inat21")
    #expect(known.output.contains("10000 classes"))
    #expect(try await zoo("info", "alexnet_inat21").output.contains("its file states the classes"))
    #expect(try await zoo("info", "coat_tiny_il-common").output.contains("not known before"))
    let info = try await zoo("info", "resnet_v2_50_inat21", "--json").json()
    #expect(info["classifier"] == true)
    #expect(info["classes"] == 10000)
  }

  /// Those of all heads where there is no classifier, or of one; from files in the cache only.
  @Test func classNames() async throws {
    let model = ZooCommand.model
    try await zoo.digits("info", model, "--classes").expectFailure(
      7, "\(model)-digit.head.pt", "not in the cache", "zoo fetch \(model)")
    _ = try await zoo.digits("fetch", model)
    let all = try await zoo.digits("info", model, "--classes")
    #expect(all.lines.count == 12)
    #expect(all.lines[3] == "digit\t3\t3")
    #expect(all.lines[10...] == ["parity\t0\teven", "parity\t1\todd"])
    let one = try await zoo.digits("info", model, "--classes", "--head", "parity", "--json").json()
    #expect(one == ["name": .string(model), "classes": ["parity": ["even", "odd"]]])
    try await zoo.digits("info", model, "--classes", "--head", "genus").expectFailure(3, "'genus'")
    try await zoo.digits("info", model, "--classes", "--head", "classifier").expectFailure(
      3, "no classifier", "digit, parity")
    try await zoo("info", "alexnet_inat21", "--classes").expectFailure(
      7, "alexnet_inat21.pt", "not in the cache")
    try await zoo("info", "vit_l16_mim_400", "--classes").expectFailure(3, "neither a classifier")
    #expect(try await zoo("info", model, "--head", "parity").status == 64)
  }

  @Test func relativeURLsAreResolved() async throws {
    let info = try await zoo.digits("info", ZooCommand.model, "--json").json()
    let url = try #require(info["files"]?["pt"]?["url"]?.string)
    #expect(url.hasPrefix("file:///"))
    #expect(url.hasSuffix("/Examples/digits/vit_digits_ls_sklearn-digits.pt"))
  }

  @Test func suggestion() async throws {
    let outcome = try await zoo("info", "vit_b16_franca")
    outcome.expectFailure(3, "'vit_b16_franca'", "vit_b16_ls_franca-bioscan5m")
  }

  @Test func nothingAlike() async throws {
    try await zoo("info", "zzzzzzzz").expectFailure(3, "'zzzzzzzz'", "zoo list")
  }

  @Test func nameInTwoOverlays() async throws {
    for name in ["first.json", "second.json"] {
      try zoo.write(
        """
        {"schema": 1, "models": {"mine": {"network": "vit_b16_ls", "description": "of \(name)",
         "files": {"pt": {"url": "mine.pt"}}}}}
        """, to: name)
    }
    let outcome = try await zoo(
      "info", "mine", "--registry", "first.json", "--registry", "second.json")
    #expect(outcome.output.contains("of second.json"))
    #expect(outcome.output.contains("first.json\n"))
    #expect(outcome.output.contains("second.json (this one is used)"))
    let json = try await zoo(
      "info", "mine", "--registry", "second.json", "--json",
      environment: ["ZOO_REGISTRY": "first.json"]
    ).json()
    #expect(json["sources"] == ["first.json", "second.json"])
    #expect(json["description"] == "of second.json")
    #expect(json["files"]?["pt"]?["sha256"]?.isNull == true)
  }

  @Test func modelThatCannotBeRun() async throws {
    let outcome = try await zoo.run(["info", "mystery"] + zoo.unknownFamily())
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("no: mystery cannot be built"))
  }

  @Test func brokenRegistry() async throws {
    try zoo.write("{\"schema\": 1, \"models\": {\"mine\": {\"network\": 7}}}", to: "broken.json")
    try await zoo("info", "mine", "--registry", "broken.json")
      .expectFailure(5, "broken.json", "mine")
    try await zoo("info", "mine", "--registry", "missing.json").expectFailure(1, "missing.json")
  }
}
