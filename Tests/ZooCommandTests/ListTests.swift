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
        + "order,family,genus,species\n")
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
        "loadable": true, "heads": ["order", "family", "genus", "species"],
      ])
  }

  @Test func filters() async throws {
    let families = try await zoo("list", "--family", "vit", "--json").json().array ?? []
    #expect(families.count > 20)
    #expect(families.allSatisfy { $0["family"]?.string == "vit" })

    let tasks = try await zoo("list", "--task", "object_detection", "--json").json().array ?? []
    #expect(tasks.count == 5)

    let loadable = try await zoo("list", "--loadable", "--json").json().array ?? []
    #expect(!loadable.isEmpty)
    #expect(loadable.allSatisfy { $0["loadable"]?.bool == true })
    #expect(!loadable.contains { $0["family"]?.string == "alexnet" })
  }

  @Test func cached() async throws {
    #expect(try await zoo.digits("list", "--cached", "--json").json() == [])
    _ = try await zoo.digits("fetch", ZooCommand.model, "--heads", "none")
    let outcome = try await zoo.digits("list", "--cached")
    #expect(
      outcome.output
        == "vit_digits_ls_sklearn-digits\t1.2 MiB\tvit\timage_classification\tcached\t"
        + "digit,parity\n")
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
    #expect(outcome.errors.contains("image_classification"))
  }
}
