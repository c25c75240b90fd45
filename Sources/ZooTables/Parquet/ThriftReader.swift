/// Reads structures in Thrift's compact protocol, never beyond the end of the bytes.
struct ThriftReader {
  private let bytes: [UInt8]
  private(set) var position: Int
  /// Where the bytes lie in the file, for messages.
  private let origin: Int

  init(_ bytes: [UInt8], at position: Int = 0, origin: Int = 0) {
    self.bytes = bytes
    self.position = position
    self.origin = origin
  }

  /// The next field of a structure; `nil` at its end.
  ///
  /// - Parameter last: the number of the last field, 0 at first; it is moved on.
  mutating func field(after last: inout Int) throws(ParquetFault) -> (id: Int, kind: ThriftKind)? {
    let start = position
    let byte = try byte()
    if byte == 0 { return nil }
    let kind = try kind(byte & 0xF, at: start)
    let id = byte >> 4 == 0 ? try zigzag() : last + Int(byte >> 4)
    guard id > 0, id <= Int(Int16.max) else { throw corrupt("a field has the number \(id)", start) }
    last = id
    return (id, kind)
  }

  mutating func integer(_ kind: ThriftKind) throws(ParquetFault) -> Int {
    switch kind {
    case .int16, .int32, .int64: return try zigzag()
    default: throw corrupt("something else stands where a number should be", position)
    }
  }

  /// A number that counts something or says where it is.
  mutating func count(_ kind: ThriftKind) throws(ParquetFault) -> Int {
    let start = position
    let value = try integer(kind)
    guard value >= 0 else { throw corrupt("a count is \(value)", start) }
    return value
  }

  mutating func binary(_ kind: ThriftKind) throws(ParquetFault) -> ArraySlice<UInt8> {
    guard kind == .binary else {
      throw corrupt("something else stands where a text should be", position)
    }
    let length = try length()
    defer { position += length }
    return bytes[position..<position + length]
  }

  mutating func text(_ kind: ThriftKind) throws(ParquetFault) -> String {
    let start = position
    guard let text = String(validating: try binary(kind), as: UTF8.self) else {
      throw corrupt("a text is not UTF-8", start)
    }
    return text
  }

  /// How many elements a list has, which must be of one kind.
  mutating func list(
    _ kind: ThriftKind, of element: ThriftKind
  ) throws(ParquetFault) -> Int {
    let start = position
    guard kind == .list else {
      throw corrupt("something else stands where a list should be", start)
    }
    let (count, found) = try listHeader()
    guard count == 0 || found == element else {
      throw corrupt("a list holds elements of another kind than it should", start)
    }
    return count
  }

  /// Begins a structure; its fields follow.
  func expectStructure(_ kind: ThriftKind) throws(ParquetFault) {
    guard kind == .structure else {
      throw corrupt("something else stands where a structure should be", position)
    }
  }

  /// Passes over what a field holds.
  mutating func skip(_ kind: ThriftKind, depth: Int = 0) throws(ParquetFault) {
    guard depth < ParquetFormat.depthLimit else {
      throw corrupt("structures lie too deep inside each other", position)
    }
    switch kind {
    case .yes, .no: break
    case .int8: _ = try byte()
    case .int16, .int32, .int64: _ = try varint()
    case .double:
      guard bytes.count - position >= 8 else { throw ended() }
      position += 8
    case .binary:
      let length = try length()
      position += length
    case .list, .set:
      let (count, element) = try listHeader()
      for _ in 0..<count { try skipElement(element, depth: depth + 1) }
    case .map:
      let count = try length()
      if count == 0 { return }
      let start = position
      let kinds = try byte()
      let (key, value) = (
        try self.kind(kinds >> 4, at: start), try self.kind(kinds & 0xF, at: start)
      )
      for _ in 0..<count {
        try skipElement(key, depth: depth + 1)
        try skipElement(value, depth: depth + 1)
      }
    case .structure:
      var last = 0
      while let field = try field(after: &last) { try skip(field.kind, depth: depth + 1) }
    }
  }

  /// In a list a truth value takes a byte, which it does not in a structure.
  private mutating func skipElement(_ kind: ThriftKind, depth: Int) throws(ParquetFault) {
    try skip(kind == .yes || kind == .no ? .int8 : kind, depth: depth)
  }

  private mutating func listHeader() throws(ParquetFault) -> (count: Int, kind: ThriftKind) {
    let start = position
    let byte = try byte()
    let count = byte >> 4 == 15 ? try length() : Int(byte >> 4)
    // Some writers give the elements of an empty list no type.
    if count == 0 { return (0, .structure) }
    let kind = try kind(byte & 0xF, at: start)
    // Every element takes a byte or more.
    guard count <= bytes.count - position else { throw ended() }
    return (count, kind)
  }

  private func kind(_ code: UInt8, at start: Int) throws(ParquetFault) -> ThriftKind {
    guard let kind = ThriftKind(rawValue: code) else {
      throw corrupt("a field has the unknown type \(code)", start)
    }
    return kind
  }

  /// A number of bytes or elements, of which not more can follow than there are bytes.
  private mutating func length() throws(ParquetFault) -> Int {
    guard let length = Int(exactly: try varint()), length <= bytes.count - position else {
      throw ended()
    }
    return length
  }

  private mutating func zigzag() throws(ParquetFault) -> Int {
    let value = try varint()
    return Int(value >> 1) ^ -Int(value & 1)
  }

  private mutating func varint() throws(ParquetFault) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw corrupt("a number has too many digits", start)
  }

  private mutating func byte() throws(ParquetFault) -> UInt8 {
    guard position < bytes.count else { throw ended() }
    defer { position += 1 }
    return bytes[position]
  }

  /// Where a place in the bytes lies in the file.
  func filePosition(_ position: Int) -> Int { origin + position }

  private func ended() -> ParquetFault { corrupt("the header ends too early", position) }

  private func corrupt(_ reason: String, _ position: Int) -> ParquetFault {
    .corrupt(reason, at: origin + position)
  }
}
