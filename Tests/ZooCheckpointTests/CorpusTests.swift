import Foundation
import Testing
import ZooCore

@testable import ZooCheckpoint

/// The files of Tests/Corpus: hostile ones are refused for what they are, and unusual ones are read as
/// torch and safetensors read them.
struct CorpusTests {
  private static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  static let cases: JSONObject = {
    let data = try? Data(contentsOf: directory.appending(path: "checkpoints.json"))
    return data.flatMap { try? JSONValue(parsing: $0) }?.object ?? JSONObject()
  }()

  @Test func theCorpusIsThere() {
    #expect(CorpusTests.cases.count >= 400)
    let classes = Set(CorpusTests.cases.keys.map { $0.prefix { $0 != "/" } })
    #expect(classes.count == 12)
  }

  @Test(arguments: cases.keys.sorted())
  func outcomeIsTheExpectedOne(_ name: String) throws {
    let expected = try #require(CorpusTests.cases[name])
    let path = CorpusTests.directory.appending(path: name).path
    guard let kind = expected["refused"]?.string else { return try expectContents(path, expected) }
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: path, verifyingChecksums: true)
    }
    #expect(error.map { "\($0.kind)" } == kind, "\(error?.description ?? "accepted")")
    for word in expected["words"]?.strings ?? [] {
      #expect(error?.reason.contains(word) == true, "\(error?.description ?? "accepted")")
    }
  }

  private func expectContents(_ path: String, _ expected: JSONValue) throws {
    let checkpoint = try Checkpoint(path: path, verifyingChecksums: true)
    #expect(checkpoint.wrapper == expected["wrapper"]?.string)
    #expect(checkpoint.strippedPrefix == expected["prefix"]?.string)
    if let leftOut = expected["left_out"]?.strings {
      #expect(checkpoint.leftOut.count == leftOut.count, "\(checkpoint.leftOut)")
      #expect(zip(checkpoint.leftOut, leftOut).allSatisfy { $0.contains($1) })
    }
    if let metadata = expected["metadata"] {
      #expect(JSONValue.object(checkpoint.metadata) == metadata)
    }
    if let text = expected["holds"]?.string {
      let report = checkpoint.report().serialized()
      #expect(report.contains(text))
      #expect(report.utf8.count < 8 << 20)
    }
    let tensors = try #require(expected["tensors"]?.object)
    #expect(checkpoint.stateDict.names.sorted() == tensors.keys.sorted())
    for (name, entry) in tensors {
      let tensor = try #require(checkpoint.stateDict[name])
      #expect(tensor.dtype.rawValue == entry["dtype"]?.string, "\(name)")
      #expect(tensor.shape == entry["shape"]?.integers, "\(name)")
      #expect(hexadecimal(try tensor.denseBytes()) == entry["bytes"]?.string, "\(name)")
    }
  }
}
