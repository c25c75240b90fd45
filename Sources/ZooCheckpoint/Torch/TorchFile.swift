import ZooCore
import ZooTensors

/// Reads the zip archives that `torch.save` and `torch.jit.save` write.
enum TorchFile {
  /// The entries that describe the tensors.
  struct Records {
    /// The folder of all entries, with its slash.
    let folder: String
    let pickle: ZipEntry
    let version: ZipEntry
    let byteOrder: ZipEntry?
    /// The constants of a TorchScript program, which no other archive has.
    let constants: ZipEntry?

    var all: [ZipEntry] { [pickle, version, byteOrder, constants].compactMap(\.self) }
  }

  /// The versions that PyTorch reads.
  private static let knownVersions = 1...10

  /// Whether a file is a zip archive, by its first bytes.
  static func isZip(_ storage: ByteStorage) -> Bool {
    storage.hasBytes([0x50, 0x4B, 0x03, 0x04]) || storage.hasBytes([0x50, 0x4B, 0x05, 0x06])
  }

  static func read(
    _ archive: ZipArchive, limits: CheckpointLimits, checkingCRC: Bool
  ) throws(Fault) -> CheckpointContents {
    var archive = archive
    let records = try records(of: archive, limits: limits)
    try checkVersion(records.version, of: &archive)
    try checkTexts(in: &archive, folder: records.folder)
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
    let folder = try folder(of: archive)
    guard pickle.name == folder + "data.pkl" else {
      throw .corrupt("its pickle is '\(pickle.name)' where '\(folder)data.pkl' should be")
    }
    let constants = archive[folder + "constants.pkl"]
    for entry in [pickle, constants] where entry?.size ?? 0 > limits.pickleBytes {
      throw .limit("bytes of pickle", limits.pickleBytes)
    }
    let byteOrder = archive[folder + "byteorder"]
    guard byteOrder.map({ $0.size <= 16 }) ?? true else {
      throw .corrupt("its byte order record is not one")
    }
    guard let version = archive[folder + ".data/version"] ?? archive[folder + "version"] else {
      throw .corrupt("the record of its version ('\(folder)version') is missing")
    }
    guard version.size <= 16 else {
      throw .corrupt("its version is not a number", at: version.data.lowerBound)
    }
    return Records(
      folder: folder, pickle: pickle, version: version, byteOrder: byteOrder, constants: constants)
  }

  /// The folder that all entries have to lie in, with its slash: that of the first one.
  private static func folder(of archive: ZipArchive) throws(Fault) -> String {
    let first = archive.firstName ?? ""
    guard let slash = first.firstIndex(of: "/") else {
      throw .corrupt("its entry '\(first)' lies in no folder")
    }
    let folder = String(first[...slash])
    if let other = archive.entries.first(where: { !$0.name.utf8.starts(with: folder.utf8) }) {
      throw .corrupt(
        "its entry '\(other.name)' does not lie in the folder '\(folder)' of the first one",
        at: other.extent.lowerBound)
    }
    return folder
  }

  private static func pickle(of archive: ZipArchive) throws(Fault) -> ZipEntry {
    let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first else {
      throw ForeignFile.fault(forArchiveOf: archive.entries.map(\.name))
    }
    guard pickles.count == 1 else {
      throw .corrupt("it holds \(pickles.count) pickles called data.pkl where there should be one")
    }
    return pickle
  }

  /// The version of the archive's format; not that of PyTorch.
  private static func checkVersion(
    _ entry: ZipEntry, of archive: inout ZipArchive
  ) throws(Fault) {
    let record = try archive.contents(of: entry, checkingCRC: true)
    let digits = record.bytes.filter { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let version = Int(String(decoding: digits, as: UTF8.self))
    else { throw .corrupt("its version is not a number", at: entry.data.lowerBound) }
    guard knownVersions.contains(version) else {
      throw .unsupported(
        "its archive is of version \(version), and \(knownVersions.lowerBound) to"
          + " \(knownVersions.upperBound) are known; save it again with another PyTorch",
        at: entry.data.lowerBound)
    }
  }

  /// Short records that nothing needs, but that PyTorch reads: a number, a text, and anything.
  private static func checkTexts(
    in archive: inout ZipArchive, folder: String
  ) throws(Fault) {
    for name in [".storage_alignment", ".data/serialization_id", ".format_version"] {
      guard let entry = archive[folder + name], entry.isHere else { continue }
      guard entry.size <= 1024 else {
        throw .corrupt("its record '\(entry.name)' is too long", at: entry.data.lowerBound)
      }
      let record = try archive.contents(of: entry, checkingCRC: true)
      let text = record.text(in: 0..<entry.size)
      let isSound =
        switch name {
        case ".storage_alignment": text.flatMap { Int($0) } != nil
        case ".data/serialization_id": text != nil
        default: true
        }
      guard isSound else {
        throw .corrupt("its record '\(entry.name)' is not one", at: entry.data.lowerBound)
      }
    }
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
