import Foundation
import Testing
import ZooVision

@testable import ZooCollections

/// Links among what is searched, and what cannot be searched.
@Suite struct LinkTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func samples(_ pattern: String = "") throws -> [String] {
    try ImageCollection(pattern.isEmpty ? directory.path : directory.path + "/" + pattern)
      .samples(below: directory)
  }

  @Test func `links to files and directories, and circles of them`() throws {
    let outside = try TemporaryDirectory()
    try outside.write(["far/1.jpg"])
    try directory.write(["a/1.jpg", "a/b/2.jpg"])
    try directory.link("a/b/up", to: "..")
    try directory.link("a/self", to: "self")
    try directory.link("a/here", to: ".")
    try directory.link("link.jpg", to: "a/1.jpg")
    try directory.link("nowhere.jpg", to: "nothing")
    try directory.link("nowhere", to: "nothing")
    try directory.link("other", to: outside.path)
    let collection = try ImageCollection(directory.path)
    #expect(
      collection.samples(below: directory)
        == ["a/1.jpg", "a/b/2.jpg", "link.jpg", "nowhere.jpg", "other/far/1.jpg"])
    #expect(throws: ImageError.self) { try collection.bytes(of: 3, limit: 10) }
    #expect(
      collection.faults.map(\.path) == ["a/self", "nowhere"].map { directory.path + "/" + $0 })
    #expect(collection.faults.map(\.position) == [2, 3])
    #expect(
      collection.faults[1].error.description
        == "\(directory.path)/nowhere cannot be read: it is a link to nothing: No such file or"
        + " directory")
    #expect(
      collection.notes == [
        "2 links lead to directories that are searched already, and are not followed: below"
          + " \(directory.path)/"
      ])
    // Two that lead to each other end.
    try outside.link("far/back", to: directory.path)
    #expect(try ImageCollection(directory.path).count == 5)
  }

  @Test func `folders that link to each other are searched once, under their own names`() throws {
    let numbers = 1...6
    for number in numbers {
      try directory.write(["d\(number)/x\(number).jpg"])
      for other in numbers where other != number {
        try directory.link("d\(number)/to\(other)", to: "../d\(other)")
      }
    }
    let all = numbers.map { "d\($0)/x\($0).jpg" }
    for pattern in ["", "*", "d*", "**", "**/*.jpg", "*/*", "*/*.jpg", "d*/"] {
      #expect(try samples(pattern) == all, "\(pattern)")
    }
    // What only links lead to is found by the first of them.
    #expect(
      try samples("*/*/*.jpg")
        == [2, 3, 4, 5, 6].map { "d1/to\($0)/x\($0).jpg" } + ["d2/to1/x1.jpg"])
    let deep = try samples("d1/to*")
    #expect(Set(deep.map { $0.suffix(6) }).count == 6)
    #expect(deep.count == 6 && deep[0] == "d1/to2/to1/to3/to4/to5/to6/x6.jpg")
    // Each input is a search of its own.
    #expect(try samples("{d1,d2}").count == 12)
  }

  @Test func `linked folders that are outside, hidden or in others`() throws {
    let outside = try TemporaryDirectory()
    try outside.write(["all/one/1.jpg", "all/2.jpg", "all/two/3.jpg"])
    try directory.write([".hidden/4.jpg"])
    try directory.link("a", to: outside.path + "/all/one")
    try directory.link("b", to: outside.path + "/all")
    try directory.link("c", to: outside.path + "/all/two")
    try directory.link("h", to: ".hidden")
    #expect(try samples() == ["a/1.jpg", "b/2.jpg", "b/two/3.jpg", "h/4.jpg"])
    #expect(try samples("?") == ["a/1.jpg", "b/2.jpg", "b/two/3.jpg", "h/4.jpg"])
    #expect(try samples("?/*") == ["a/1.jpg", "b/2.jpg", "b/two/3.jpg", "h/4.jpg"])
    // The directory may itself be given by a link.
    try outside.link("images", to: directory.path)
    #expect(try ImageCollection(outside.path + "/images").count == 4)
  }

  @Test func `images and archives of a folder that a pattern enters twice`() throws {
    try directory.write(["a/1.jpg", "a/b1.jpg", "a/c/2.jpg", "a/3.dat"])
    try directory.write(contents(of: fixture("v7.tar")), to: "a/b.tar")
    try directory.link("z", to: ".")
    // The folder a as such, and what is in it.
    #expect(try samples("z/a") == ["z/a/1.jpg", "z/a/b1.jpg", "z/a/c/2.jpg"])
    #expect(
      try samples("*/b*")
        == ["a/b.tar/old/1.jpg", "a/b1.jpg"])
    #expect(
      try samples("*/[a-b]*") == ["a/b.tar/old/1.jpg", "a/b1.jpg", "z/a/1.jpg", "z/a/c/2.jpg"])
    #expect(try samples("*/*.dat") == ["a/3.dat"])
  }

  @Test func `what a pattern does not enter is no fault`() throws {
    try directory.write(["a/1.jpg", "b/2.jpg"])
    try directory.link("lost", to: "nowhere")
    try directory.link("a/lost.jpg", to: "nowhere.jpg")
    try directory.link("a/lost.tar", to: "nowhere.tar")
    func faults(_ pattern: String) throws -> [String] {
      try ImageCollection(directory.path + "/" + pattern).faults.map {
        $0.path.replacingOccurrences(of: directory.path + "/", with: "")
      }
    }
    #expect(try faults("a/1*.jpg") == [])
    #expect(try faults("**/*.jpg") == [])
    #expect(try faults("[ab]/*.jpg") == [])
    #expect(try faults("*/*.jpg") == ["lost"])
    #expect(try faults("*") == ["a/lost.tar", "lost"])
    #expect(try faults("a/*") == ["a/lost.tar"])
    // A link that is called an image counts as one, which cannot be read.
    #expect(try samples("a/*.jpg") == ["a/1.jpg", "a/lost.jpg"])
    expectError(.other, "lost cannot be read: it is a link to nowhere") {
      _ = try ImageCollection(directory.path + "/lost*")
    }
  }

  @Test func `what may not be read`() throws {
    try directory.write(["a/1.jpg", "b/2.jpg", "c/3.jpg", "photo"])
    try directory.link("c/b", to: "../b")
    let (path, file) = (directory.path + "/b", directory.path + "/photo")
    try #require(chmod(path, 0) == 0 && chmod(file, 0) == 0)
    defer { chmod(path, 0o700) }
    // The superuser reads everything.
    guard getuid() != 0 else { return }
    for pattern in ["", "/*", "/*/*.jpg"] {
      let collection = try ImageCollection(directory.path + pattern)
      #expect(collection.samples(below: directory) == ["a/1.jpg", "c/3.jpg"])
      #expect(
        collection.faults.map(\.error.description)
          == (pattern == "/*/*.jpg" ? [path] : [path, file]).map {
            "\($0) cannot be read: Permission denied"
          })
    }
    for pattern in ["/b", "/b/*.jpg"] {
      expectError(.other, "\(path) cannot be read: Permission denied") {
        _ = try ImageCollection(directory.path + pattern)
      }
    }
  }

  @Test func `each fault belongs to one part`() throws {
    try directory.write(["b/1.jpg", "d/2.jpg", "f/3.jpg"])
    for name in ["a", "c", "e", "g"] { try directory.link(name, to: "nowhere") }
    let collection = try ImageCollection(directory.path)
    #expect(collection.faults.map(\.position) == [0, 1, 2, 3])
    for count in 1...5 {
      let parts = try (1...count).map { collection.faults(in: try collection.shard($0, of: count)) }
      #expect(parts.flatMap(\.self) == collection.faults)
    }
    #expect(try collection.faults(in: collection.shard(1, of: 3)).count == 1)
    #expect(try collection.faults(in: collection.shard(3, of: 3)).count == 2)
  }
}
