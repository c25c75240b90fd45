import ZooTensors

/// A zip archive in memory: its entries, all checked against each other.
package struct ZipArchive {
  let storage: ByteStorage
  /// In the order in which they lie in the file.
  let entries: [ZipEntry]
  /// The name of the first entry of the directory, by which PyTorch knows the folder of all.
  let firstName: String?
  /// Where the directory begins.
  let directoryStart: Int
  /// Whether the entries have CRCs; PyTorch can be told to write none (`compute_crc32`), and then all
  /// are 0.
  let hasChecksums: Bool
  /// By their names without capitals.
  private let positions: [String: Int]
  private let limits: CheckpointLimits
  private var inflatedTotal = 0

  /// Reads the directory and every local header.
  ///
  /// - Parameter parts: what there is of the file, if not all of it: at least its directory. Of an
  ///   entry that is not there, only what the directory says is checked.
  /// - Throws: ``Fault`` if records disagree, entries overlap or lie outside the file, or two have
  ///   one name.
  init(
    _ storage: ByteStorage, limits: CheckpointLimits, parts: SparseFile? = nil
  ) throws(Fault) {
    let end = try ZipEndRecord(in: storage)
    guard end.entryCount <= limits.zipEntries else {
      throw .limit("zip entries", limits.zipEntries)
    }
    var directory = ByteReader(storage, at: end.directory.lowerBound)
    var headers: [ZipHeader] = []
    for _ in 0..<end.entryCount { headers.append(try ZipHeader(central: &directory)) }
    guard directory.position == end.directory.upperBound else {
      throw .corrupt("the zip directory does not hold the stated entries", at: directory.position)
    }
    firstName = headers.first?.name
    // In the order in which they lie, so that no byte is read for two entries.
    headers.sort { $0.localOffset < $1.localOffset }
    var entries: [ZipEntry] = []
    var positions: [String: Int] = [:]
    var free = 0
    for (index, header) in headers.enumerated() {
      guard header.localOffset >= free, header.localOffset < end.directory.lowerBound else {
        throw .corrupt(
          "zip entry '\(header.name)' overlaps another part of the archive",
          at: header.localOffset)
      }
      let following = index + 1 < headers.count ? headers[index + 1].localOffset : Int.max
      let next = min(following, end.directory.lowerBound)
      let entry = try ZipArchive.entry(of: header, upTo: next, in: storage, parts)
      free = entry.extent.upperBound
      guard free <= end.directory.lowerBound else {
        throw .corrupt(
          "zip entry '\(entry.name)' reaches into the zip directory", at: header.localOffset)
      }
      if let other = positions.updateValue(entries.count, forKey: entry.name.withoutCase) {
        let isSame = entries[other].name == entry.name
        throw .corrupt(
          "two zip entries are called '\(entry.name)'"
            + (isSame ? "" : " by PyTorch, which tells no capitals from small letters"),
          at: header.position)
      }
      entries.append(entry)
    }
    self.storage = storage
    self.entries = entries
    directoryStart = end.directory.lowerBound
    hasChecksums = entries.contains { $0.crc != 0 }
    self.positions = positions
    self.limits = limits
  }

  private static func entry(
    of header: ZipHeader, upTo end: Int, in storage: ByteStorage, _ parts: SparseFile?
  ) throws(Fault) -> ZipEntry {
    if let parts {
      let absent = try ZipEntry(absent: header, upTo: end)
      if !parts.has(absent.extent) { return absent }
    }
    return try ZipEntry(header, in: storage)
  }

  /// The entry of a name; like PyTorch, whether it has capitals or small letters.
  subscript(name: String) -> ZipEntry? {
    let name = name.withoutCase
    guard let entry = positions[name].map({ entries[$0] }) else { return nil }
    // Strings are equal as well if they only look alike.
    return entry.name.withoutCase.utf8.elementsEqual(name.utf8) ? entry : nil
  }

  /// The bytes of an entry: a part of the archive if it is stored, else inflated.
  ///
  /// Inflated bytes are always checked against the CRC, if there is one; stored ones on request. An
  /// entry that is not there reads as zeros.
  mutating func contents(of entry: ZipEntry, checkingCRC: Bool) throws(Fault) -> ByteStorage {
    let raw = storage.slice(entry.data)
    guard entry.isHere else { return entry.isDeflated ? try zeros(for: entry) : raw }
    let result: ByteStorage
    if entry.isDeflated {
      try account(for: entry)
      do throws(Fault) {
        result = try inflated(raw.bytes, size: entry.size)
      } catch {
        throw error.inside("zip entry '\(entry.name)'")
      }
    } else {
      result = raw
    }
    if hasChecksums, checkingCRC || entry.isDeflated {
      let crc = crc32(of: result.bytes)
      guard crc == entry.crc else {
        throw .corrupt(
          "zip entry '\(entry.name)' has CRC \(hexadecimal(crc)) where \(hexadecimal(entry.crc)) is"
            + " stated")
      }
    }
    return result
  }

  private mutating func zeros(for entry: ZipEntry) throws(Fault) -> ByteStorage {
    try account(for: entry)
    return try SparseFile(size: entry.size).storage
  }

  /// Refuses an entry before any memory is taken for it.
  private mutating func account(for entry: ZipEntry) throws(Fault) {
    let (total, overflow) = inflatedTotal.addingReportingOverflow(entry.size)
    guard !overflow, total <= limits.inflatedBytes else {
      throw .limit("bytes in compressed entries", limits.inflatedBytes)
    }
    let small = 1 << 20
    guard total <= small || total / max(limits.inflationRatio, 1) <= storage.bytes.count else {
      throw Fault(
        kind: .integrity,
        reason: "its compressed entries would inflate to \(total) bytes, more than"
          + " \(limits.inflationRatio) times its size; if you trust it, raise the limit",
        offset: entry.extent.lowerBound)
    }
    inflatedTotal = total
  }
}

extension String {
  /// The name with capitals of ASCII as small letters.
  fileprivate var withoutCase: String {
    String(
      decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}

/// A number as eight hexadecimal digits.
private func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
