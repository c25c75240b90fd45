import Foundation
import Testing
import ZooCore

@testable import ZooRegistry

/// The registries of Tests/Corpus.
struct CorpusTests {
  private static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: directory.appending(path: path)))
  }

  static let cases: JSONObject = {
    let json = (try? bytes("registries.json")).flatMap { try? JSONValue(parsing: $0) }
    return json?.object ?? JSONObject()
  }()

  @Test func theCorpusIsThere() { #expect(CorpusTests.cases.count >= 30) }

  @Test(arguments: cases.keys)
  func outcomeIsTheExpectedOne(_ name: String) throws {
    let expected = try #require(CorpusTests.cases[name])
    let text = try CorpusTests.bytes("registry/\(name)")
    guard let kind = expected["refused"]?.string else {
      let registry = try Registry(parsing: text, source: name)
      for name in registry.names() { _ = try registry.network(of: registry.entry(named: name)) }
      return
    }
    let error = #expect(throws: RegistryError.self) { try Registry(parsing: text, source: name) }
    #expect(error.map { "\($0.kind)" } == kind, "\(error?.description ?? "accepted")")
    for word in expected["words"]?.strings ?? [] {
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "accepted")")
    }
  }
}
