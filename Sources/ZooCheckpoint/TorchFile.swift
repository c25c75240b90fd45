import ZooCore
import ZooTensors

/// Reads the zip archive that `torch.save` writes.
enum TorchFile {
  /// Where the state dict stands when it is not the whole file; the first that is there is taken.
  private static let wrappers = ["state", "state_dict", "model", "model_state_dict"]

  /// Whether a file is a zip archive, by its first bytes.
  static func isZip(_ storage: ByteStorage) -> Bool {
    storage.hasBytes([0x50, 0x4B, 0x03, 0x04]) || storage.hasBytes([0x50, 0x4B, 0x05, 0x06])
  }

  static func read(
    _ archive: ZipArchive, limits: CheckpointLimits, checkingCRC: Bool
  ) throws(Fault) -> CheckpointContents {
    var archive = archive
    let records = try records(of: archive, limits: limits)
    let folder = String(records.pickle.name.dropLast("data.pkl".count))
    if let entry = records.byteOrder { try checkByteOrder(entry, of: &archive) }
    let bytes = try archive.contents(of: records.pickle, checkingCRC: true)
    let graph = try Unpickler.read(bytes, limits: limits)
    var tensors = TorchTensors(
      archive: archive, folder: folder, graph: graph, limits: limits, checksCRC: checkingCRC)
    var metadata = TorchMetadata(graph: graph, limits: limits)
    return try contents(of: graph, tensors: &tensors, metadata: &metadata)
  }

  /// The entries that describe the tensors, of sizes that may be read.
  static func records(
    of archive: ZipArchive, limits: CheckpointLimits
  ) throws(Fault) -> (pickle: ZipEntry, byteOrder: ZipEntry?) {
    let pickle = try pickle(of: archive)
    guard pickle.size <= limits.pickleBytes else {
      throw .limit("bytes of pickle", limits.pickleBytes)
    }
    let byteOrder = archive[pickle.name.dropLast("data.pkl".count) + "byteorder"]
    guard byteOrder.map({ $0.size <= 16 }) ?? true else {
      throw .corrupt("its byte order record is not one")
    }
    return (pickle, byteOrder)
  }

  private static func pickle(of archive: ZipArchive) throws(Fault) -> ZipEntry {
    let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first else {
      let first = archive.entries.first.map { ", it begins with '\($0.name)'" } ?? ", it is empty"
      throw .unsupported("it is a zip archive but no checkpoint of PyTorch\(first)")
    }
    guard pickles.count == 1 else {
      throw .corrupt("it holds \(pickles.count) pickles called data.pkl where there should be one")
    }
    let folder = pickle.name.dropLast("data.pkl".count)
    if archive[folder + "constants.pkl"] != nil {
      throw .unsupported(
        "it is a TorchScript archive, which holds a program; save the state dict with torch.save")
    }
    return pickle
  }

  private static func checkByteOrder(
    _ entry: ZipEntry, of archive: inout ZipArchive
  ) throws(Fault) {
    let order = try archive.contents(of: entry, checkingCRC: true)
    // Asked of the object, which keeps inflated bytes alive meanwhile.
    if order.text(in: 0..<entry.size) == "little" { return }
    if order.text(in: 0..<entry.size) == "big" {
      throw .unsupported(
        "it was saved by a big-endian machine; save it again on a little-endian one")
    }
    throw .corrupt("its byte order is neither little nor big")
  }

  private static func contents(
    of graph: PickleGraph, tensors: inout TorchTensors, metadata: inout TorchMetadata
  ) throws(Fault) -> CheckpointContents {
    guard let root = graph.pairs(graph.root) else {
      throw .unsupported(
        "it holds no dict at its top, so it is no state dict; save model.state_dict()")
    }
    var result = CheckpointContents(format: .pytorch)
    var state = root
    if let (name, pairs) = wrapped(in: root, of: graph) {
      result.wrapper = name
      state = pairs
      for (key, value) in root where graph.text(key, limit: name.utf8.count) != name {
        try result.add(
          try metadata.json(value, tensors: &tensors),
          under: try self.name(of: key, metadata: &metadata, tensors: &tensors))
      }
    }
    for (key, value) in state {
      let name = try self.name(of: key, metadata: &metadata, tensors: &tensors)
      if let tensor = try tensors.tensor(value, name: name) {
        result.tensors.append((name, tensor))
      } else {
        // Modules can keep other things than tensors in their state.
        let path = result.wrapper.map { "\($0).\(name)" } ?? name
        try result.add(try metadata.json(value, tensors: &tensors), under: path)
      }
    }
    guard !result.tensors.isEmpty else {
      throw .unsupported(
        "no tensors are found in it, neither at its top nor under"
          + " '\(wrappers.joined(separator: "', '"))'; save model.state_dict()")
    }
    return result
  }

  /// The first wrapper that holds a dict with a tensor, if any.
  private static func wrapped(
    in root: [(key: PickleValue, value: PickleValue)], of graph: PickleGraph
  ) -> (name: String, pairs: [(key: PickleValue, value: PickleValue)])? {
    for wrapper in wrappers {
      for (key, value) in root where graph.text(key, limit: 32) == wrapper {
        if let pairs = graph.pairs(value),
          pairs.contains(where: { graph.tensorCall($0.value) != nil })
        {
          return (wrapper, pairs)
        }
      }
    }
    return nil
  }

  private static func name(
    of key: PickleValue, metadata: inout TorchMetadata, tensors: inout TorchTensors
  ) throws(Fault) -> String {
    let json = try metadata.json(key, tensors: &tensors)
    return json.string ?? json.serialized()
  }
}
