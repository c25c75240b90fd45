import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// The reader of a configuration's options.
@Suite struct OptionsTests {
  private func options(_ text: String) throws -> Options {
    Options(try #require(try JSONValue(parsing: text).object))
  }

  private func error(_ text: String, _ read: (Options) throws -> Void) throws -> NetworkError? {
    let options = try options(text)
    do {
      try read(options)
      try options.finish()
      return nil
    } catch {
      return error as? NetworkError
    }
  }

  @Test func valuesAreReadByTheirTypes() throws {
    let options = try options(
      #"{"a": 3, "b": 2, "c": true, "d": [1, 2], "e": [[0.5], []], "f": "gelu", "g": null}"#)
    #expect(try options("a") as Int == 3)
    #expect(try options("b") as Float == 2)
    #expect(try options("c") as Bool)
    #expect(try options("d") as [Int] == [1, 2])
    #expect(try options("e") as [[Float]] == [[0.5], []])
    #expect(try options("f") as Activation == .gelu)
    #expect(try options("g", default: 7) == 7)
    #expect(try options.optional("h") as String? == nil)
    try options.finish()
  }

  @Test func whatDoesNotFitIsNamed() throws {
    func read<Value: OptionValue>(_: Value.Type) -> (Options) throws -> Void {
      { let _: Value = try $0("x") }
    }
    for (text, expected, body) in [
      ("{}", "is missing", read(Int.self)), (#"{"x": null}"#, "is missing", read(Int.self)),
      (#"{"x": "two"}"#, "is \"two\", but an integer below 2^24 is needed", read(Int.self)),
      (#"{"x": 16777216}"#, "is 16777216, but an integer below 2^24 is needed", read(Int.self)),
      (#"{"x": 1}"#, "is 1, but true or false is needed", read(Bool.self)),
      (
        #"{"x": [1, 2.5]}"#,
        "is [1,2.5], but a list with each value an integer below 2^24 is needed",
        read([Int].self)
      ),
      (
        #"{"x": "mish"}"#,
        "is \"mish\", but one of LayerNorm, RMSNorm is needed", read(Norm.Kind.self)
      ),
      (#"{"x": 0}"#, "is 0, not positive", { _ = try $0.integer("x") }),
      (#"{"x": -1}"#, "is -1, not 0 or more", { _ = try $0.integer("x", in: 0...) }),
      (#"{"x": 1}"#, "is not one that this version knows", { _ in }),
    ] as [(String, String, (Options) throws -> Void)] {
      #expect(try error(text, body) == .invalidOption("x", reason: expected))
    }
  }

  @Test func whatOnlyTrainingReadsIsPassedOver() throws {
    #expect(try error(#"{"drop_path_rate": 0.1, "attention_dropout": 0}"#) { _ in } == nil)
  }

  @Test func sizesAndIndicesMustGoTogether() throws {
    let sizes = #""patch_size": 4, "num_layers": 2, "hidden_dim": 24, "mlp_dim": 32"#
    #expect(
      try error("{\(sizes), \"num_heads\": 5}") { _ = try TransformerSizes($0) }
        == .invalidOption("num_heads", reason: "is 5, which does not divide 24"))
    #expect(
      try error("{\(sizes), \"num_heads\": 4, \"out_indices\": [0, 2]}") {
        _ = try TransformerSizes($0).outIndices($0)
      } == .invalidOption("out_indices", reason: "has 2, but there are 2 layers"))
    let options = try options("{\(sizes), \"num_heads\": 4, \"out_indices\": [-1, 0]}")
    #expect(try TransformerSizes(options).outIndices(options) == [0, 1])
  }
}
