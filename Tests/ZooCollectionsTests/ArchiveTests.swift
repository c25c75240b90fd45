import Foundation
import Testing
import ZooCore
import ZooVision

@testable import ZooCollections

@Suite struct ArchiveTests {
  static let names = [
    "ustar.tar", "pax.tar", "gnu.tar", "v7.tar", "shard-000.tar", "sparse-gnu.tar",
    "sparse-posix.tar", "bytes-ustar.tar", "bytes-pax.tar", "bytes-gnu.tar",
  ]

  @Test(arguments: names)
  func `members are those that Python's tarfile finds`(name: String) throws {
    let expected = try #require(Expected.read().archives[name])
    let collection = try ImageCollection(fixture(name))
    #expect(collection.samples == expected.map { fixture(name) + "/" + $0.name })
    for (index, member) in expected.enumerated() {
      if let content = member.content {
        #expect(hex(try collection.bytes(of: index, limit: 10_000)) == content)
        guard case .tarMember(_, let name, let offset, let size) = collection.source(index) else {
          Issue.record("no member")
          continue
        }
        #expect(name == member.name)
        #expect(size * 2 == content.utf8.count)
        let archive = try contents(of: fixture(self.name(of: collection, index)))
        #expect(hex(Array(archive[offset..<offset + size])) == content)
      } else {
        let error = #expect(throws: ImageError.self) {
          try collection.bytes(of: index, limit: 10_000)
        }
        #expect(error?.description.contains(member.name) ?? false)
      }
    }
  }

  private func name(of collection: ImageCollection, _ index: Int) -> String {
    guard case .tarMember(let archive, _, _, _) = collection.source(index) else { return "" }
    return URL(fileURLWithPath: archive).lastPathComponent
  }

  @Test func `labels of a WebDataset shard`() throws {
    let collection = try ImageCollection(fixture("shard-000.tar"))
    let labels = (0..<collection.count).map { collection.label(of: $0) }
    #expect(labels == ["3", "0", "12", "Apis mellifera", "Bombus"])
    #expect((0..<5).map { collection.classNumber(of: $0) } == [3, 0, 12, nil, nil])
    #expect(collection.labelNames() == ["0", "12", "3", "Apis mellifera", "Bombus"])
  }

  @Test func `labels from folders in an archive`() throws {
    let collection = try ImageCollection(fixture("ustar.tar"))
    let labels = (0..<collection.count).map { collection.label(of: $0) }
    #expect(labels == ["Apis", "Apis", "Bombus", nil, "a folder with a long name", nil])
    let folder = "a folder with a long name"
    #expect(
      collection.label(of: 4, .hierarchical) == "\(folder)_\(folder)_\(folder)_\(folder)")
  }

  @Test func `an archive is known by its content`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(contents(of: fixture("ustar.tar")), to: "images.dat")
    #expect(try ImageCollection(path).count == 6)
  }

  @Test func `folders whose names are not UTF-8 are labels apart`() throws {
    let collection = try ImageCollection(fixture("bytes-gnu.tar"))
    #expect(collection.label(of: 0) == #"caf\xE9"#)
    #expect(collection.label(of: 1) == #"caf\xE8"#)
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      block("1.cls", [0xEF, 0xBB, 0xBF, 0x63, 0xE9, 0x0A]) + block("1.jpg", []) + end, to: "a.tar")
    #expect(try ImageCollection(path).label(of: 0) == #"c\xE9"#)
  }

  @Test func `sizes from 8 GiB on, in both forms`() throws {
    let directory = try TemporaryDirectory()
    let size = 9 << 30
    var binary = TarHeader(name: "large.bin", size: 0).bytes
    binary.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0, 0, 0, 2, 0x40, 0, 0, 0])
    for records in [PaxRecords.encode("size", "\(size)"), []] {
      var bytes = records.isEmpty ? [] : block("pax", records, kind: .extended)
      let header = records.isEmpty ? binary : TarHeader(name: "large.bin", size: size).bytes
      bytes += withChecksum(header)
      let path = try directory.write(bytes, to: "large.tar")
      // A hole in a file stands in for the content.
      try #require(truncate(path, off_t(bytes.count + size)) == 0)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(block("after.jpg", [1, 2, 3]) + end))
      try handle.close()
      let collection = try ImageCollection(path)
      #expect(collection.samples == [path + "/after.jpg"])
      #expect(collection.faults.isEmpty)
      #expect(try collection.bytes(of: 0, limit: 3) == [1, 2, 3])
    }
  }

  @Test func `cut at every block and in between`() throws {
    let directory = try TemporaryDirectory()
    for name in ["ustar.tar", "pax.tar", "sparse-gnu.tar"] {
      let whole = try contents(of: fixture(name))
      for length in Array(stride(from: 0, to: whole.count, by: 256)) + [1, 511, 513] {
        let path = try directory.write(Array(whole.prefix(length)), to: "cut.tar")
        do {
          let collection = try ImageCollection(path)
          // What is listed is there.
          for index in 0..<collection.count {
            guard case .tarMember(_, _, let offset, let size) = collection.source(index) else {
              continue
            }
            #expect(offset + size <= length)
          }
        } catch let error {
          guard case .damagedArchive(path, let offset, _) = error else {
            if case .noImages = error { continue }
            Issue.record("\(error)")
            continue
          }
          #expect(offset <= length)
          #expect(error.kind == .integrity)
          #expect(error.description.contains(path))
        }
      }
    }
  }

  @Test func `what is wrong is said, and where`() throws {
    let directory = try TemporaryDirectory()
    let good = block("1.jpg", [1])
    func expect(_ bytes: [UInt8], _ text: String, location: SourceLocation = #_sourceLocation) {
      // What is before the damage counts.
      let count = bytes.starts(with: good) ? 1 : 0
      expectError(.integrity, text, location: location) {
        let path = try directory.write(bytes, to: "bad.tar")
        let collection = try ImageCollection(path)
        #expect(collection.samples == [path + "/1.jpg"], sourceLocation: location)
        #expect(count == 1, sourceLocation: location)
        try #require(collection.faults.count == 1, sourceLocation: location)
        #expect(collection.faults[0].path == path, sourceLocation: location)
        #expect(collection.faults[0].position == 1, sourceLocation: location)
        throw collection.faults[0].error
      }
    }
    expect([], "at byte 0 it is empty")
    expect(Array("no archive".utf8), "at byte 0 it ends in the middle of a header")
    expect([UInt8](repeating: 7, count: 1024), "at byte 0 it has a header with a wrong checksum")
    expect(good + [UInt8](repeating: 7, count: 600), "at byte 1024 it has a header with")
    expect(good, "at byte 1024 it ends without the empty blocks of an end")
    expect(good + end + [0, 1], "at byte 2049 there are 1 bytes behind its end")
    expect(good + end + good, "at byte 2048 there are 1024 bytes behind its end")
    expect(
      good + [UInt8](repeating: 0, count: 512) + good + end, "at byte 1536 there are 2048 bytes")
    expect(
      good + [UInt8](repeating: 0, count: 200_000) + [1], "at byte 201024 there are 1 bytes behind")
    expect(good + [1, 2, 3], "at byte 1024 it ends in the middle of a header")
    expect(
      good + TarHeader(name: "2.jpg", size: 10).bytes + [1], "it has 1 of the 10 bytes of 2.jpg")
    expect(TarHeader(name: "x", size: 1 << 30, kind: .extended).bytes, "facts of 1073741824 bytes")
    expect(TarHeader(name: "x", size: 600, kind: .longName).bytes, "0 of the 600 bytes")
    for size in ["-1", "x", "9223372036854775807", "99999999999999999999"] {
      expect(
        block("x", PaxRecords.encode("size", size), kind: .extended) + good,
        "malformed pax header")
    }
    expect(
      block("x", PaxRecords.encode("size", "\(1 << 49)"), kind: .extended) + good, "cut short")
    expect(block("x", Array("7 a=b".utf8), kind: .extended), "malformed pax header")
    // A sparse file whose map never ends.
    var sparse = TarHeader(name: "s.jpg", size: 0, kind: .sparseFile).bytes
    sparse[482] = 1
    expect(
      withChecksum(sparse) + [UInt8](repeating: 1, count: 2048),
      "ends in the middle of a header")
  }

  @Test(arguments: names)
  func `bytes changed at random`(name: String) throws {
    let directory = try TemporaryDirectory()
    let whole = try contents(of: fixture(name))
    var generator = Generator(state: 7)
    for _ in 0..<40 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let header = Int.random(in: 0..<min(20, whole.count / 512), using: &generator) * 512
        let index = header + Int.random(in: 0..<512, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
        // So that what changed is looked at.
        if Bool.random(using: &generator) {
          bytes.replaceSubrange(
            header..<header + 512, with: withChecksum(Array(bytes[header..<header + 512])))
        }
      }
      let path = try directory.write(bytes, to: "changed.tar")
      do {
        let collection = try ImageCollection(path)
        for index in 0..<collection.count {
          _ = collection.label(of: index, .hierarchical)
          _ = try? collection.bytes(of: index, limit: 1 << 20)
        }
        _ = collection.labelNames()
        _ = collection.fingerprint(of: 0..<collection.count)
      } catch let error {
        #expect(error.kind == .integrity || error.kind == .other)
      }
    }
  }

  @Test func `compressed archives`() throws {
    let directory = try TemporaryDirectory()
    for (name, start, format) in [
      ("a.tar.gz", [0x1F, 0x8B, 8], "gzip"), ("a.tgz", [0x1F, 0x8B, 8], "gzip"),
      ("a.tar", [0x1F, 0x8B, 8], "gzip"), ("a.tar.zst", [0x28, 0xB5, 0x2F, 0xFD], "zstd"),
      ("a.tar.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
      ("a.tar.bz2", [0x42, 0x5A, 0x68], "bzip2"),
    ] as [(String, [UInt8], String)] {
      let path = try directory.write(start, to: name)
      expectError(.unsupported, "\(path) is compressed by \(format)") {
        _ = try ImageCollection(path)
      }
    }
  }

  @Test func `archives without images`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(block("notes.txt", [1]) + end, to: "none.tar")
    expectError(.other, "none.tar has no images") { _ = try ImageCollection(path) }
    let empty = try directory.write([UInt8](repeating: 0, count: 1024), to: "empty.tar")
    expectError(.other, "empty.tar has no images") { _ = try ImageCollection(empty) }
    let collection = try ImageCollection(empty, fixture("v7.tar"), path, fixture("v7.tar"), empty)
    #expect(
      collection.samples == [fixture("v7.tar") + "/old/1.jpg", fixture("v7.tar") + "/old/1.jpg"])
    #expect(collection.notes.count == 3)
  }

  @Test func `an archive that changes`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(block("1.jpg", [1, 2, 3]), to: "a.tar")
    let collection = try ImageCollection(path)
    try directory.write(block("1.jpg", [1, 2, 3]) + block("2.jpg", []), to: "a.tar")
    let error = #expect(throws: ImageError.self) { try collection.bytes(of: 0, limit: 10) }
    #expect(error?.description.contains("has changed since the run began") ?? false)
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: ImageError.self) { try collection.bytes(of: 0, limit: 10) }
  }

  @Test func `many archives, many threads, few open files`() async throws {
    let directory = try TemporaryDirectory()
    var paths: [String] = []
    for archive in 0..<40 {
      let members = (0..<5).flatMap { block("\($0).png", [UInt8(archive), UInt8($0)]) }
      paths.append(try directory.write(members, to: "\(archive).tar"))
    }
    let collection = try ImageCollection(paths.map { .path($0) })
    #expect(collection.count == 200)
    try await withThrowingTaskGroup { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<200 {
            let index = (round * 7 + task * 31) % 200
            let bytes = try collection.bytes(of: index, limit: 2)
            #expect(bytes == [UInt8(index / 5), UInt8(index % 5)])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(collection.archives.openCount <= ArchiveCache.capacity)
  }

  @Test func `a limit for members`() throws {
    let collection = try ImageCollection(fixture("ustar.tar"))
    #expect(
      throws: ImageError.tooManyBytes(
        file: fixture("ustar.tar") + "/Apis/2.PNG", found: 768, limit: 767)
    ) { try collection.bytes(of: 1, limit: 767) }
    #expect(try collection.bytes(of: 1, limit: 768).count == 768)
  }

  @Test func `archives that end well have no faults`() throws {
    for name in ArchiveTests.names {
      #expect(try ImageCollection(fixture(name)).faults == [])
    }
    // One empty block, and as many more as there may be.
    let directory = try TemporaryDirectory()
    for count in [1, 2, 20] {
      let bytes = block("1.jpg", [1]) + [UInt8](repeating: 0, count: 512 * count)
      #expect(try ImageCollection(directory.write(bytes, to: "a.tar")).faults == [])
    }
  }

  @Test func `a damaged archive does not keep from the others`() throws {
    let directory = try TemporaryDirectory()
    let good = block("1.jpg", [1])
    let paths = [
      try directory.write(good + block("2.jpg", [2]).dropLast(100) + [], to: "1-cut.tar"),
      try directory.write(good + end, to: "2.tar"), try directory.write([], to: "3-empty.tar"),
      try directory.write([0x1F, 0x8B], to: "4-compressed.tar"),
    ]
    let collection = try ImageCollection(directory.path + "/*.tar")
    #expect(collection.samples == [paths[0] + "/1.jpg", paths[0] + "/2.jpg", paths[1] + "/1.jpg"])
    #expect(collection.faults.map(\.path) == [paths[0], paths[2], paths[3]])
    #expect(collection.faults.map(\.position) == [2, 3, 3])
    #expect(collection.faults.map(\.error.kind) == [.integrity, .integrity, .unsupported])
    // With nothing else, the first is the error.
    expectError(.integrity, "3-empty.tar is not an intact tar archive: at byte 0 it is empty") {
      _ = try ImageCollection(directory.path + "/3*.tar")
    }
    expectError(.integrity, "it is empty; copy or make it again, and compare the sizes (1 more") {
      _ = try ImageCollection(directory.path + "/{3,4}*.tar")
    }
  }

  /// The two empty blocks that end an archive.
  private var end: [UInt8] { [UInt8](repeating: 0, count: 1024) }

  /// A member of an archive.
  private func block(
    _ name: String, _ content: [UInt8], kind: TarHeader.Kind = .file
  ) -> [UInt8] {
    TarHeader(name: name, size: content.count, kind: kind).bytes + content
      + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  private func withChecksum(_ header: [UInt8]) -> [UInt8] {
    var header = header
    header.replaceSubrange(148..<156, with: Array("        ".utf8))
    let digits = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits
    header.replaceSubrange(148..<156, with: Array("\(text)\0 ".utf8))
    return header
  }
}
