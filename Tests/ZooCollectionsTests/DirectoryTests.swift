import Foundation
import Testing
import ZooCore
import ZooVision

@testable import ZooCollections

@Suite struct DirectoryTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `samples and labels are birder's`() throws {
    let tree = try Expected.read().tree
    try directory.write(tree.files)
    let roots = tree.roots.map { CollectionInput.path(directory.path + "/" + $0) }
    let collection = try ImageCollection(roots)
    #expect(collection.samples(below: directory) == tree.samples)
    for (expected, form) in [(tree.flat, LabelForm.folder), (tree.hierarchical, .hierarchical)] {
      let labels = (0..<collection.count).map { collection.label(of: $0, form) }
      #expect(labels.map { $0 ?? "." } == expected.labels)
      let names = collection.labelNames(form)
      #expect(Array(names.prefix(expected.classes.count)) == expected.classes)
      // What birder gives no class comes behind.
      #expect(
        names.dropFirst(expected.classes.count).elementsEqual(
          form == .hierarchical ? [] : ["deep", "er", "one"]))
      #expect(Set(labels.compactMap { $0 }) == Set(names))
    }
  }

  @Test func `what is an image and what is passed over`() throws {
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0]
    try directory.write([
      "a.jpg", "b.JPEG", "c.Png", "d.webp", "e.gif", "f.tif", "g.TIFF", "h.bmp", "i.heic", "j.jp2",
      "._a.jpg", ".hidden.jpg", ".git/a.jpg", "a.jpg.partial", "out.npy.partial/a.jpg", "k.txt",
      "l.jpgx", "m.tar", "n", "jpg", "o.", ".jpg", "..jpg", "x.y.jpg",
    ])
    try directory.write(jpeg, to: "p")
    try directory.write(Array("GIF89a".utf8), to: "q")
    try directory.write(Array("BMW and others".utf8), to: "r")
    try directory.write(Array("P5 is a text".utf8), to: "s")
    try directory.write(jpeg, to: "t.dat")
    #expect(mkfifo(directory.path + "/fifo.jpg", 0o600) == 0)
    #expect(mkfifo(directory.path + "/fifo", 0o600) == 0)
    let collection = try ImageCollection(directory.path)
    #expect(
      collection.samples(below: directory)
        == [
          "a.jpg", "b.JPEG", "c.Png", "d.webp", "e.gif", "f.tif", "fifo.jpg", "g.TIFF", "h.bmp",
          "i.heic", "j.jp2", "p", "q", "x.y.jpg",
        ])
    #expect(
      collection.notes == [
        "the directory \(directory.path) has 1 tar archive beside its images; archives are taken"
          + " when they are named, as in '\(directory.path)/*.tar'"
      ])
    #expect(collection.faults.isEmpty)
    // A pipe that is called an image shows as no image.
    #expect(throws: ImageError.self) { try collection.bytes(of: 6, limit: 10) }
  }

  @Test func `names as the directory was given`() throws {
    try directory.write(["a/1.jpg"])
    #expect(try ImageCollection(directory.path + "/").samples == [directory.path + "/a/1.jpg"])
    #expect(try ImageCollection(directory.path + "//a").samples == [directory.path + "//a/1.jpg"])
    #expect(
      try ImageCollection(directory.path + "/a/../a/").samples == [directory.path + "/a/../a/1.jpg"]
    )
  }

  @Test func `names that are not UTF-8`() throws {
    #if os(Linux)
      let name: [UInt8] = Array((directory.path + "/").utf8) + [0x61, 0xFF] + Array(".jpg".utf8)
      let descriptor = open(systemPath(name), O_CREAT | O_WRONLY, 0o600)
      try #require(descriptor >= 0)
      #expect(write(descriptor, "abc", 3) == 3)
      close(descriptor)
      let sample = directory.path + #"/a\xFF.jpg"#
      let list = [CollectionInput.list(name + [0x0A], name: "a list")]
      for inputs in [[.path(directory.path)], [.path(sample)], list] {
        let collection = try ImageCollection(inputs)
        #expect(collection.sample(0) == sample)
        #expect(try collection.bytes(of: 0, limit: 3) == Array("abc".utf8))
      }
      let gone = Array(name.dropLast(5)) + [0xFE] + Array(".jpg".utf8)
      let other = try ImageCollection([.list(gone, name: "a list")])
      let error = #expect(throws: ImageError.self) { try other.bytes(of: 0, limit: 3) }
      #expect(error?.description.contains(#"a\xFE.jpg cannot be read"#) ?? false)
    #endif
  }

  @Test func `what is missing or empty`() throws {
    let missing = directory.path + "/missing.jpg"
    expectError(.other, "\(missing) cannot be read: No such file") {
      _ = try ImageCollection(missing)
    }
    expectError(.other, "cannot be read: No such file") { _ = try ImageCollection("") }
    expectError(.other, "there are no inputs") { _ = try ImageCollection([]) }
    expectError(.other, "the directory \(directory.path) has no images; name files") {
      _ = try ImageCollection(directory.path)
    }
    try directory.write(["x/a.tar", "y/a.jpg"])
    expectError(.other, "as in '\(directory.path)/x/*.tar'") {
      _ = try ImageCollection(directory.path + "/x")
    }
    // With others, it is no more than a note.
    let collection = try ImageCollection(directory.path + "/x", directory.path + "/y")
    #expect(collection.count == 1)
    #expect(collection.notes.count == 1)
  }

  @Test func `a deep tree`() throws {
    // Deeper than a stack of calls should be, as long as a path may be.
    var path = directory.path
    while path.utf8.count < 1200 { path += "/d" }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: path + "/1.jpg", contents: Data([1])))
    let collection = try ImageCollection(directory.path)
    #expect(collection.samples == [path + "/1.jpg"])
    #expect(try collection.bytes(of: 0, limit: 1) == [1])
  }

  @Test func `images given twice stay twice, in the order of the inputs`() throws {
    try directory.write(["b/1.jpg", "a/1.jpg"])
    let (a, b) = (directory.path + "/a", directory.path + "/b/1.jpg")
    let collection = try ImageCollection(b, a, b, directory.path)
    #expect(
      collection.samples(below: directory) == [
        "b/1.jpg", "a/1.jpg", "b/1.jpg", "a/1.jpg", "b/1.jpg",
      ])
  }

  @Test func `a file that was named is an image, whatever its name`() throws {
    let path = try directory.write([1, 2], to: "Apis/photo.dat")
    let collection = try ImageCollection(path)
    #expect(collection.source(0) == .file(path: path))
    #expect(collection.label(of: 0) == "Apis")
    #expect(collection.label(of: 0, .hierarchical) == "Apis")
    #expect(try collection.bytes(of: 0, limit: 2) == [1, 2])
    #expect(throws: ImageError.tooManyBytes(file: path, found: 2, limit: 1)) {
      try collection.bytes(of: 0, limit: 1)
    }
  }

  @Test func `a search that is cancelled`() throws {
    try directory.write(["a/1.jpg"])
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) {
      try ImageCollection([.path(directory.path)], cancellation: cancellation)
    }
  }

  @Test func `the order is that of whole paths`() throws {
    var generator = Generator(state: 3)
    let letters = ["a", "b", "-", "!", ".x", "0", "é", "~"]
    var names: Set<String> = []
    for _ in 0..<200 {
      let depth = Int.random(in: 1...4, using: &generator)
      let parts = (0..<depth).map { _ in
        "d"
          + (0..<Int.random(in: 0...2, using: &generator)).map { _ in
            letters.randomElement(using: &generator) ?? ""
          }.joined()
      }
      names.insert(parts.joined(separator: "/") + "/f.jpg")
    }
    try directory.write(Array(names))
    let samples = try ImageCollection(directory.path).samples(below: directory)
    #expect(samples == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(try ImageCollection(directory.path + "/**/*.jpg").samples(below: directory) == samples)
    #expect(try ImageCollection(directory.path + "/**").samples(below: directory) == samples)
  }
}
