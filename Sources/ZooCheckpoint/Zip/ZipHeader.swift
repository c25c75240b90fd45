import ZooTensors

/// A local or central header of a zip entry.
struct ZipHeader {
  static let stored: UInt16 = 0
  static let deflated: UInt16 = 8

  /// Bytes of a local header before the name.
  static let localSize = 30

  let position: Int
  let flags: UInt16
  let method: UInt16
  let crc: UInt32
  let compressedSize: Int
  let size: Int
  let name: String
  let nameLength: Int
  let localOffset: Int
  /// Whether its attributes, which only the directory has, are those of a folder.
  private let isFolder: Bool

  var hasDescriptor: Bool { flags & 0x08 != 0 }
  private var isEncrypted: Bool { flags & 0x2041 != 0 }
  private var isPatch: Bool { flags & 0x20 != 0 }

  init(central reader: inout ByteReader) throws(Fault) {
    try self.init(&reader, isCentral: true)
  }

  init(local reader: inout ByteReader) throws(Fault) {
    try self.init(&reader, isCentral: false)
  }

  private init(_ reader: inout ByteReader, isCentral: Bool) throws(Fault) {
    position = reader.position
    let signature = try reader.integer(UInt32.self)
    guard signature == (isCentral ? 0x0201_4B50 : 0x0403_4B50) else {
      throw .corrupt("a zip header is missing", at: position)
    }
    _ = try reader.take(isCentral ? 4 : 2)
    flags = try reader.integer()
    method = try reader.integer()
    _ = try reader.take(4)
    crc = try reader.integer()
    var fields = [UInt64(try reader.integer(UInt32.self)), UInt64(try reader.integer(UInt32.self))]
    nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    var commentLength = 0
    if isCentral {
      commentLength = Int(try reader.integer(UInt16.self))
      guard try reader.integer(UInt16.self) == 0 else {
        throw .unsupported("it is one part of a zip archive in several parts", at: position)
      }
      _ = try reader.take(2)
      isFolder = try reader.integer(UInt32.self) & 0x10 != 0
      fields = [fields[1], fields[0], UInt64(try reader.integer(UInt32.self))]
    } else {
      isFolder = false
      fields = [fields[1], fields[0]]
    }
    guard let name = reader.storage.text(in: try reader.take(nameLength)) else {
      throw .corrupt("the name of a zip entry is not UTF-8", at: position)
    }
    let extra = try reader.take(extraLength)
    _ = try reader.take(commentLength)
    let wide = try ZipHeader.widened(fields, by: extra, in: reader.storage)
    self.name = name
    size = wide[0]
    compressedSize = wide[1]
    localOffset = isCentral ? wide[2] : position
  }

  /// Fields of all ones stand in the zip64 extra block, in order.
  private static func widened(
    _ fields: [UInt64], by extra: Range<Int>, in storage: ByteStorage
  ) throws(Fault) -> [Int] {
    var values = fields
    var isWide = !fields.contains(UInt64(UInt32.max))
    var reader = ByteReader(storage, at: extra.lowerBound)
    while !isWide, reader.position + 4 <= extra.upperBound {
      let id = try reader.integer(UInt16.self)
      let length = Int(try reader.integer(UInt16.self))
      let block = try reader.take(length)
      guard block.upperBound <= extra.upperBound else { break }
      guard id == 1 else { continue }
      var wide = ByteReader(storage, at: block.lowerBound)
      for index in values.indices where values[index] == UInt64(UInt32.max) {
        values[index] = try wide.integer()
      }
      isWide = wide.position <= block.upperBound
    }
    var result: [Int] = []
    for value in values {
      guard isWide, let value = Int(exactly: value) else {
        throw .corrupt("a zip64 header has no valid sizes", at: extra.lowerBound)
      }
      result.append(value)
    }
    return result
  }

  /// Refuses what is not read, and names that could lead out of the archive.
  func check() throws(Fault) {
    if isEncrypted { throw .unsupported("zip entry '\(name)' is encrypted") }
    if isPatch {
      throw .corrupt("zip entry '\(name)' is marked as a patch of another file", at: position)
    }
    if isFolder, size > 0 {
      throw .corrupt("zip entry '\(name)' is marked as a folder", at: position)
    }
    guard method == ZipHeader.stored || method == ZipHeader.deflated else {
      throw .unsupported("zip entry '\(name)' is compressed by method \(method), not deflate")
    }
    guard method == ZipHeader.deflated || compressedSize == size else {
      throw .corrupt("zip entry '\(name)' is stored but states two sizes", at: position)
    }
    let components = name.utf8.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let escapes =
      name.isEmpty || name.utf8.first == UInt8(ascii: "/")
      || name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\\") }
      || components.contains { $0.elementsEqual("..".utf8) }
    if escapes { throw .corrupt("zip entry '\(name)' has a name that is not safe", at: position) }
  }

  func hasSameContents(as other: ZipHeader) -> Bool {
    crc == other.crc && compressedSize == other.compressedSize && size == other.size
  }

  func disagreement(at offset: Int) -> Fault {
    .corrupt("the two headers of zip entry '\(name)' differ", at: offset)
  }

  /// Passes over the data descriptor, in whichever of its four forms states the same as this.
  func passDescriptor(_ reader: inout ByteReader) throws(Fault) {
    let start = reader.position
    for hasSignature in [true, false] {
      for isWide in [false, true] {
        var attempt = ByteReader(reader.storage, at: start)
        if (try? descriptor(&attempt, hasSignature: hasSignature, isWide: isWide)) == true {
          reader = attempt
          return
        }
      }
    }
    throw .corrupt("the data descriptor of zip entry '\(name)' disagrees with it", at: start)
  }

  private func descriptor(
    _ reader: inout ByteReader, hasSignature: Bool, isWide: Bool
  ) throws(Fault) -> Bool {
    if hasSignature, try reader.integer(UInt32.self) != 0x0807_4B50 { return false }
    guard try reader.integer(UInt32.self) == crc else { return false }
    let sizes: (UInt64, UInt64)
    if isWide {
      sizes = (try reader.integer(), try reader.integer())
    } else {
      sizes = (
        UInt64(try reader.integer(UInt32.self)), UInt64(try reader.integer(UInt32.self))
      )
    }
    return sizes == (UInt64(compressedSize), UInt64(size))
  }
}
