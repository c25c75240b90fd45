import Foundation
import ModelZoo
import Synchronization
import Testing

@Suite struct SetTests {
  let cache: TemporaryDirectory
  let zoo: Zoo

  init() throws {
    cache = try TemporaryDirectory()
    zoo = try Digits.zoo(cache: cache)
  }

  @Test func aSetIsWeightsAndHeads() throws {
    let set = try zoo.modelSet([Digits.model, Digits.model])
    #expect(
      set.files.map(\.request.file) == [
        "\(Digits.model).pt", "\(Digits.model)-digit.head.pt", "\(Digits.model)-parity.head.pt",
      ])
    #expect(set.files.map(\.estimatedSize) == [1_306_621, 6_309, 3_053])
    #expect(try zoo.modelSet([Digits.model], heads: .none).files.count == 1)
    #expect(try zoo.modelSet([Digits.model], heads: .levels(["parity"])).files.count == 2)
    #expect(throws: RegistryError.self) {
      try zoo.modelSet([Digits.model], heads: .levels(["order"]))
    }
    #expect(throws: RegistryError.self) { try zoo.modelSet([Digits.model], format: "safetensors") }
  }

  @Test func roundedSizesAreEstimates() throws {
    let set = try zoo.modelSet(["vit_b16_pn_bioclip-v1"])
    let size = try #require(set.files.first?.estimatedSize)
    #expect(set.files.first?.request.size == nil)
    #expect(abs(Double(size) / 1_048_576 - 328.9) < 0.01)
  }

  @Test func everyRegisteredFileIsListed() throws {
    let files = try zoo.registeredFiles
    #expect(files.count >= 222 + 8 + 2)
    #expect(files.allSatisfy { $0.request.sha256 == nil || $0.estimatedSize != nil })
  }

  @Test func fetchAndCheck() async throws {
    let set = try zoo.modelSet([Digits.model])
    let before = try await zoo.check(set)
    #expect(before.failure?.kind == .offline)
    #expect(before.failure?.missing.count == 3)
    #expect(zoo.plan(set).bytes == 1_306_621 + 6_309 + 3_053)

    let report = try await zoo.fetch(set)
    #expect(report.failure == nil)
    #expect(try await zoo.check(set).failure == nil)
    #expect(zoo.plan(set).missing.isEmpty)
    #expect(try zoo.linkedSet().files.count == 3)
  }

  @Test func aFailureNamesEveryFile() async throws {
    let broken = try Digits.zoo(cache: cache, transport: DirectoryTransport("/nonexistent"))
    let report = try await broken.fetch(try broken.modelSet([Digits.model]), prechecks: false)
    let failure = try #require(report.failure)
    #expect(failure.kind == .network)
    #expect(failure.missing.map(\.name.file).count == 3)
    for name in failure.missing { #expect("\(failure)".contains("\(name.name)")) }
  }

  @Test func theRoomIsCheckedBeforeTheFirstByte() async throws {
    var set = try zoo.modelSet([Digits.model])
    set.files[0].request.size = 1 << 60
    set.files[0].estimatedSize = 1 << 60
    let error = await #expect(throws: FetchError.self) { try await zoo.fetch(set) }
    #expect(error?.kind == .disk)
    #expect(cache.files == [])
  }

  @Test func progressIsThatOfTheFileAndOfTheSet() async throws {
    // One head is there already.
    _ = try await zoo.fetchHead(Digits.model, level: "digit")
    let set = try zoo.modelSet([Digits.model])
    let seen = Mutex<[FetchProgress]>([])
    _ = try await zoo.fetch(set) { progress in seen.withLock { $0.append(progress) } }
    let progress = seen.withLock { $0 }
    let last = try #require(progress.last?.set)
    #expect((last.fileCount, last.filesDone, last.filesOfUnknownSize) == (3, 3, 0))
    let sizes = try set.files.map { try #require($0.estimatedSize) }
    #expect(last.bytesReceived == sizes[0] + sizes[2])
    #expect(last.totalBytes == sizes[0] + sizes[2])
    let first = try #require(progress.first?.set)
    #expect((first.filesDone, first.bytesReceived, first.totalBytes) == (0, 0, last.totalBytes))
    let received = progress.compactMap(\.set?.bytesReceived)
    #expect(received.count == progress.count)
    #expect(received == received.sorted())
  }

  @Test func whatIsGivenUpIsNoLongerWaitedFor() async throws {
    var set = try zoo.modelSet([Digits.model])
    set.files[0].request.urls = ["file:///nowhere/at/all"]
    let seen = Mutex<SetProgress?>(nil)
    let report = try await zoo.fetch(set) { progress in seen.withLock { $0 = progress.set } }
    #expect(report.failure?.missing.count == 1)
    let last = try #require(seen.withLock { $0 })
    #expect(last.filesDone == 3)
    #expect(last.totalBytes == last.bytesReceived)
    #expect(last.bytesReceived == set.files[1...].reduce(0) { $0 + ($1.estimatedSize ?? 0) })
  }

  @Test func aFileThatIsPrunedBeforeItIsOpenedComesAgain() async throws {
    for level in [nil, "digit"] {
      let (net, _) = try await zoo.loadPretrainedModel(Digits.model)
      let prunings = Mutex(0)
      let cache = zoo.fetcher.cache
      // Another process that removes it when it has just been found.
      let prune: ProgressHandler = { progress in
        guard [.done, .cached].contains(progress.phase) else { return }
        guard
          prunings.withLock({
            $0 += 1; return $0
          }) == 1
        else { return }
        try? FileManager.default.removeItem(atPath: cache.root + "/blobs")
      }
      if let level {
        let head = try await zoo.loadPretrainedHead(
          Digits.model, level: level, for: net, progress: prune)
        #expect(head.classNames.count == 10)
      } else {
        let loaded = try await zoo.loadPretrainedModel(Digits.model, progress: prune)
        #expect(loaded.info.name == Digits.model)
      }
      #expect(prunings.withLock { $0 } == 2)
    }
  }

  @Test func aBundleOfASet() async throws {
    let set = try zoo.modelSet([Digits.model], heads: .levels(["digit"]))
    let directory = try TemporaryDirectory()
    let bundle = directory.path + "/bundle.tar"
    let error = await #expect(throws: SetError.self) {
      try await zoo.exportBundle(set, to: .file(bundle))
    }
    #expect(error?.kind == .offline)
    _ = try await zoo.fetch(set)
    #expect(try await zoo.exportBundle(set, to: .file(bundle)).count == 2)

    let other = try TemporaryDirectory()
    let imported = try await Cache(root: other.path).importBundle(from: .file(bundle))
    let text = try #require(imported.registry)
    let registry = try Registry(parsing: Array(text.utf8), source: "/bundle/registry.json")
    let entry = try registry.entry(named: Digits.model)
    #expect(entry.heads.map(\.level) == ["digit"])
    #expect(entry.files.map(\.url).allSatisfy { $0.hasPrefix("file:///bundle/blobs/sha256/59/") })
    #expect(try registry.network(of: entry) == zoo.registry.network(of: entry))
    let offline = try Zoo(
      registry: registry,
      fetcher: Fetcher(cache: try Cache(root: other.path), policy: .offline), threads: 1)
    let (net, _) = try await offline.loadPretrainedModel(Digits.model)
    _ = try await offline.loadPretrainedHead(Digits.model, level: "digit", for: net)
  }
}
