import Foundation
import Testing
import ZooCore

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
        "a.jpg", " b.png ", #"\xEF\xBB\xBFc.jpg"#,
      ])
    #expect(try samples("\u{FEFF}a.jpg\n") == ["a.jpg"])
    #expect(try samples("a.jpg\na.jpg\n") == ["a.jpg", "a.jpg"])
  }

  @Test func `names with NULs between them`() throws {
    #expect(try samples("a\nb.jpg\0c\r.png\0\0") == [#"a\x0Ab.jpg"#, #"c\x0D.png"#])
    #expect(try samples("a\nb.jpg", nulSeparated: true) == [#"a\x0Ab.jpg"#])
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

  @Test func `archives of a list that cannot be read are faults`() throws {
    let directory = try TemporaryDirectory()
    let compressed = try directory.write([0x1F, 0x8B, 8], to: "a.tar")
    let names = ["missing.tar", fixture("v7.tar"), compressed]
    let collection = try ImageCollection([
      .list(Array(names.joined(separator: "\n").utf8), name: "a list")
    ])
    #expect(collection.samples == [fixture("v7.tar") + "/old/1.jpg"])
    #expect(collection.faults.map(\.path) == ["missing.tar", compressed])
    #expect(collection.faults.map(\.position) == [0, 1])
    #expect(collection.faults.map(\.error.kind) == [.other, .unsupported])
  }

  @Test func `names that were shown are understood`() throws {
    let directory = try TemporaryDirectory()
    let names = ["a\nb.jpg", "\u{1B}[31m*.jpg", #"c\d.jpg"#, #"e\x41.jpg"#, "eA.jpg", "new\nline"]
    for (index, name) in names.enumerated() { try directory.write([UInt8(index)], to: name) }
    let shown = names.map { NameText.text(of: Array("\(directory.path)/\($0)".utf8)) }
    let expected = names.indices.map { [UInt8($0)] }
    for inputs in [
      [.list(Array(shown.joined(separator: "\n").utf8), name: "a list")], shown.map { .path($0) },
    ] as [[CollectionInput]] {
      let collection = try ImageCollection(inputs)
      #expect(collection.samples == shown)
      let found = try (0..<collection.count).map { try collection.bytes(of: $0, limit: 9) }
      #expect(found == expected)
    }
    // A name as it stands comes first.
    let plain = try ImageCollection(directory.path + #"/e\x41.jpg"#, directory.path + #"/c\d.jpg"#)
    #expect(try plain.bytes(of: 0, limit: 9) == [3])
    #expect(try plain.bytes(of: 1, limit: 9) == [2])
    // One that is gone is shown as it was.
    #expect(try samples(#"gone\xE9.jpg"#) == [#"gone\xE9.jpg"#])
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
