import Foundation
import Testing

@testable import ZooCollections

@Suite struct ListTests {
  func samples(_ text: String, nulSeparated: Bool = false) throws -> [String] {
    try ImageCollection([
      .list(Array(text.utf8), name: "a list", nulSeparated: nulSeparated)
    ]).samples
  }

  @Test func `one name a line`() throws {
    #expect(try samples("a.jpg\nb/c.png\n") == ["a.jpg", "b/c.png"])
    #expect(try samples("a.jpg\nb/c.png") == ["a.jpg", "b/c.png"])
    #expect(
      try samples("\r\na.jpg\r\n\n\r\n b.png \r\n\u{FEFF}c.jpg") == [
        "a.jpg", " b.png ", "\u{FEFF}c.jpg",
      ])
    #expect(try samples("\u{FEFF}a.jpg\n") == ["a.jpg"])
    #expect(try samples("a.jpg\na.jpg\n") == ["a.jpg", "a.jpg"])
  }

  @Test func `names with NULs between them`() throws {
    #expect(try samples("a\nb.jpg\0c\r.png\0\0") == ["a\nb.jpg", "c\r.png"])
    #expect(try samples("a\nb.jpg", nulSeparated: true) == ["a\nb.jpg"])
  }

  @Test func `archives, files without extensions, missing ones`() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write([1], to: "photo")
    let archive = fixture("v7.tar")
    let names = [archive, file, "missing.jpg", "missing"]
    #expect(
      try samples(names.joined(separator: "\n"))
        == [archive + "/old/1.jpg", file, "missing.jpg", "missing"])
    expectError(.other, "missing.tar cannot be read") { _ = try samples("missing.tar") }
  }

  @Test func `a directory in a list`() throws {
    let directory = try TemporaryDirectory()
    expectError(.other, "entry 2 of a list is unsuitable: \(directory.path) is a directory") {
      _ = try samples("a.jpg\n\(directory.path)")
    }
  }

  @Test func `an empty list`() throws {
    for text in ["", "\n\n", "\u{FEFF}", "\0"] {
      expectError(.other, "the list on a list has no images") { _ = try samples(text) }
    }
  }

  @Test func `what an argument means`() {
    #expect(CollectionInput(argument: "-") == .standardInput())
    #expect(
      CollectionInput(argument: "-", nulSeparated: true) == .standardInput(nulSeparated: true))
    #expect(CollectionInput(argument: "./-") == .path("./-"))
  }
}
