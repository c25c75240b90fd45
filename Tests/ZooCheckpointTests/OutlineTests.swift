import Foundation
import Testing
import ZooCore

@testable import ZooCheckpoint

/// Files described by some of their bytes, against the same files read as a whole.
struct OutlineTests {
  private struct Reading {
    var outline: CheckpointOutline
    /// What was asked for beyond the start.
    var ranges: [Range<Int>]
  }

  /// Reads an outline from bytes, beginning with few of them.
  private func read(
    _ bytes: [UInt8], start: Int = 16, end: Int = 98, size: Int? = nil,
    limits: CheckpointLimits = CheckpointLimits()
  ) throws -> Reading {
    var ranges: [Range<Int>] = []
    var reader = try OutlineReader(
      file: "https://models.example/model.pt", size: size ?? bytes.count,
      start: Array(bytes.prefix(start)), endSize: end, limits: limits)
    while let range = try reader.neededRange() {
      ranges.append(range)
      try #require(ranges.count <= 5)
      reader.add(Array(bytes[range]), at: range.lowerBound)
    }
    return Reading(outline: try reader.outline(), ranges: ranges)
  }

  private func refusal(
    _ bytes: [UInt8], start: Int = 16, end: Int = 98, size: Int? = nil,
    limits: CheckpointLimits = CheckpointLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> CheckpointError? {
    #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
      try read(bytes, start: start, end: end, size: size, limits: limits)
    }
  }

  @Test(arguments: FixtureTests.expected.keys.filter { !$0.hasPrefix("legacy") })
  func outlinesSayWhatFilesSay(_ name: String) throws {
    let checkpoint = try Checkpoint(path: fixture(name))
    let bytes = try fixtureBytes(name)
    for (start, end) in [(16, 98), (600, 1000), (65_536, 65_536)] {
      let outline = try read(bytes, start: start, end: end).outline
      var report = try #require(outline.report().object)
      #expect(report["size"]?.integer == bytes.count)
      report["size"] = nil
      #expect(JSONValue.object(report) == checkpoint.report())
      #expect(outline.tensors.map(\.name) == checkpoint.stateDict.names)
      #expect(outline.tensors.map(\.shape) == checkpoint.stateDict.map(\.tensor.shape))
      #expect(outline.tensors.map(\.dtype) == checkpoint.stateDict.map(\.tensor.dtype))
    }
  }

  /// Whatever is refused without looking at a tensor's bytes is refused here, and the same way.
  @Test(arguments: [
    "attack.pt", "bare.pickle", "big_endian.pt", "conjugate.pt", "empty_dict.pt",
    "matrix.npy", "negative.pt", "quantized.pt", "sparse.pt", "tensor.pt",
  ])
  func outlinesRefuseWhatFilesRefuse(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    let expected = #expect(throws: CheckpointError.self) { try open(bytes) }
    let error = refusal(bytes, start: 600)
    #expect(error?.kind == expected?.kind)
    #expect(error?.reason == expected?.reason)
    #expect(error?.file == "https://models.example/model.pt")
  }

  @Test func theLegacyFormatIsReadAsAWholeOnly() throws {
    let error = refusal(try fixtureBytes("legacy.pt"), start: 600)
    #expect(error?.kind == .unsupported)
    #expect(error?.reason.contains("fetch the file") == true)
  }

  @Test func tensorsAreNotAskedFor() throws {
    let size = 1 << 20
    let pickle = Pickle.dict(["w": Pickle.tensor(count: size / 4, shape: [size / 4])])
    for isPickleFirst in [true, false] {
      var archive = ZipBuilder.torch(
        pickle: pickle, storages: ["0": Array(repeating: 1, count: size)])
      archive.add("m/byteorder", Array("little".utf8))
      if !isPickleFirst { archive.entries.swapAt(0, 1) }
      let reading = try read(archive.build())
      #expect(reading.outline.tensors == [.init(name: "w", dtype: .float32, shape: [size / 4])])
      #expect(reading.ranges.reduce(0) { $0 + $1.count } < 2_000)
      let whole = try read(archive.build(), start: OutlineReader.startSize)
      #expect(whole.ranges.reduce(0) { $0 + $1.count } < 70_000)
    }
    let header = #"{"w":{"dtype":"U8","shape":[\#(size)],"data_offsets":[0,\#(size)]}}"#
    let file = safetensors(header: header, data: Array(repeating: 1, count: size))
    #expect(try read(file).ranges == [16..<8 + header.utf8.count])
    #expect(try read(file, start: OutlineReader.startSize).ranges == [])
  }

  @Test(arguments: ["tiny.head.pt", "deflated.pt", "zip64.pt", "plain.safetensors"])
  func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    for size in 0..<bytes.count {
      let error = refusal(Array(bytes[..<size]))
      #expect(error?.kind == .integrity, "\(size) bytes")
    }
  }

  @Test func directoriesThatLieAreRefused() {
    let good = ZipBuilder.torch(
      pickle: Pickle.dict(["w": Pickle.tensor()]), storages: ["0": Array(repeating: 1, count: 16)])
    func words(_ change: (inout ZipBuilder) -> Void) -> String {
      var archive = good
      change(&archive)
      return refusal(archive.build(), end: 22)?.reason ?? "accepted"
    }
    #expect(words { $0.entries[1].size = 4 }.contains("states two sizes"))
    #expect(words { $0.entries[1].offset = 0 }.contains("overlaps"))
    #expect(words { $0.entries[1].offset = 5 }.contains("overlaps"))
    #expect(words { $0.entries[1].offset = .max }.contains("zip64"))
    #expect(words { $0.entries[1].offset = 1 << 30 }.contains("overlaps"))
    #expect(words { $0.entries[0].offset = 40 }.contains("overlaps"))
    #expect(words { $0.statedCount = 1 }.contains("the stated entries"))
    #expect(words { $0.statedCount = 9 }.contains("zip header is missing"))
    #expect(words { $0.entries[1].name = "m/../../x" }.contains("not safe"))
    #expect(words { $0.add("m/data/0", []) }.contains("two zip entries"))
    #expect(words { $0.add("n/data.pkl", []) }.contains("2 pickles"))
    #expect(words { $0.entries[0].crc = 1 }.contains("has CRC"))
    #expect(words { $0.entries[1].flags |= 1 }.contains("encrypted"))
    #expect(words { $0.entries.remove(at: 1) }.contains("storage '0' is not in the archive"))
  }

  @Test func onlyTheBytesThatTheLimitAllowsAreAskedFor() throws {
    var limits = CheckpointLimits()
    limits.outlineBytes = 1000
    let pickle = Pickle.dict([
      "w": Pickle.tensor(), "n": Pickle.text(String(repeating: "n", count: 900)),
    ])
    let archive = ZipBuilder.torch(pickle: pickle, storages: ["0": Array(repeating: 1, count: 16)])
    #expect(
      refusal(archive.build(), limits: limits)?.reason.contains("more than 1000 bytes that") == true
    )
    // A directory that takes up the whole file.
    var bytes = archive.build()
    let size = UInt32(bytes.count - 22)
    bytes.replaceSubrange(
      (bytes.count - 10)..<(bytes.count - 2), with: littleEndian(size) + [0, 0, 0, 0])
    #expect(refusal(bytes, limits: limits)?.reason.contains("more than 1000 bytes that") == true)
    let header = safetensors(header: "{" + String(repeating: " ", count: 2000))
    #expect(refusal(header, limits: limits)?.reason.contains("more than 1000 bytes that") == true)
    limits.pickleBytes = 100
    #expect(refusal(archive.build(), limits: limits)?.reason.contains("bytes of pickle") == true)
  }

  @Test func sizesAreNotBelieved() throws {
    let bytes = try fixtureBytes("tiny.head.pt")
    #expect(refusal(bytes, size: .max)?.kind == .other)
    #expect(refusal([], size: 0)?.reason.contains("empty") == true)
    // Nothing of what a file is said to hold takes memory before it is there.
    let large = 1 << 42
    var reader = try OutlineReader(file: "large.pt", size: large, start: Array(bytes.prefix(16)))
    let end = try #require(try reader.neededRange())
    #expect(end == large - OutlineReader.endSize..<large)
    reader.add(Array(repeating: 0, count: end.count), at: end.lowerBound)
    let error = #expect(throws: CheckpointError.self) { try reader.neededRange() }
    #expect(error?.reason.contains("truncated") == true)
  }

  @Test(arguments: ["tiny.head.pt", "deflated.pt", "zip64.pt", "views.pt", "birder.safetensors"])
  func changedBytesAreRefusedOrDescribed(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    var generator = SeededGenerator(state: 7)
    for _ in 0..<1000 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        let index = Int.random(in: damaged.indices, using: &generator)
        damaged[index] = UInt8.random(in: .min ... .max, using: &generator)
      }
      let start = Int.random(in: 16...200, using: &generator)
      do {
        _ = try read(damaged, start: start).outline.report().serialized()
      } catch is CheckpointError {
      }
    }
  }

  @Test func partsAreJoined() throws {
    var file = try SparseFile(size: 100)
    #expect(file.missing(in: 0..<100) == 0..<100)
    file.add([1, 2, 3], at: 10)
    file.add([6, 7], at: 15)
    file.add([9], at: 99)
    #expect(file.byteCount == 6)
    #expect(file.missing(in: 8..<20) == 8..<20)
    #expect(file.missing(in: 10..<16) == 13..<15)
    #expect(file.missing(in: 11..<99) == 13..<99)
    #expect(file.has(10..<13) && file.has(15..<17) && file.has(50..<50) && !file.has(10..<14))
    file.add([3, 4, 5, 6], at: 12)
    #expect(file.has(10..<17))
    #expect(file.byteCount == 8)
    #expect(Array(file.storage.bytes[9..<18]) == [0, 1, 2, 3, 4, 5, 6, 7, 0])
  }
}
