import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooCheckpoint

/// The path of a file in the Fixtures directory.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

func fixtureBytes(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: fixture(name))))
}

/// Gives a directory that is removed afterwards.
func withTemporaryDirectory<R>(_ body: (URL) throws -> R) throws -> R {
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "zoo-checkpoint-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

/// Opens bytes as those of a file.
func open(
  _ bytes: [UInt8], limits: CheckpointLimits = CheckpointLimits(), verifyingChecksums: Bool = false
) throws -> Checkpoint {
  try Checkpoint(
    ByteStorage(copying: bytes), file: "model.pt", limits: limits,
    verifyingChecksums: verifyingChecksums)
}

/// The error that opening bytes gives, which must be one.
func refusal(
  _ bytes: [UInt8], limits: CheckpointLimits = CheckpointLimits(),
  sourceLocation: SourceLocation = #_sourceLocation
) -> CheckpointError? {
  #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
    try open(bytes, limits: limits)
  }
}

extension DenseTensor {
  /// The elements in row-major order.
  func denseBytes() throws -> [UInt8] {
    var result: [UInt8] = []
    try withDenseBytes { result += $0 }
    return result
  }
}

/// A zip archive written by hand, so that it can be wrong in any way.
struct ZipBuilder {
  struct Entry {
    var name: String
    var localName: String?
    var contents: [UInt8]
    var crc: UInt32?
    var method: UInt16 = 0
    var flags: UInt16 = 0x0800
    /// The stated size after inflating, if not that of the contents.
    var size: UInt32?
    /// The stated offset of the local header, if not the true one.
    var offset: UInt32?
  }

  var entries: [Entry] = []
  var statedCount: UInt16?
  var prefix: [UInt8] = []
  var gapBeforeDirectory: [UInt8] = []

  mutating func add(_ name: String, _ contents: [UInt8]) {
    entries.append(Entry(name: name, contents: contents))
  }

  func build() -> [UInt8] {
    var file = prefix
    var directory: [UInt8] = []
    for entry in entries {
      let crc = entry.crc ?? entry.contents.withUnsafeBytes { crc32(of: $0) }
      let sizes =
        littleEndian(crc) + littleEndian(UInt32(entry.contents.count))
        + littleEndian(entry.size ?? UInt32(entry.contents.count))
      let common = littleEndian(entry.flags) + littleEndian(entry.method) + [0, 0, 0, 0] + sizes
      let localName = Array((entry.localName ?? entry.name).utf8)
      let name = Array(entry.name.utf8)
      directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + common + littleEndian(UInt16(name.count))
      directory += Array(repeating: 0, count: 12)
      directory += littleEndian(entry.offset ?? UInt32(file.count)) + name
      file += [0x50, 0x4B, 3, 4, 20, 0] + common + littleEndian(UInt16(localName.count)) + [0, 0]
      file += localName + entry.contents
    }
    file += gapBeforeDirectory
    let count = littleEndian(statedCount ?? UInt16(entries.count))
    let offset = littleEndian(UInt32(file.count))
    file += directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
    return file + littleEndian(UInt32(directory.count)) + offset + [0, 0]
  }

  /// An archive as torch.save lays it out.
  static func torch(pickle: [UInt8], storages: [String: [UInt8]] = [:]) -> ZipBuilder {
    var archive = ZipBuilder()
    archive.add("m/data.pkl", pickle)
    for (key, bytes) in storages.sorted(by: { $0.key < $1.key }) {
      archive.add("m/data/\(key)", bytes)
    }
    archive.add("m/version", Array("3\n".utf8))
    return archive
  }
}

/// Pickle instructions as text and bytes.
enum Pickle {
  static let start: [UInt8] = [0x80, 2]
  static let none = Array("N".utf8)
  static let emptyList = Array("]".utf8)
  static let emptyDict = Array("}".utf8)
  static let emptyTuple = Array(")".utf8)
  static let mark = Array("(".utf8)
  static let tuple = Array("t".utf8)
  static let append = Array("a".utf8)
  static let setItem = Array("s".utf8)
  static let setItems = Array("u".utf8)
  static let reduce = Array("R".utf8)
  static let build = Array("b".utf8)
  static let stop = Array(".".utf8)

  static func text(_ text: String) -> [UInt8] {
    Array("X".utf8) + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + littleEndian(value) }

  static func put(_ index: UInt8) -> [UInt8] { [0x71, index] }

  static func get(_ index: UInt8) -> [UInt8] { [0x68, index] }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func tuple(_ elements: [UInt8]...) -> [UInt8] { mark + elements.joined() + tuple }

  /// The call that rebuilds a float32 tensor.
  static func tensor(
    key: String = "0", count: Int = 4, offset: Int = 0, shape: [Int] = [4], strides: [Int] = [1],
    type: String = "FloatStorage"
  ) -> [UInt8] {
    let storage =
      tuple(
        text("storage"), global("torch", type), text(key), text("cpu"), integer(count))
      + Array("Q".utf8)
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(
        storage, integer(offset), mark + shape.flatMap { integer($0) } + tuple,
        mark + strides.flatMap { integer($0) } + tuple, [0x89], none)
      + reduce
  }

  /// A whole pickle of a dict with text keys.
  static func dict(_ members: KeyValuePairs<String, [UInt8]>) -> [UInt8] {
    start + emptyDict + mark + members.flatMap { text($0.key) + $0.value } + setItems + stop
  }

  /// An archive with one good tensor and another member.
  static func archive(with value: [UInt8]) -> [UInt8] {
    archive(pickle: dict(["w": tensor(), "x": value]))
  }

  /// An archive with a pickle and a storage of 16 bytes.
  static func archive(pickle: [UInt8]) -> [UInt8] {
    ZipBuilder.torch(pickle: pickle, storages: ["0": Array(repeating: 1, count: 16)]).build()
  }
}

/// The bytes of a safetensors file.
func safetensors(header: String, data: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}
