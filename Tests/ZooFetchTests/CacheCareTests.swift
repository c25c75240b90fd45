import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct CacheCareTests {
  let stock: Stock
  let weightsA: FileRequest
  let headA: FileRequest
  let weightsB: FileRequest

  init() throws {
    stock = try Stock()
    (weightsA, headA, weightsB) = try stock.fill()
  }

  var cache: Cache { stock.cache }

  // MARK: Inventory

  @Test func `an inventory names what is there`() throws {
    for (index, request) in [weightsA, headA, weightsB].enumerated() {
      try stock.setLastUse(of: request, to: 1000 + index)
    }
    let inventory = try cache.inventory()
    #expect(inventory.totalBytes == 82_000)
    #expect(inventory.blobs.map(\.size) == [30_000, 2_000, 50_000])
    #expect(inventory.blobs.map(\.lastUsed) == [1002, 1001, 1000].map { $0 * 1_000_000_000 })
    #expect(
      inventory.blobs.map { $0.names.map(\.description) }
        == [["b/b.pt"], ["a/a-x.head.pt", "b/b-x.head.pt"], ["a/a.pt"]])
    #expect(inventory.pins.map(\.name.file) == ["a-x.head.pt", "b-x.head.pt"])
    #expect(inventory.links.count == 4)
    #expect(inventory.partials.isEmpty)
  }

  @Test func `an inventory of nothing`() throws {
    let inventory = try Cache(root: stock.directory.path + "/nothing").inventory()
    #expect(inventory.blobs.isEmpty && inventory.links.isEmpty && inventory.pins.isEmpty)
  }

  @Test func `where there are no links, requests name the contents`() throws {
    try FileManager.default.removeItem(atPath: cache.root + "/models")
    let inventory = try cache.inventory(knowing: [weightsA])
    let names = inventory.blobs.flatMap(\.names).map(\.description).sorted()
    #expect(names == ["a/a-x.head.pt", "a/a.pt", "b/b-x.head.pt"])
    #expect(try cache.remove(models: ["a"], knowing: [weightsA]).names == ["a/a.pt"])
  }

  @Test func `what does not belong into a cache is passed over`() throws {
    let hex = String(repeating: "a", count: 64)
    try stock.directory.write([1], to: "cache/blobs/sha256/zz/\(hex)")
    try stock.directory.write([1], to: "cache/blobs/sha256/aa/short")
    try stock.directory.write([1], to: "cache/models/a/readme")
    try stock.directory.write([1], to: "cache/pins/a/broken")
    #expect(try cache.inventory().blobs.count == 3)
  }

  // MARK: Verifying

  @Test func `a sound cache`() async throws {
    try FileManager.default.removeItem(atPath: cache.root + "/stamps")
    let result = try await cache.verify()
    #expect(result.sound.count == 3)
    #expect(result.damaged.isEmpty)
    #expect(files(below: cache.root + "/stamps").count == 3)
  }

  @Test func `damage that the stamp does not show`() async throws {
    let path = try stock.path(of: weightsA)
    try FilledCache.corrupt(path, keepingTime: true)
    let result = try await cache.verify()
    #expect(result.sound.count == 2)
    let damage = try #require(result.damaged.first)
    #expect(damage.error.kind == .integrity)
    #expect(damage.blob.path == path)
    #expect(!damage.isRemoved)
    #expect(FileManager.default.fileExists(atPath: path))
    // From now on loading it is an error too.
    let error = await #expect(throws: FetchError.self) {
      try await cache.verifiedFile(for: weightsA)
    }
    #expect(error?.path == path)
  }

  @Test func `damaged files are removed on request, and then missing`() async throws {
    let path = try stock.path(of: weightsA)
    try FilledCache.corrupt(path, keepingTime: true)
    let result = try await cache.verify(removing: true)
    #expect(result.damaged.map(\.isRemoved) == [true])
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try await cache.verifiedFile(for: weightsA) == nil)
    #expect(try cache.inventory().links.map(\.name.file).contains("a.pt"))
  }

  @Test func `only the files of some models`() async throws {
    try FilledCache.corrupt(try stock.path(of: weightsA), keepingTime: true)
    let result = try await cache.verify(models: ["b"])
    #expect(result.sound.count == 2)
    #expect(result.damaged.isEmpty)
    let error = await #expect(throws: FetchError.self) {
      try await cache.verify(models: ["b", "c"])
    }
    #expect(error?.kind == .notFound)
    #expect(error?.description.contains("no files of c") == true)
  }

  @Test func `verifying does not count as use`() async throws {
    try stock.setLastUse(of: weightsA, to: 1000)
    try FilledCache.touch(try stock.path(of: weightsA))
    _ = try await cache.verify()
    let blob = try #require(try cache.inventory().blobs.last)
    #expect(blob.names.map(\.description) == ["a/a.pt"])
    #expect(blob.lastUsed == 1000 * 1_000_000_000)
  }

  @Test func `a read-only cache is told of and never changed`() async throws {
    let path = try stock.path(of: weightsA)
    try FilledCache.corrupt(path, keepingTime: true)
    let before = files(below: cache.root)
    let own = try Cache(root: stock.directory.path + "/own", extras: [cache.root])
    let result = try await own.verify(removing: true)
    #expect(result.damaged.map(\.blob.path) == [path])
    #expect(result.damaged.map(\.isRemoved) == [false])
    #expect(try own.prune(PruneRules(maximumBytes: 0)).removed.isEmpty)
    #expect(throws: FetchError.self) { try own.remove(models: ["a"]) }
    #expect(files(below: cache.root) == before)
  }

  // MARK: Removing

  @Test func `a model goes with its links and pins, what another has stays`() throws {
    let removal = try cache.remove(models: ["a"])
    #expect(removal.names == ["a/a.pt"])
    #expect(removal.bytes == 50_000)
    let digest = try sha256(sampleBytes(2_000, seed: 2)).hex
    let other = try #require(weightsB.sha256).hex
    #expect(
      stock.names
        == [
          "blobs/sha256/\(digest.prefix(2))/\(digest)", "blobs/sha256/\(other.prefix(2))/\(other)",
          "models/b/b-x.head.pt", "models/b/b.pt", "pins/b/b-x.head.pt",
        ].sorted())
    #expect(try cache.remove(models: ["b"]).names.sorted() == ["b/b-x.head.pt", "b/b.pt"])
    #expect(files(below: cache.root) == [])
  }

  @Test func `nothing goes if a name is unknown, or to see what would go`() throws {
    let before = stock.names
    let error = #expect(throws: FetchError.self) { try cache.remove(models: ["a", "c"]) }
    #expect(error?.kind == .notFound)
    #expect(try cache.remove(models: ["a", "b"], dryRun: true).bytes == 82_000)
    #expect(stock.names == before)
  }

  @Test func `links that lead nowhere go too`() throws {
    FileSystem.remove(try stock.path(of: weightsA))
    #expect(try cache.remove(models: ["a"]).removed.isEmpty)
    #expect(!stock.names.contains { $0.hasPrefix("models/a") || $0.hasPrefix("pins/a") })
  }

  @Test func `a file that is mapped stays, with its links`() throws {
    let path = try stock.path(of: weightsA)
    let user = try LockedFile(path)
    let removal = try cache.remove(models: ["a"])
    #expect(removal.removed.isEmpty)
    #expect(removal.inUse.map(\.path) == [path])
    #expect(stock.names.contains("models/a/a.pt"))
    #expect(try cache.prune(PruneRules(maximumBytes: 0)).inUse.map(\.path) == [path])
    #expect(contents(of: path) == sampleBytes(50_000, seed: 1))
    user.close()
    #expect(try cache.prune(PruneRules(maximumBytes: 0)).names == ["a/a.pt"])
  }

  // MARK: Pruning

  @Test func `what was not used for long`() throws {
    let now = 100_000
    try stock.setLastUse(of: weightsA, to: now - 1000)
    try stock.setLastUse(of: headA, to: now - 10)
    try stock.setLastUse(of: weightsB, to: now - 999)
    let rules = PruneRules(unusedFor: .seconds(1000))
    let time = now * 1_000_000_000
    #expect(try cache.prune(rules, now: time, dryRun: true).names == ["a/a.pt"])
    #expect(stock.names.contains("models/a/a.pt"))
    #expect(try cache.prune(rules, now: time, dryRun: false).names == ["a/a.pt"])
    #expect(!stock.names.contains("models/a/a.pt"))
    #expect(stock.names.contains("models/b/b.pt"))
  }

  @Test func `what is too much, least recently used first`() throws {
    try stock.setLastUse(of: weightsB, to: 1000)
    try stock.setLastUse(of: weightsA, to: 2000)
    try stock.setLastUse(of: headA, to: 3000)
    #expect(try cache.prune(PruneRules(maximumBytes: 82_000)).removed.isEmpty)
    #expect(try cache.prune(PruneRules(maximumBytes: 81_999)).names == ["b/b.pt"])
    #expect(try cache.prune(PruneRules(maximumBytes: 2_000)).names == ["a/a.pt"])
  }

  @Test func `pins outlive their files`() throws {
    _ = try cache.prune(PruneRules(maximumBytes: 0))
    #expect(stock.names == ["pins/a/a-x.head.pt", "pins/b/b-x.head.pt"])
  }

  @Test func `leavings of downloads, whatever they look like`() throws {
    for name in ["one.part", "two/parts/1", "two/journal", "three/part"] {
      try stock.directory.write(sampleBytes(9_000), to: "cache/partial/\(name)")
    }
    let now = FileSystem.now()
    let hour = 3_600_000_000_000
    for name in ["one.part", "two/parts/1", "two/parts", "two", "two/journal"] {
      let path = "\(cache.root)/partial/\(name)"
      FileSystem.setModificationTime(of: path, to: now - 2 * hour)
    }
    let rules = PruneRules(partialsUnchangedFor: .seconds(3600))
    for dryRun in [true, false] {
      let removal = try cache.prune(rules, now: now, dryRun: dryRun)
      #expect(removal.partials.map { $0.path.split(separator: "/").last } == ["one.part", "two"])
      #expect(removal.bytes >= 27_000)
      #expect(removal.removed.isEmpty)
    }
    #expect(files(below: cache.root + "/partial") == ["three/part"])
  }

  @Test func `a download under way stays, one that was given up goes`() throws {
    let partial = cache.partialDirectory(of: weightsA, in: cache.root)
    let lease = try #require(try Lease.make(1, in: partial.path))
    let part = try Part(creating: lease.partDirectory)
    try part.file.append(sampleBytes(20_000).span.bytes)
    #expect(cache.partialBytes(of: weightsA) >= 20_000)
    #expect(cache.partialBytes(of: weightsB) == 0)
    let rules = PruneRules(partialsUnchangedFor: .zero)
    #expect(try cache.prune(rules).partials.isEmpty)
    lease.release()
    #expect(try cache.prune(rules).partials.map(\.path) == [cache.root + "/partial/a"])
    #expect(files(below: cache.root + "/partial") == [])
  }

  @Test func `leavings that someone holds a lock on`() throws {
    let path = try stock.directory.write([1], to: "cache/partial/model/part")
    let user = try LockedFile(path)
    let rules = PruneRules(partialsUnchangedFor: .zero)
    #expect(try cache.prune(rules).partials.isEmpty)
    #expect(contents(of: path) == [1])
    user.close()
    #expect(try cache.prune(rules).partials.count == 1)
  }
}

/// A file with a shared lock, as a program that has it mapped holds it.
private struct LockedFile {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(flock(descriptor, LOCK_SH | LOCK_NB) == 0)
  }

  func close() { _ = Foundation.close(descriptor) }
}
