import ZooCore
import ZooTensors

/// Reads the zip archives that `torch.save` and `torch.jit.save` write.
enum TorchFile {
  /// The entries that describe the tensors.
  struct Records {
    /// The folder of all entries, with its slash.
    let folder: String
    let pickle: ZipEntry
    let byteOrder: ZipEntry?
    /// The constants of a TorchScript program, which no other archive has.
    let constants: ZipEntry?

    var all: [ZipEntry] { [pickle, byteOrder, constants].compactMap(\.self) }
  }

  /// Whether a file is a zip archive, by its first bytes.
  static func isZip(_ storage: ByteStorage) -> Bool {
    storage.hasBytes([0x50, 0x4B, 0x03, 0x04]) || storage.hasBytes([0x50, 0x4B, 0x05, 0x06])
  }

  static func read(
    _ archive: ZipArchive, limits: CheckpointLimits, checkingCRC: Bool
  ) throws(Fault) -> CheckpointContents {
    var archive = archive
    let records = try records(of: archive, limits: limits)
    if let entry = records.byteOrder { try checkByteOrder(entry, of: &archive) }
    let bytes = try archive.contents(of: records.pickle, checkingCRC: true)
    if let constants = records.constants {
      return try TorchScript.read(
        bytes, constants: constants, in: archive, records, limits: limits, checkingCRC: checkingCRC)
    }
    let graph = try Unpickler.read(bytes, limits: limits)
    let folder = records.folder + "data/"
    var tensors = TorchTensors(
      source: .archive(archive, folder: folder), graph: graph, limits: limits,
      checksCRC: checkingCRC)
    var contents = try TorchState.contents(of: graph, tensors: &tensors, limits: limits)
    contents.unused = tensors.unused + archive.unused(besides: tensors, folder: folder)
    return contents
  }

  /// The entries that describe the tensors, of sizes that may be read.
  static func records(
    of archive: ZipArchive, limits: CheckpointLimits
  ) throws(Fault) -> Records {
    let pickle = try pickle(of: archive)
    let folder = String(pickle.name.dropLast("data.pkl".count))
    let constants = archive[folder + "constants.pkl"]
    for entry in [pickle, constants] where entry?.size ?? 0 > limits.pickleBytes {
      throw .limit("bytes of pickle", limits.pickleBytes)
    }
    let byteOrder = archive[folder + "byteorder"]
    guard byteOrder.map({ $0.size <= 16 }) ?? true else {
      throw .corrupt("its byte order record is not one")
    }
    return Records(folder: folder, pickle: pickle, byteOrder: byteOrder, constants: constants)
  }

  private static func pickle(of archive: ZipArchive) throws(Fault) -> ZipEntry {
    let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first else {
      throw .unsupported(ForeignFile.reason(forArchiveOf: archive.entries.map(\.name)))
    }
    guard pickles.count == 1 else {
      throw .corrupt("it holds \(pickles.count) pickles called data.pkl where there should be one")
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
    throw .corrupt("its byte order is neither little nor big", at: entry.data.lowerBound)
  }
}
