import Foundation
import Testing

@testable import ZooFetch

@Suite struct LoadPolicyTests {
  let scene: FilledCache

  init() throws { scene = try FilledCache() }

  func cache(_ policy: LoadPolicy) -> Cache {
    var cache = scene.cache
    cache.loadPolicy = policy
    return cache
  }

  @Test func `a change that the stamp does not show`() throws {
    try scene.corrupt(keepingTime: true)
    #expect(try scene.lookUp(in: cache(.never)).path == scene.file.path)
    #expect(try scene.lookUp(in: cache(.stamp)).path == scene.file.path)
    let lookup = try scene.lookUp(in: cache(.full))
    #expect(lookup.path == nil)
    #expect(lookup.problems.map(\.kind) == [.integrity])
  }

  @Test func `a change that the stamp shows`() throws {
    try scene.corrupt(keepingTime: false)
    #expect(try scene.lookUp(in: cache(.never)).path == scene.file.path)
    #expect(try scene.lookUp(in: cache(.stamp)).path == nil)
  }

  @Test(arguments: LoadPolicy.allCases)
  func `a sound file`(policy: LoadPolicy) async throws {
    let fetcher = Fetcher(cache: cache(policy), transport: NoTransport())
    #expect(try await fetcher.fetch(scene.request).path == scene.file.path)
  }

  @Test(arguments: LoadPolicy.allCases)
  func `a missing file`(policy: LoadPolicy) throws {
    FileSystem.remove(scene.file.path)
    #expect(try scene.lookUp(in: cache(policy)).path == nil)
  }

  @Test func `using a file is remembered, looking at it is not`() async throws {
    let stamp = scene.cache.stampPath(of: scene.file.sha256, in: scene.cache.root)
    FileSystem.setModificationTime(of: stamp, to: 1_000_000_000)
    #expect(try await scene.cache.verifiedFile(for: scene.request) != nil)
    #expect(scene.cache.lastUse(of: scene.file.sha256, in: scene.cache.root) == 1_000_000_000)
    _ = try scene.lookUp()
    let now = try #require(scene.cache.lastUse(of: scene.file.sha256, in: scene.cache.root))
    #expect(now > 1_700_000_000_000_000_000)
  }
}
