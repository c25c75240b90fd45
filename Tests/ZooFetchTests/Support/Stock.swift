import Foundation
import Testing
import ZooCore

@testable import ZooFetch

/// A cache with files that came there without a network.
struct Stock {
  let directory: TemporaryDirectory
  let cache: Cache

  init() throws {
    directory = try TemporaryDirectory()
    cache = try Cache(root: directory.path + "/cache")
  }

  /// Puts a file there, with a pin in place of a registry's checksum if that is asked for; the
  /// request for it.
  @discardableResult
  func put(
    _ bytes: [UInt8], _ model: String, _ file: String, source: ChecksumSource = .registry
  ) throws -> FileRequest {
    try FileSystem.makeDirectory("\(cache.root)/partial")
    let partial = try OpenFile(creating: "\(cache.root)/partial/\(FileSystem.uniqueSuffix())")
    try partial.append(bytes.span.bytes)
    let digest = try sha256(bytes)
    _ = try cache.adopt(partial, as: digest)
    let request = FileRequest(
      model: model, file: file, urls: ["https://example.org/\(file)"],
      sha256: source == .registry ? digest : nil, size: bytes.count)
    if source != .registry { try cache.setPin(digest, source, url: nil, of: request) }
    _ = try cache.link(request, to: digest)
    return request
  }

  /// Two models: `a` with weights and a head that was trusted on first use, `b` with weights and
  /// with the same head.
  func fill() throws -> (weightsA: FileRequest, headA: FileRequest, weightsB: FileRequest) {
    let weightsA = try put(sampleBytes(50_000, seed: 1), "a", "a.pt")
    let headA = try put(sampleBytes(2_000, seed: 2), "a", "a-x.head.pt", source: .pinned)
    let weightsB = try put(sampleBytes(30_000, seed: 3), "b", "b.pt")
    try put(sampleBytes(2_000, seed: 2), "b", "b-x.head.pt", source: .serverStated)
    return (weightsA, headA, weightsB)
  }

  func path(of request: FileRequest) throws -> String {
    let digest = try #require(try request.sha256 ?? cache.pin(of: request)?.digest)
    return cache.path(of: digest)
  }

  /// Says when a file was used last.
  func setLastUse(of request: FileRequest, to seconds: Int) throws {
    let digest = try #require(try request.sha256 ?? cache.pin(of: request)?.digest)
    FileSystem.setModificationTime(
      of: cache.stampPath(of: digest, in: cache.root), to: seconds * 1_000_000_000)
  }

  /// All files and links, but no stamps.
  var names: [String] { files(below: cache.root).filter { !$0.hasPrefix("stamps/") } }
}

extension CacheRemoval {
  /// The names of the files that are gone.
  var names: [String] { removed.flatMap(\.names).map(\.description) }
}
