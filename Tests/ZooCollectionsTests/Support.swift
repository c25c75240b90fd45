import Foundation
import Testing
import ZooCore

@testable import ZooCollections

/// A directory for one test, with a name that needs quoting everywhere.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/zoo images ü \(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, making the directories above it; its path.
  @discardableResult
  func write(_ bytes: [UInt8] = [], to name: String) throws -> String {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return path + "/" + name
  }

  func write(_ names: [String]) throws { for name in names { try write(to: name) } }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path + "/" + name, withDestinationPath: target)
  }
}

extension ImageCollection {
  init(_ arguments: String...) throws(CollectionError) {
    try self.init(arguments.map { .path($0) })
  }

  var samples: [String] { (0..<count).map(sample) }

  /// The samples below a directory, without its path.
  func samples(below directory: TemporaryDirectory) -> [String] {
    samples.map { $0.replacingOccurrences(of: directory.path + "/", with: "") }
  }
}

/// The path of a file in the Fixtures directory.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

func contents(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// What Python's tarfile and birder say of the fixtures.
struct Expected: Decodable {
  struct Member: Decodable {
    var name: String
    /// In hexadecimal digits; `nil` for what cannot be read from one place.
    var content: String?
  }

  struct Labels: Decodable {
    var classes: [String]
    var labels: [String]
  }

  struct Tree: Decodable {
    var files: [String]
    var roots: [String]
    var samples: [String]
    var flat: Labels
    var hierarchical: Labels
  }

  var archives: [String: [Member]]
  var tree: Tree

  static func read() throws -> Expected {
    try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(filePath: fixture("expected.json"))))
  }
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Numbers that are the same in each run.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}

func expectError(
  _ kind: FailureKind, _ text: String, location: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: CollectionError.self, sourceLocation: location) { try body() }
  #expect(error?.kind == kind, sourceLocation: location)
  let description = error?.description ?? ""
  #expect(description.contains(text), "\(description)", sourceLocation: location)
}
