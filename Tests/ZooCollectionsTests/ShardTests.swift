import Foundation
import Testing

@testable import ZooCollections

@Suite struct ShardTests {
  func collection(_ count: Int) throws -> ImageCollection {
    let names = (0..<count).map { "\($0 % 7)/\($0).jpg\n" }.joined()
    return try ImageCollection([.list(Array(names.utf8), name: "a list")])
  }

  @Test(arguments: [1, 2, 3, 10, 63, 64, 65, 1000])
  func `parts are all images, each once, and equal in size`(size: Int) throws {
    let collection = try collection(size)
    for count in [1, 2, 3, 7, 64, 100, 1001] {
      let parts = try (1...count).map { try collection.shard($0, of: count) }
      #expect(parts.first?.lowerBound == 0)
      #expect(parts.last?.upperBound == size)
      for (part, next) in zip(parts, parts.dropFirst()) {
        #expect(part.upperBound == next.lowerBound)
      }
      let sizes = parts.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      #expect(try collection.shard(3, of: 64) == size * 2 / 64..<size * 3 / 64)
    }
  }

  @Test func `parts that there are not`() throws {
    let collection = try collection(10)
    for (index, count) in [(0, 3), (4, 3), (-1, 3), (1, 0), (0, 0), (1, -1), (.min, .max)] {
      expectError(.usage, "there is no part \(index)/\(count)") {
        _ = try collection.shard(index, of: count)
      }
    }
    #expect(try collection.shard(.max, of: .max) == 9..<10)
    #expect(try collection.shard(1, of: .max) == 0..<0)
  }

  @Test func `fingerprints`() throws {
    let collection = try collection(100)
    let all = collection.fingerprint(of: 0..<100)
    #expect(all.utf8.count == 16)
    #expect(all == (try self.collection(100)).fingerprint(of: 0..<100))
    #expect(all != collection.fingerprint(of: 0..<99))
    #expect(all != (try self.collection(101)).fingerprint(of: 0..<101))
    #expect(all == (try self.collection(101)).fingerprint(of: 0..<100))
    #expect(collection.fingerprint(of: 0..<0) == "cbf29ce484222325")
    // "a" and a NUL: FNV-1a by its definition.
    let one = try ImageCollection([.list(Array("a".utf8), name: "a list")])
    #expect(one.fingerprint(of: 0..<1) == "089be207b544f1e4")
  }

  @Test func `fingerprints do not depend on how images were found`() throws {
    let directory = try TemporaryDirectory()
    try directory.write(["a/1.jpg", "a/2.jpg", "b/3.jpg"])
    let found = try ImageCollection(directory.path)
    let named = try ImageCollection(found.samples.map { .path($0) })
    #expect(found.fingerprint(of: 0..<3) == named.fingerprint(of: 0..<3))
  }

  @Test func `fingerprints tell the sizes of members`() throws {
    let directory = try TemporaryDirectory()
    var bytes = try contents(of: fixture("v7.tar"))
    let path = try directory.write(bytes, to: "a.tar")
    let before = try ImageCollection(path).fingerprint(of: 0..<1)
    // 20 bytes become 21: in the size and in the checksum.
    let size = 512 + 124 + 10
    #expect(bytes[size] == UInt8(ascii: "4"))
    bytes[size] += 1
    let sum = bytes[512 + 148..<512 + 154]
    let number = try #require(Int(String(decoding: sum, as: UTF8.self), radix: 8))
    bytes.replaceSubrange(
      512 + 148..<512 + 154, with: Array(("00000" + String(number + 1, radix: 8)).suffix(6).utf8))
    try directory.write(bytes, to: "a.tar")
    #expect(try ImageCollection(path).fingerprint(of: 0..<1) != before)
  }

  @Test func `memory of a large collection`() throws {
    let count = 20_000
    let directory = Array("root/family/species/".utf8)
    var table = ImageTable()
    for index in 0..<count { table.add(file: Array("\(index).jpg".utf8)[...], in: directory) }
    #expect(table.runs.count == 1)
    #expect(table.images(ofRun: 0) == 0..<count)
    let run = table.run(of: 12_345)
    #expect(table.prefix(run).elementsEqual(directory))
    #expect(table.name(of: 12_345, in: run).elementsEqual("12345.jpg".utf8))
  }
}
