import Foundation
import ModelZoo
import Testing

struct InspectTests {
  let zoo: ZooCommand

  init() throws { zoo = try ZooCommand() }

  @Test func checkpoint() async throws {
    let file = ZooCommand.examples.appending(path: "\(ZooCommand.model).pt").path
    let report = try await zoo("inspect", file, "--json").json()
    #expect(report["format"] == "pytorch")
    #expect(report["metadata"]?["task"] == "image_classification")
    let tensors = try #require(report["tensors"]?.array)
    #expect(tensors.count == 62)
    #expect(
      tensors.first { $0["name"] == "conv_proj.weight" }
        == [
          "name": "conv_proj.weight", "shape": [96, 3, 8, 8], "dtype": "float32", "bytes": 73728,
        ])
    let text = try await zoo("inspect", file)
    #expect(text.output.contains("birder_version  v0.8.4\n"))
    #expect(text.lines.last?.split(separator: " ").first == "norm.bias")
  }

  @Test func head() async throws {
    let file = ZooCommand.examples.appending(path: "\(ZooCommand.model)-digit.head.pt").path
    let outcome = try await zoo("inspect", file)
    #expect(outcome.output.contains("class_to_idx"))
    #expect(outcome.output.contains("10 classes"))
    #expect(outcome.output.contains("[10, 96]"))
  }

  @Test func text() async throws {
    try zoo.write("these are not weights\n", to: "model.pt")
    try await zoo("inspect", "model.pt").expectFailure(5, "model.pt", "text file")
  }

  @Test func missing() async throws {
    try await zoo("inspect", "missing.pt").expectFailure(1, "missing.pt")
  }

  @Test func truncated() async throws {
    let file = ZooCommand.examples.appending(path: "\(ZooCommand.model).pt")
    try Data(contentsOf: file).prefix(100_000).write(to: URL(filePath: zoo.path("half.pt")))
    try await zoo("inspect", "half.pt", "--json").expectFailure(5, "half.pt")
  }

  @Test func url() async throws {
    let file = ZooCommand.examples.appending(path: "\(ZooCommand.model).pt")
    let local = try await zoo("inspect", file.path, "--json").json()
    let report = try await zoo("inspect", file.absoluteString, "--json").json()
    for key in ["format", "wrapper", "stripped_prefix", "tensors", "metadata"] {
      #expect(report[key] == local[key])
    }
    #expect(report["size"] == 1_306_621)
    #expect(report["requests"] == 2)
    #expect(try #require(report["bytes_read"]?.integer) < 140_000)
    let text = try await zoo("inspect", file.absoluteString)
    #expect(text.output.contains("1.2 MiB, of which 130.0 KiB were read in 2 requests"))
  }

  @Test func urlOfAnotherMachine() async throws {
    let url = "http://example.invalid/x.pt"
    try await zoo("inspect", url).expectFailure(64, url, "--insecure-http")
    try await zoo("inspect", url, "--insecure-http").expectFailure(4, "example.invalid")
  }

  @Test func urlOffline() async throws {
    try await zoo("inspect", "https://models.example/model.pt", "--offline")
      .expectFailure(7, "https://models.example/model.pt")
  }

  @Test func missingURL() async throws {
    let url = URL(filePath: zoo.path("missing.pt")).absoluteString
    try await zoo("inspect", url).expectFailure(4, url)
  }
}
