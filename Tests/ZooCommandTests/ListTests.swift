import ModelZoo
import Testing

struct ListTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func pattern() async throws {
    let outcome = try await zoo("list", "vit_*bioscan*")
    #expect(outcome.status == 0)
    #expect(
      outcome.output
        == "vit_b16_ls_franca-bioscan5m\t327.4 MiB\tvit\timage_classification\t-\t"
        + "order,family,genus,species\tyes\tno\n")
    #expect(outcome.errors == "")
  }

  @Test func everyModelOfTheLibrary() async throws {
    let json = try await zoo("list", "--json").json()
    let models = try #require(json.array)
    #expect(models.compactMap { $0["name"]?.string } == (try Registry.builtIn()).names())
    let model = try #require(
      models.first { $0["name"]?.string == "vit_b16_ls_franca-bioscan5m" })
    #expect(
      model == [
        "name": "vit_b16_ls_franca-bioscan5m", "network": "vit_b16_ls", "family": "vit",
        "task": "image_classification", "size": 343_335_491, "size_mib": 327.4, "cached": false,
        "loadable": true, "heads": ["order", "family", "genus", "species"], "classifier": false,
        "classes": .null,
      ])
  }

  @Test func filters() async throws {
    let families = try await zoo("list", "--family", "vit", "--json").json().array ?? []
    #expect(families.count > 20)
    #expect(families.allSatisfy { $0["family"]?.string == "vit" })

    let tasks = try await zoo("list", "--task", "object_detection", "--json").json().array ?? []
    #expect(tasks.count == 5)

    let list = ["list", "--json"] + (try zoo.unknownFamily())
    let loadable = try await zoo.run(list + ["--loadable"]).json().array ?? []
    #expect(!loadable.isEmpty)
    #expect(loadable.allSatisfy { $0["loadable"]?.bool == true })
    #expect(!loadable.contains { $0["family"]?.string == "unheard_of" })
    let all = try await zoo.run(list).json().array ?? []
    #expect(all.contains { $0["family"]?.string == "unheard_of" })
  }

  @Test func cached() async throws {
    #expect(try await zoo.digits("list", "--cached", "--json").json() == [])
    _ = try await zoo.digits("fetch", ZooCommand.model, "--heads", "none")
    let outcome = try await zoo.digits("list", "--cached")
    #expect(
      outcome.output
        == "vit_digits_ls_sklearn-digits\t1.2 MiB\tvit\timage_classification\tcached\t"
        + "digit,parity\tyes\tno\n")
  }

  @Test func noMatch() async throws {
    let outcome = try await zoo("list", "bioscan")
    #expect(outcome.status == 0)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("'*bioscan*'"))
    #expect(try await zoo("list", "bioscan", "--quiet").errors == "")
    #expect(try await zoo("list", "bioscan", "--json").output == "[]\n")
  }

  @Test func unknownTask() async throws {
    let outcome = try await zoo("list", "--task", "classification")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("none of image_classification, object_detection"))
    #expect(outcome.errors.contains("did you mean 'image_classification'?"))
  }

  @Test func unknownFamily() async throws {
    for arguments in [["list", "--family", "vitt"], ["list", "--networks", "--family", "vitt"]] {
      try await zoo.run(arguments).expectFailure(
        64, "'vitt'", "alexnet, ", "did you mean 'vit'")
    }
    try await zoo("list", "--family", "zzzzzz").expectFailure(64, "alexnet, ")
  }

  /// Three ways for a classifier: so many classes, one of an unknown number, none.
  @Test func classifiers() async throws {
    let models = try await zoo("list", "--json").json().array ?? []
    func classifier(_ name: String) -> [JSONValue?] {
      let model = models.first { $0["name"]?.string == name }
      return [model?["classifier"], model?["classes"]]
    }
    #expect(classifier("rope_vit_reg4_b14_capi-inat21") == [true, 10000])
    #expect(classifier("alexnet_inat21") == [true, .null])
    #expect(classifier("vit_l16_mim_400") == [false, .null])
    #expect(classifier("mae_hiera_hiera_abswin_base") == [false, .null])
    #expect(classifier("coat_tiny_il-common") == [.null, .null])
    let lines = try await zoo("list", "*tiny_il-common").lines
    #expect(lines.contains { $0.hasPrefix("coat_tiny_il") && $0.hasSuffix("\tnot known") })
    #expect(lines.contains { $0.hasPrefix("coat_lite_tiny_il") && $0.hasSuffix("\tyes") })
  }

  @Test func networks() async throws {
    let networks = try await zoo("list", "--networks", "--json").json().array ?? []
    #expect(networks.compactMap { $0["name"]?.string } == (try Registry.builtIn()).networkNames)
    #expect(
      networks.first { $0["name"] == "vit_b16_ls" }
        == ["name": "vit_b16_ls", "family": "vit", "class": "ViT", "loadable": true])
    try zoo.write(
      #"{"schema": 1, "networks": {"mine_s": {"family": "unheard_of"}}}"#, to: "mine.json")
    let mine = try await zoo("list", "mine*", "--networks", "--registry", "mine.json")
    #expect(mine.output == "mine_s\tunheard_of\tno\n")
    let lines = try await zoo("list", "vit_b16*", "--networks", "--loadable").lines
    #expect(lines.contains("vit_b16_ls\tvit\tyes"))
    #expect(lines.allSatisfy { $0.hasPrefix("vit_b16") })
    let family = try await zoo("list", "--networks", "--family", "alexnet")
    #expect(family.lines.allSatisfy { $0.contains("\talexnet\t") })
    #expect(!family.lines.isEmpty)
    #expect(try await zoo("list", "--networks", "none").errors.contains("'*none*'"))
    #expect(try await zoo("list", "--networks", "--cached").status == 64)
  }
}
