/// A value of a FlatBuffers file.
///
/// Source: the "FlatBuffers Internals" page of Google's FlatBuffers.
indirect enum FlatValue {
  case bool(Bool)
  case uint8(UInt8)
  case int16(Int16)
  case int32(Int32)
  case int64(Int64)
  case text(String)
  /// Tables or texts.
  case list([FlatValue])
  /// Fields by their number; `nil` for those that have their default.
  case table([FlatValue?])

  /// How many bytes the value takes in a table, where texts, lists and tables have an offset.
  fileprivate var inlineSize: Int {
    switch self {
    case .bool, .uint8: 1
    case .int16: 2
    case .int32, .text, .list, .table: 4
    case .int64: 8
    }
  }

  /// The bytes of a file with this table as its root.
  func serialized() -> [UInt8] {
    var bytes: [UInt8] = Array(repeating: 0, count: 4)
    append(to: &bytes, referredFrom: 0)
    while bytes.count % 8 != 0 { bytes.append(0) }
    return bytes
  }

  /// Appends what is not inline and says so at the place that refers to it.
  private func append(to bytes: inout [UInt8], referredFrom reference: Int) {
    let start: Int
    switch self {
    case .bool, .uint8, .int16, .int32, .int64: return
    case .text(let text):
      FlatValue.align(&bytes, to: 4)
      start = bytes.count
      bytes.append(littleEndian: UInt32(text.utf8.count))
      bytes += text.utf8
      bytes.append(0)
    case .list(let elements):
      FlatValue.align(&bytes, to: 4)
      start = bytes.count
      bytes.append(littleEndian: UInt32(elements.count))
      let first = bytes.count
      bytes += Array(repeating: 0, count: 4 * elements.count)
      for (index, element) in elements.enumerated() {
        element.append(to: &bytes, referredFrom: first + 4 * index)
      }
    case .table(let fields):
      start = FlatValue.append(fields, to: &bytes)
    }
    FlatValue.set(&bytes, at: reference, to: UInt32(start - reference))
  }

  /// Appends the list of the fields' places and then the table; returns where the table begins.
  private static func append(_ fields: [FlatValue?], to bytes: inout [UInt8]) -> Int {
    // The table begins with the distance to the list of places; large fields come first.
    var size = 4
    var places = Array(repeating: 0, count: fields.count)
    for width in [8, 4, 2, 1] {
      for (index, field) in fields.enumerated() where field?.inlineSize == width {
        size = (size + width - 1) / width * width
        places[index] = size
        size += width
      }
    }
    let listSize = 4 + 2 * fields.count
    while (bytes.count + listSize) % 8 != 0 { bytes.append(0) }
    let list = bytes.count
    bytes.append(littleEndian: UInt16(listSize))
    bytes.append(littleEndian: UInt16(size))
    for place in places { bytes.append(littleEndian: UInt16(place)) }

    let table = bytes.count
    bytes += Array(repeating: 0, count: size)
    set(&bytes, at: table, to: UInt32(table - list))
    for (field, place) in zip(fields, places) {
      switch field {
      case .bool(let value): bytes[table + place] = value ? 1 : 0
      case .uint8(let value): bytes[table + place] = value
      case .int16(let value): set(&bytes, at: table + place, to: value)
      case .int32(let value): set(&bytes, at: table + place, to: value)
      case .int64(let value): set(&bytes, at: table + place, to: value)
      case .text, .list, .table, nil: field?.append(to: &bytes, referredFrom: table + place)
      }
    }
    return table
  }

  private static func align(_ bytes: inout [UInt8], to size: Int) {
    while bytes.count % size != 0 { bytes.append(0) }
  }

  private static func set<T: FixedWidthInteger>(
    _ bytes: inout [UInt8], at position: Int, to value: T
  ) {
    for byte in 0..<T.bitWidth / 8 {
      bytes[position + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }
}

/// A table of a FlatBuffers file; what lies outside the bytes is not there.
struct FlatTable {
  private let bytes: [UInt8]
  private let position: Int
  private let places: Range<Int>

  /// The table at the root; `nil` if there is none.
  init?(root bytes: [UInt8]) {
    self.init(bytes, referredFrom: 0)
  }

  private init?(_ bytes: [UInt8], referredFrom reference: Int) {
    guard let table = FlatTable.target(bytes, reference),
      let distance = FlatTable.integer(Int32.self, bytes, table)
    else { return nil }
    let list = table - Int(distance)
    guard let size = FlatTable.integer(UInt16.self, bytes, list), size >= 4,
      list + Int(size) <= bytes.count
    else { return nil }
    self.bytes = bytes
    position = table
    places = list + 4..<list + Int(size)
  }

  func integer<T: FixedWidthInteger>(_ field: Int, _: T.Type = T.self) -> T? {
    place(field).flatMap { FlatTable.integer(T.self, bytes, $0) }
  }

  func table(_ field: Int) -> FlatTable? {
    place(field).flatMap { FlatTable(bytes, referredFrom: $0) }
  }

  /// The tables of a list, which is empty if it is absent; `nil` if they are too many or one is not
  /// there.
  func tables(_ field: Int, limit: Int) -> [FlatTable]? {
    guard let place = place(field) else { return [] }
    guard let start = FlatTable.target(bytes, place),
      let count = FlatTable.integer(UInt32.self, bytes, start),
      Int(count) <= limit
    else { return nil }
    var result: [FlatTable] = []
    for index in 0..<Int(count) {
      guard let table = FlatTable(bytes, referredFrom: start + 4 + 4 * index) else { return nil }
      result.append(table)
    }
    return result
  }

  /// Where a field lies; `nil` if it has its default.
  private func place(_ field: Int) -> Int? {
    let entry = places.lowerBound + 2 * field
    guard entry + 2 <= places.upperBound,
      let place = FlatTable.integer(UInt16.self, bytes, entry), place != 0
    else { return nil }
    return position + Int(place)
  }

  private static func target(_ bytes: [UInt8], _ reference: Int) -> Int? {
    integer(UInt32.self, bytes, reference).map { reference + Int($0) }
  }

  private static func integer<T: FixedWidthInteger>(
    _: T.Type, _ bytes: [UInt8], _ position: Int
  ) -> T? {
    let size = T.bitWidth / 8
    guard position >= 0, position <= bytes.count - size else { return nil }
    var value: T = 0
    for byte in 0..<size { value |= T(truncatingIfNeeded: bytes[position + byte]) << (8 * byte) }
    return value
  }
}
