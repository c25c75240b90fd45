import Foundation
import Testing
import ZooCore

@testable import ZooVision

/// The images of Tests/Corpus: hostile ones are refused for what they are, and the others give the
/// pixels that Pillow gives.
@Suite struct CorpusTests {
  private static let directory = Fixtures.folder.deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpus")

  static let cases: JSONObject = {
    let data = try? Data(contentsOf: directory.appending(path: "images.json"))
    return data.flatMap { try? JSONValue(parsing: $0) }?.object ?? JSONObject()
  }()

  @Test func theCorpusIsThere() { #expect(CorpusTests.cases.count >= 45) }

  @Test(arguments: cases.keys)
  func outcomeIsTheExpectedOne(name: String) throws {
    let expected = try #require(CorpusTests.cases[name])
    let path = CorpusTests.directory.appending(path: "images/\(name)").path
    guard let kind = expected["refused"]?.string else {
      let image = try RGBImage(contentsOf: path)
      expect(image, matches: expected, name)
      let note = expected["note"]?.string
      #expect(image.notes.count == (note == nil ? 0 : 1))
      #expect(note.map { image.notes.first?.contains($0) == true } ?? true)
      return
    }
    let error = #expect(throws: ImageError.self) { try RGBImage(contentsOf: path) }
    #expect(error.map { "\($0.kind)" } == kind, "\(error?.description ?? "accepted")")
    for word in expected["words"]?.strings ?? [] {
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "accepted")")
    }
  }
}
