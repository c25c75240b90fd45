import ZooCheckpoint
import ZooCore
import ZooTensors

/// The data of one column, or the faults, of a frame.
enum SpoolSection {
  case bytes([UInt8])
  /// Not copied: the elements of a tensor in row-major order, as they lie in memory.
  case floats([Float])

  private static let missing = UInt32.max

  init(_ values: TableBatch.Values) {
    switch values {
    case .texts(let texts):
      var bytes: [UInt8] = []
      for text in texts { SpoolSection.append(text, to: &bytes) }
      self = .bytes(bytes)
    case .integers(let integers):
      var bytes = integers.map { $0 == nil ? 0 : 1 as UInt8 }
      for integer in integers { bytes.append(littleEndian: integer ?? 0) }
      self = .bytes(bytes)
    case .numbers(let numbers):
      var bytes = numbers.map { $0 == nil ? 0 : 1 as UInt8 }
      for number in numbers { bytes.append(littleEndian: (number ?? 0).bitPattern) }
      self = .bytes(bytes)
    case .vectors(let tensor): self = .floats(tensor.scalars)
    }
  }

  init(_ faults: [RowFault]) {
    var bytes: [UInt8] = []
    for fault in faults {
      SpoolSection.append(fault.sample, to: &bytes)
      SpoolSection.append(fault.reason, to: &bytes)
      SpoolSection.append("\(fault.kind.rawValue)", to: &bytes)
    }
    self = .bytes(bytes)
  }

  /// What the frame's header says of it.
  var summary: SpoolFrame.Section {
    switch self {
    case .bytes(let bytes):
      SpoolFrame.Section(size: bytes.count, crc: crc32(of: bytes.span.bytes))
    case .floats(let floats):
      SpoolFrame.Section(size: 4 * floats.count, crc: crc32(of: floats.span.bytes))
    }
  }

  /// The faults in a section; `nil` for bytes that are none.
  func faults(_ count: Int) -> [RowFault]? {
    guard case .bytes(let bytes) = self, count <= bytes.count / 12,
      let texts = SpoolSection.texts(in: bytes, 3 * count)
    else { return nil }
    return (0..<count).map {
      let kind = texts[3 * $0 + 2].flatMap { Int32($0) }.flatMap(FailureKind.init)
      return RowFault(
        sample: texts[3 * $0] ?? "", reason: texts[3 * $0 + 1] ?? "", kind: kind ?? .other)
    }
  }

  /// The values of a column for so many rows; `nil` for bytes that are none.
  func values(_ kind: TableColumn.Kind, _ rows: Int) -> TableBatch.Values? {
    switch (self, kind) {
    case (.bytes(let bytes), .text):
      return SpoolSection.texts(in: bytes, rows).map { .texts($0) }
    case (.bytes(let bytes), .integer):
      guard bytes.count % 9 == 0, bytes.count / 9 == rows else { return nil }
      return .integers(
        (0..<rows).map { bytes[$0] == 0 ? nil : bytes.integer(at: rows + 8 * $0, Int64.self) })
    case (.bytes(let bytes), .number):
      guard bytes.count % 5 == 0, bytes.count / 5 == rows else { return nil }
      return .numbers(
        (0..<rows).map {
          bytes[$0] == 0
            ? nil : Float(bitPattern: bytes.integer(at: rows + 4 * $0, UInt32.self))
        })
    case (.floats(let floats), .vector(let shape)):
      var count = rows
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        if overflow { return nil }
        count = product
      }
      guard count == floats.count else { return nil }
      return .vectors(Tensor(shape: [rows] + shape, scalars: floats))
    default: return nil
    }
  }

  private static func append(_ text: String?, to bytes: inout [UInt8]) {
    bytes.append(littleEndian: text.map { UInt32(truncatingIfNeeded: $0.utf8.count) } ?? missing)
    if let text { bytes += text.utf8 }
  }

  private static func texts(in bytes: [UInt8], _ count: Int) -> [String?]? {
    guard count <= bytes.count / 4 else { return nil }
    var texts: [String?] = []
    texts.reserveCapacity(count)
    var position = 0
    for _ in 0..<count {
      guard bytes.count - position >= 4 else { return nil }
      let length = bytes.integer(at: position, UInt32.self)
      position += 4
      if length == missing {
        texts.append(nil)
        continue
      }
      guard bytes.count - position >= Int(length) else { return nil }
      texts.append(String(decoding: bytes[position..<position + Int(length)], as: UTF8.self))
      position += Int(length)
    }
    return position == bytes.count ? texts : nil
  }
}
