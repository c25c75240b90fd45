import Foundation
import Synchronization
import Testing

@testable import ZooFetch

/// Processes that want the same file; here they are fetchers of one process.
@Suite struct SharingTests {
  let resume: ResumeTests
  var scene: Scene { resume.scene }
  var server: FaultyServer { resume.server }

  init() throws { resume = try ResumeTests() }

  /// An owner on a machine of which nothing can be seen.
  static let foreign = Owner(
    ProcessIdentity(host: "elsewhere", pid: 7, start: 1, boot: "other", namespace: "other"),
    isLocked: true)

  @Test(arguments: [true, false])
  func `one download for all`(hasDigest: Bool) async throws {
    var request = scene.request
    if !hasDigest { request.sha256 = nil }
    let log = ProgressLog()
    let me = ProcessIdentity.current
    let waiting = FetchProgress.Phase.waiting(for: "process \(me.pid) on \(me.host)")
    // Nothing comes before someone waits for it.
    let slow = try FaultyServer(scene.bytes) { _, answer in
      while !log.phases.contains(waiting) { usleep(5_000) }
      return answer
    }
    request.urls = [slow.url]
    let fetchers = (0..<8).map { _ in scene.fetcher() }
    let wanted = request
    let files = try await withThrowingTaskGroup(of: FetchedFile.self) { group in
      for fetcher in fetchers {
        group.addTask { try await fetcher.fetch(wanted) { log.append($0) } }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(files.map(\.path)).count == 1)
    #expect(contents(of: files[0].path) == scene.bytes)
    #expect(files.count { !$0.wasCached } == 1)
    #expect(slow.sentBytes == scene.bytes.count)
    #expect(ZooFetchTests.files(below: scene.cache.root + "/partial") == [])
  }

  @Test func `when the owner gives up, the next one goes on`() async throws {
    let slow = try FaultyServer(scene.bytes) { request, answer in
      var answer = answer
      if request.number >= 4 { (answer.end, answer.stalls) = (1000, true) }
      return answer
    }
    var first = scene.request
    first.urls = [slow.url]
    let (fetcher, slowRequest, request) = (scene.fetcher(), first, scene.request)
    let log = ProgressLog()
    let owner = Task { try await fetcher.fetch(slowRequest) { log.append($0) } }
    // It has all of four answers, and the others do not end.
    func complete() -> Int { slow.requests.prefix(4).compactMap(\.range).map(\.count).reduce(0, +) }
    while slow.requests.count < 5 || (log.last?.bytesReceived ?? 0) < complete() {
      try await Task.sleep(for: .milliseconds(5))
    }
    let (waits, signal) = AsyncStream<Void>.makeStream()
    let next = Task {
      try await fetcher.fetch(request) {
        if case .waiting = $0.phase { signal.yield() }
      }
    }
    for await _ in waits { break }
    owner.cancel()
    await #expect(throws: CancellationError.self) { try await owner.value }
    #expect(contents(of: try await next.value.path) == scene.bytes)
    #expect(slow.sentBytes + server.sentBytes <= scene.bytes.count + 4 * 1000)
    #expect(files(below: scene.cache.root + "/partial") == [])
  }

  @Test func `an owner of whom nothing is heard is not waited for for ever`() async throws {
    try resume.leave([0..<40_000], owner: SharingTests.foreign)
    let clock = TestClock()
    #expect(try await resume.resume(clock.pacing) == 60_000, "what it had is copied")
    #expect(clock.elapsed > FetchOptions().ownerTimeout)
    let left = try #require(
      contents(of: Lease.partDirectory(in: resume.leaseDirectory(1)) + "/data"))
    #expect(left.count == scene.bytes.count, "it may come back, and keeps what it had")
  }

  @Test func `an owner that lives is waited for as long as it shows that`() async throws {
    try resume.leave([0..<40_000], owner: SharingTests.foreign)
    let path = Lease.ownerPath(in: resume.leaseDirectory(1))
    let clock = TestClock()
    let beats = Mutex(300)
    let pacing = Pacing(
      sleep: {
        try await clock.sleep($0)
        if beats.withLock({
          $0 -= 1; return $0
        }) > 0 {
          try OpenFile(path, flags: O_RDWR, action: "open").touch()
        }
      }, now: { clock.now })
    try await resume.resume(pacing)
    #expect(clock.elapsed > .milliseconds(200) * 299)
  }

  @Test func `an owner in this process that hangs`() async throws {
    let directory = scene.cache.partialDirectory(of: scene.request, in: scene.cache.root)
    let lease = try #require(try Lease.make(1, in: directory.path))
    #expect(try Lease.make(1, in: directory.path) == nil)
    #expect(try directory.entries().map(\.state) == [.owned(Owner(.current, isLocked: true))])
    let clock = TestClock()
    #expect(try await resume.resume(clock.pacing) == scene.bytes.count)
    #expect(clock.elapsed > FetchOptions().ownerTimeout)
    lease.release()
    #expect(try directory.entries().map(\.state) == [.free])
  }

  @Test(arguments: ["", "1", "{", #"{"process":{}}"#])
  func `an owner file that cannot be read`(text: String) async throws {
    try resume.leave([0..<40_000])
    let path = Lease.ownerPath(in: resume.leaseDirectory(1))
    try FileManager.default.removeItem(atPath: path)
    if !text.isEmpty { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    let clock = TestClock()
    try await resume.resume(clock.pacing)
    #expect(clock.elapsed > FetchOptions().ownerTimeout, "it may be about to be written")
  }

  /// What a process can leave that is killed while it makes a lease.
  static let killedEarly = [["owner.new-1234"], ["owner.new-1234", "1/"], ["1/"]]

  /// Makes files in `partial`, and directories, whose names end with a slash.
  private func leave(_ names: [String]) throws {
    for name in names {
      let path =
        scene.cache.partialDirectory(of: scene.request, in: scene.cache.root).path + "/" + name
      try FileSystem.makeDirectory(FileSystem.directory(of: path))
      if !name.hasSuffix("/") { try Data("{}".utf8).write(to: URL(fileURLWithPath: path)) }
    }
  }

  @Test(arguments: killedEarly)
  func `a process killed while it made a lease leaves nothing`(names: [String]) async throws {
    try leave(names)
    let clock = TestClock()
    try await resume.resume(clock.pacing)
    #expect((clock.elapsed > FetchOptions().ownerTimeout) == names.contains("1/"))
    #expect(everything(below: scene.cache.root + "/partial") == [])
  }

  @Test(arguments: killedEarly)
  func `what is left of it goes when the file is in the cache`(names: [String]) async throws {
    try await resume.resume()
    try leave(names)
    #expect(try await resume.resume() == 0)
    #expect(everything(below: scene.cache.root + "/partial") == [])
  }

  @Test func `so does the empty directory of a model`() async throws {
    try await resume.resume()
    try FileSystem.makeDirectory(scene.cache.root + "/partial/" + scene.request.model)
    #expect(try await resume.resume() == 0)
    #expect(everything(below: scene.cache.root + "/partial") == [])
  }

  @Test(arguments: ["", "data", "part"])
  func `so does a lease whose process was killed at its end`(removed: String) async throws {
    try await resume.resume()
    try resume.leave([0..<100_000], owner: ResumeTests.dead)
    let part = Lease.partDirectory(in: resume.leaseDirectory(1))
    if !removed.isEmpty { FileSystem.removeTree(removed == "data" ? part + "/data" : part) }
    #expect(try await resume.resume() == 0)
    #expect(everything(below: scene.cache.root + "/partial") == [])
  }

  @Test func `a part of another content stays, and so does a lease that lives`() async throws {
    try await resume.resume()
    try resume.leave([0..<40_000], digest: try sha256([1]))
    let directory = scene.cache.partialDirectory(of: scene.request, in: scene.cache.root)
    let lease = try #require(try Lease.make(2, in: directory.path))
    #expect(try await resume.resume() == 0)
    #expect(try directory.entries().map(\.number) == [1, 2])
    lease.remove()
    #expect(try directory.entries().map(\.number) == [1])
  }

  @Test func `a lease that is taken away while it is made`() async throws {
    let directory = scene.cache.partialDirectory(of: scene.request, in: scene.cache.root)
    let digest = try sha256([])
    let isDone = Mutex(false)
    let taker = Thread {
      while !isDone.withLock({ $0 }) { directory.tidy(havingCached: digest) }
    }
    taker.start()
    defer { isDone.withLock { $0 = true } }
    for _ in 0..<2000 {
      guard let lease = try Lease.make(1, in: directory.path) else { continue }
      #expect(try directory.entries().map(\.state) == [.owned(Owner(.current, isLocked: true))])
      lease.remove()
    }
    #expect(everything(below: directory.path) == [])
  }

  @Test func `who has ended and who may not have`() {
    let me = ProcessIdentity.current
    func owner(_ change: (inout ProcessIdentity) -> Void, isLocked: Bool = true) -> Owner {
      var process = me
      change(&process)
      return Owner(process, isLocked: isLocked)
    }
    let alive = owner { _ in }
    #expect(!alive.hasEnded(.held))
    #expect(!alive.hasEnded(.free), "the file system pretends to have locks")
    let gone = owner { $0.start -= 1 }
    #expect(gone.hasEnded(.free) && gone.hasEnded(.unknown))
    #expect(!gone.hasEnded(.held), "a number that is used again, and a lock that tells")
    let inContainer = owner { $0.namespace = "pid:[1]" }
    #expect(inContainer.hasEnded(.free))
    #expect(!inContainer.hasEnded(.unknown) && !inContainer.hasEnded(.held))
    #expect(!owner({ $0.namespace = "pid:[1]" }, isLocked: false).hasEnded(.free))
    let elsewhere = owner { $0.boot = "other" }
    #expect(!elsewhere.hasEnded(.free) && !elsewhere.hasEnded(.held))
    #expect(Owner(json: alive.json) == alive)
    #expect(me.isRunning == true)
  }

  @Test func `a process that was killed has ended`() throws {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/bin/sleep")
    child.arguments = ["100"]
    try child.run()
    var process = ProcessIdentity.current
    process.pid = Int(child.processIdentifier)
    #expect(process.isRunning == false, "it has another start")
    process.start = try #require(ProcessIdentity.startTime(of: process.pid))
    #expect(process.isRunning == true)
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    #expect(process.isRunning == false)
  }
}

/// The files and directories below a path.
private func everything(below path: String) -> [String] {
  FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }.sorted() ?? []
}

/// A clock on which sleeping takes no time.
final class TestClock: Sendable {
  private let start = ContinuousClock.now
  private let time = Mutex(ContinuousClock.now)
  private let pauses = Mutex<[Duration]>([])

  var now: ContinuousClock.Instant { time.withLock { $0 } }
  var elapsed: Duration { now - start }
  /// How long was slept each time.
  var slept: [Duration] { pauses.withLock { $0 } }

  @Sendable func sleep(_ duration: Duration) async throws {
    try await Task.sleep(for: .milliseconds(1))
    time.withLock { $0 += duration }
    pauses.withLock { $0.append(duration) }
  }

  /// - Parameter random: what chance always brings.
  func pacing(random: Double) -> Pacing {
    Pacing(sleep: sleep, now: { self.now }, random: { random })
  }

  var pacing: Pacing { pacing(random: 1) }
}
