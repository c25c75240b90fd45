import ZooTensors

/// The records at the end of a zip archive: where its central directory lies.
struct ZipEndRecord {
  let directory: Range<Int>
  let entryCount: Int

  private static let size = 22
  private static let locatorSize = 20

  init(in storage: ByteStorage) throws(Fault) {
    let end = try ZipEndRecord.find(in: storage)
    var reader = ByteReader(storage, at: end + 4)
    let disk = try reader.integer(UInt16.self)
    let directoryDisk = try reader.integer(UInt16.self)
    let countOnDisk = try reader.integer(UInt16.self)
    var fields = ZipDirectoryFields(
      count: UInt64(try reader.integer(UInt16.self)),
      size: UInt64(try reader.integer(UInt32.self)),
      offset: UInt64(try reader.integer(UInt32.self)))
    guard disk == 0 || disk == .max, directoryDisk == 0 || directoryDisk == .max,
      UInt64(countOnDisk) == fields.count
    else { throw .unsupported("it is one part of a zip archive in several parts") }

    var directoryEnd = end
    let locator = end - ZipEndRecord.locatorSize
    if storage.hasBytes([0x50, 0x4B, 0x06, 0x07], at: locator) {
      let (large, start) = try ZipEndRecord.zip64(in: storage, locator: locator)
      guard fields.agree(with: large) else {
        throw .corrupt("the two end records of the zip archive differ", at: end)
      }
      fields = large
      directoryEnd = start
    }
    guard let count = Int(exactly: fields.count), let size = Int(exactly: fields.size),
      let offset = Int(exactly: fields.offset), offset <= directoryEnd,
      size == directoryEnd - offset
    else { throw .corrupt("the zip directory does not lie where the end record says", at: end) }
    directory = offset..<directoryEnd
    entryCount = count
  }

  /// The last place that looks like an end record; its comment has to reach the end of the file.
  ///
  /// Looking further for one whose comment does would find another directory than PyTorch.
  private static func find(in storage: ByteStorage) throws(Fault) -> Int {
    let last = storage.bytes.count - size
    if last >= 0 {
      for commentLength in 0...min(last, Int(UInt16.max)) {
        let start = last - commentLength
        guard storage.bytes[start] == 0x50, storage.hasBytes([0x50, 0x4B, 0x05, 0x06], at: start)
        else { continue }
        var reader = ByteReader(storage, at: start + 20)
        let stated = Int(try reader.integer(UInt16.self))
        guard stated <= commentLength else {
          throw .corrupt("the zip archive's comment of \(stated) bytes is cut off", at: start)
        }
        guard stated == commentLength else {
          throw .corrupt(
            "\(commentLength - stated) bytes follow the end of the zip archive", at: start)
        }
        return start
      }
    }
    throw Fault(
      kind: .integrity,
      reason: "it begins as a zip archive but ends after \(storage.bytes.count) bytes without the"
        + " archive's directory: the file is truncated, fetch it again")
  }

  private static func zip64(
    in storage: ByteStorage, locator: Int
  ) throws(Fault) -> (fields: ZipDirectoryFields, start: Int) {
    var reader = ByteReader(storage, at: locator + 4)
    let disk = try reader.integer(UInt32.self)
    let position = try reader.integer(UInt64.self)
    let diskCount = try reader.integer(UInt32.self)
    guard disk == 0, diskCount == 1, let start = Int(exactly: position), start < locator,
      storage.hasBytes([0x50, 0x4B, 0x06, 0x06], at: start)
    else { throw .corrupt("the zip64 locator points to no end record", at: locator) }
    reader = ByteReader(storage, at: start + 4)
    let length = try reader.integer(UInt64.self)
    guard length >= 44, Int(exactly: length) == locator - start - 12 else {
      throw .corrupt("the zip64 end record has a wrong length", at: start)
    }
    _ = try reader.take(4)
    let disks = (try reader.integer(UInt32.self), try reader.integer(UInt32.self))
    let countOnDisk = try reader.integer(UInt64.self)
    let fields = ZipDirectoryFields(
      count: try reader.integer(), size: try reader.integer(), offset: try reader.integer())
    guard disks == (0, 0), countOnDisk == fields.count else {
      throw .unsupported("it is one part of a zip archive in several parts")
    }
    return (fields, start)
  }
}

private struct ZipDirectoryFields {
  var count: UInt64
  var size: UInt64
  var offset: UInt64

  /// A field of the small record is either all ones or equal to that of the zip64 record.
  func agree(with large: ZipDirectoryFields) -> Bool {
    (count == UInt64(UInt16.max) || count == large.count)
      && (size == UInt64(UInt32.max) || size == large.size)
      && (offset == UInt64(UInt32.max) || offset == large.offset)
  }
}
