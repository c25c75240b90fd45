import ZooCore
import ZooTensors

/// Reads what `torch.save` wrote before version 1.6: pickles that follow each other, and then the
/// storages, each its number of elements and its bytes.
enum LegacyTorchFile {
  /// The long integer that opens such a file, in the second instruction of its first pickle.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]
  private static let version = 1001

  static func isLegacy(_ storage: ByteStorage) -> Bool {
    // Protocols from 4 on put a frame's header before the integer.
    storage.hasBytes([0x80]) && (storage.hasBytes(magic, at: 2) || storage.hasBytes(magic, at: 11))
  }

  static func read(
    _ file: ByteStorage, limits: CheckpointLimits
  ) throws(Fault) -> CheckpointContents {
    var position = 0
    _ = try Unpickler.next(in: file, at: &position, limits: limits)
    try checkSystem(of: file, at: &position, limits: limits)
    let start = position
    let graph: PickleGraph
    do throws(Fault) {
      graph = try Unpickler.next(in: file, at: &position, limits: limits)
    } catch {
      throw error.inside("the pickle that begins at byte \(start)")
    }
    let keys = try Unpickler.next(in: file, at: &position, limits: limits)
    let ranges = try storages(keys, declaredIn: graph, of: file, at: &position)
    var tensors = TorchTensors(
      source: .file(file, ranges), graph: graph, limits: limits, checksCRC: false)
    var result = try TorchState.contents(of: graph, tensors: &tensors, limits: limits)
    result.unused = tensors.unused
    if position < file.bytes.count {
      result.unused.append(("after the last storage", file.bytes.count - position))
    }
    let unread = ranges.filter { tensors.usedBytes[$0.key] == nil && !$0.value.isEmpty }
    result.unused += unread.sorted { $0.value.lowerBound < $1.value.lowerBound }
      .map { ("storage '\($0.key)'", $0.value.count) }
    return result
  }

  /// The version of the format, and the byte order of the machine that wrote the file.
  private static func checkSystem(
    of file: ByteStorage, at position: inout Int, limits: CheckpointLimits
  ) throws(Fault) {
    let start = position
    let version = try Unpickler.next(in: file, at: &position, limits: limits)
    guard case .integer(LegacyTorchFile.version) = version.root else {
      throw .unsupported(
        "it is in the legacy format of PyTorch, but not of its version"
          + " \(LegacyTorchFile.version)", at: start)
    }
    let system = try Unpickler.next(in: file, at: &position, limits: limits)
    guard let pairs = system.pairs(system.root) else {
      throw .corrupt("its description of the machine that wrote it is not a dict", at: start)
    }
    for (key, value) in pairs where system.text(key, limit: 32) == "little_endian" {
      guard case .bool(true) = value else {
        throw .unsupported(
          "it was saved by a big-endian machine; save it again on a little-endian one", at: start)
      }
    }
  }

  /// Where each storage lies, in the order of the keys.
  private static func storages(
    _ keys: PickleGraph, declaredIn graph: PickleGraph, of file: ByteStorage,
    at position: inout Int
  ) throws(Fault) -> [String: Range<Int>] {
    var declarations: [String: StorageDeclaration] = [:]
    for (index, object) in graph.objects.enumerated() where object.kind == .storage {
      guard let declared = StorageDeclaration(.object(index), in: graph, isLegacy: true) else {
        throw .corrupt("a storage is not declared as one")
          .at(Int(object.offset), of: "its pickle")
      }
      let known = declarations.updateValue(declared, forKey: declared.key)
      guard known ?? declared == declared else {
        throw .corrupt("storage '\(declared.key)' is declared in two ways")
          .at(Int(object.offset), of: "its pickle")
      }
    }
    guard let order = keys.sequence(keys.root) else {
      throw .corrupt("the keys of its storages are not a list", at: position)
    }
    var ranges: [String: Range<Int>] = [:]
    for key in order {
      guard let key = keys.text(key, limit: 256), let declared = declarations[key] else {
        throw .corrupt("a storage has a key that is not declared", at: position)
      }
      var reader = ByteReader(file, at: position)
      let count = try reader.integer(Int64.self)
      let (size, overflow) = declared.count.multipliedReportingOverflow(
        by: declared.dtype?.byteCount ?? 1)
      guard !overflow, count == declared.count, size <= reader.remaining else {
        throw .corrupt(
          "storage '\(key)' should hold \(declared.count) elements but has \(count), and"
            + " \(reader.remaining) bytes follow", at: position)
      }
      guard ranges.updateValue(try reader.take(size), forKey: key) == nil else {
        throw .corrupt("storage '\(key)' stands twice", at: position)
      }
      position = reader.position
    }
    return ranges
  }
}
