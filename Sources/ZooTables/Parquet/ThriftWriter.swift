/// Writes structures in Thrift's compact protocol, in which Parquet's headers and footer are.
///
/// Source: `thrift-compact-protocol.md` of Apache Thrift.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  /// The number of the structure's last field; the next one is written as the distance from it.
  private var last = 0

  /// Writes one structure as a whole.
  static func encoded(_ body: (inout ThriftWriter) -> Void) -> [UInt8] {
    var writer = ThriftWriter()
    body(&writer)
    writer.bytes.append(0)
    return writer.bytes
  }

  mutating func field(_ id: Int, int32 value: Int) {
    begin(id, .int32)
    append(zigzag: value)
  }

  mutating func field(_ id: Int, int64 value: Int) {
    begin(id, .int64)
    append(zigzag: value)
  }

  mutating func field(_ id: Int, bool value: Bool) { begin(id, value ? .yes : .no) }

  mutating func field(_ id: Int, _ text: String) { field(id, Array(text.utf8)) }

  mutating func field(_ id: Int, _ value: [UInt8]) {
    begin(id, .binary)
    append(binary: value)
  }

  /// Writes a structure; without a body one that has no fields.
  mutating func field(_ id: Int, _ body: (inout ThriftWriter) -> Void = { _ in }) {
    begin(id, .structure)
    structure(body)
  }

  mutating func field(_ id: Int, int32s values: [Int]) {
    list(id, .int32, values) { $0.append(zigzag: $1) }
  }

  mutating func field(_ id: Int, texts values: [String]) {
    list(id, .binary, values) { $0.append(binary: Array($1.utf8)) }
  }

  /// Writes a list of structures.
  mutating func field<T>(_ id: Int, list values: [T], _ body: (inout ThriftWriter, T) -> Void) {
    list(id, .structure, values) { writer, value in writer.structure { body(&$0, value) } }
  }

  private mutating func list<T>(
    _ id: Int, _ kind: ThriftKind, _ values: [T], _ body: (inout ThriftWriter, T) -> Void
  ) {
    begin(id, .list)
    if values.count < 15 {
      bytes.append(UInt8(values.count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      bytes.append(varint: UInt64(values.count))
    }
    for value in values { body(&self, value) }
  }

  private mutating func structure(_ body: (inout ThriftWriter) -> Void) {
    let outer = last
    last = 0
    body(&self)
    bytes.append(0)
    last = outer
  }

  private mutating func begin(_ id: Int, _ kind: ThriftKind) {
    let step = id - last
    if (1...15).contains(step) {
      bytes.append(UInt8(step) << 4 | kind.rawValue)
    } else {
      bytes.append(kind.rawValue)
      append(zigzag: id)
    }
    last = id
  }

  private mutating func append(zigzag value: Int) {
    bytes.append(varint: UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
  }

  private mutating func append(binary value: [UInt8]) {
    bytes.append(varint: UInt64(value.count))
    bytes += value
  }
}

/// What a field holds.
enum ThriftKind: UInt8 {
  case yes = 1
  case no = 2
  case int8 = 3
  case int16 = 4
  case int32 = 5
  case int64 = 6
  case double = 7
  case binary = 8
  case list = 9
  case set = 10
  case map = 11
  case structure = 12
}

extension [UInt8] {
  /// Appends a number in groups of seven bits, the least significant first.
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// Appends the bytes of a number, the least significant first.
  mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
    for byte in 0..<T.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }
}
