/// What EXIF data say of the orientation.
enum EXIFOrientation: Equatable {
  /// The data are no TIFF file.
  case unreadable
  /// There is no such field.
  case absent
  /// The field's first value; `nil` if that is no whole number.
  case stated(Int?)

  /// Reads the first directory as Pillow does: a field counts if its value can be read, whatever
  /// comes after it, and its numbers may be of any type and count.
  init(_ data: [UInt8]) {
    let prefix = Array("Exif\0\0".utf8)
    var bytes = data[...]
    for _ in 0..<2 where bytes.starts(with: prefix) { bytes = bytes.dropFirst(prefix.count) }
    if bytes.isEmpty {
      self = .absent
    } else if let directory = TIFFDirectory(Array(bytes)) {
      self = directory.orientation
    } else {
      self = .unreadable
    }
  }
}

/// The first directory of a TIFF file.
private struct TIFFDirectory {
  private let bytes: [UInt8]
  private let isBigEndian: Bool
  private let offset: Int

  /// `nil` for other data, and for BigTIFF.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    // Two of these are mixtures of both byte orders, of which the letters decide.
    if ["MM\0*", "MM*\0", "MM\0+"].contains(where: { bytes.starts(with: $0.utf8) }) {
      isBigEndian = true
    } else if ["II*\0", "II\0*"].contains(where: { bytes.starts(with: $0.utf8) }) {
      isBigEndian = false
    } else {
      return nil
    }
    guard let offset = Self.integer(bytes, at: 4, count: 4, isBigEndian) else { return nil }
    self.offset = offset
  }

  var orientation: EXIFOrientation {
    guard let count = integer(at: offset, count: 2) else { return .absent }
    var sizeElsewhere = 0
    for entry in 0..<count {
      let place = offset + 2 + 12 * entry
      guard place + 12 <= bytes.count, let tag = integer(at: place, count: 2),
        let number = integer(at: place + 2, count: 2), let count = integer(at: place + 4, count: 4)
      else { return .absent }
      guard let type = FieldType(rawValue: number), count > 0 else { continue }
      let size = count * type.size
      var value = place + 8
      if size > 4 {
        // Values larger than the file are passed over; others outside of it end the directory.
        sizeElsewhere += size
        if sizeElsewhere > bytes.count { continue }
        value = integer(at: value, count: 4) ?? bytes.count
        guard value + size <= bytes.count else { return .absent }
      }
      if tag == 0x0112 { return .stated(wholeNumber(type, at: value)) }
    }
    return .absent
  }

  /// The types of TIFF 6 and the one of BigTIFF that Pillow reads too.
  private enum FieldType: Int {
    case byte = 1
    case text, short, long, rational, signedByte, undefined, signedShort, signedLong
    case signedRational, float, double, directory
    case long8 = 16

    var size: Int {
      switch self {
      case .byte, .text, .signedByte, .undefined: 1
      case .short, .signedShort: 2
      case .long, .signedLong, .float, .directory: 4
      case .rational, .signedRational, .double, .long8: 8
      }
    }
  }

  private func wholeNumber(_ type: FieldType, at place: Int) -> Int? {
    guard let bits = integer(at: place, count: type.size) else { return nil }
    switch type {
    case .byte, .text, .undefined: return nil
    case .short, .long, .directory, .long8: return bits
    case .signedByte: return Int(Int8(truncatingIfNeeded: bits))
    case .signedShort: return Int(Int16(truncatingIfNeeded: bits))
    case .signedLong: return Int(Int32(truncatingIfNeeded: bits))
    case .float: return Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: return Int(exactly: Double(bitPattern: UInt64(bitPattern: Int64(bits))))
    case .rational, .signedRational:
      guard var numerator = integer(at: place, count: 4),
        var denominator = integer(at: place + 4, count: 4)
      else { return nil }
      if type == .signedRational {
        numerator = Int(Int32(truncatingIfNeeded: numerator))
        denominator = Int(Int32(truncatingIfNeeded: denominator))
      }
      guard denominator != 0, numerator % denominator == 0 else { return nil }
      return numerator / denominator
    }
  }

  private func integer(at offset: Int, count: Int) -> Int? {
    Self.integer(bytes, at: offset, count: count, isBigEndian)
  }

  /// An unsigned number; one of 8 bytes has the bits of a signed one.
  private static func integer(
    _ bytes: [UInt8], at offset: Int, count: Int, _ isBigEndian: Bool
  ) -> Int? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    let field = bytes[offset..<offset + count]
    return (isBigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
}
