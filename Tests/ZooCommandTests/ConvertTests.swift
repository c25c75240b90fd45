import Foundation
import ModelZoo
import Testing

struct ConvertTests {
  let zoo: ZooCommand
  let model = ZooCommand.examples.appending(path: "\(ZooCommand.model).pt").path

  init() throws { zoo = try ZooCommand() }

  @Test func thereAndBack() async throws {
    let report = try await zoo("convert", model, "a.safetensors", "--json").json()
    #expect(report["format"] == "safetensors")
    #expect(report["tensors"] == 62)
    #expect(report["notes"] == [])
    #expect(try await zoo("convert", "a.safetensors", "b.pt").status == 0)
    let original = try Checkpoint(path: model)
    for name in ["a.safetensors", "b.pt"] {
      let copy = try Checkpoint(path: zoo.path(name), verifyingChecksums: true)
      #expect(copy.metadata == original.metadata)
      for (name, tensor) in original.stateDict {
        #expect(try copy.stateDict[name]?.float32() == tensor.float32())
      }
    }
    #expect(try Checkpoint(path: zoo.path("b.pt")).wrapper == "state")
  }

  @Test func halvesTheSize() async throws {
    let outcome = try await zoo("convert", model, "half.pt", "--dtype", "bf16")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("half.pt: 62 tensors"))
    let types = Set(try Checkpoint(path: zoo.path("half.pt")).stateDict.map(\.tensor.dtype))
    #expect(types == [.bfloat16])
  }

  @Test func refusals() async throws {
    #expect(try await zoo("convert", model, "a.onnx").status == 64)
    #expect(try await zoo("convert", model, "a.pt", "--dtype", "int8").status == 64)
    try await zoo("convert", "missing.pt", "a.pt").expectFailure(1, "missing.pt")
    try await zoo("convert", model, "none/a.pt").expectFailure(8, "none/a.pt")
    try zoo.write("<html>", to: "page.pt")
    try await zoo("convert", "page.pt", "a.pt").expectFailure(5, "web page")
    #expect(!FileManager.default.fileExists(atPath: zoo.path("a.pt")))
  }

  @Test func valuesAreLookedAt() async throws {
    let outcome = try await zoo("inspect", model, "--values", "--json")
    #expect(try outcome.json()["warnings"] == [])
    let remote = try await zoo("inspect", "https://models.example/a.pt", "--values")
    #expect(remote.status == 64)
    #expect(remote.errors.contains("--values"))
  }

  /// Names in a file cannot command the terminal.
  @Test func controlCharactersAreWrittenOut() async throws {
    let header = #"{"a\u001b[31m\u009b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    var bytes = Array(repeating: UInt8(0), count: 8)
    bytes[0] = UInt8(header.utf8.count)
    try Data(bytes + Array(header.utf8) + [7]).write(to: URL(filePath: zoo.path("c.safetensors")))
    for arguments in [["inspect", "c.safetensors"], ["inspect", "c.safetensors", "--json"]] {
      let outcome = try await zoo.run(arguments)
      #expect(!outcome.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" })
      #expect(outcome.output.contains("[31m"))
    }
  }
}
