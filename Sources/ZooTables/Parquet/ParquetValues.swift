/// The values of a page, one after the other, plain or by their place in the dictionary.
struct ParquetValues {
  private enum Form {
    case plain(bytes: [UInt8], position: Int)
    case places(RunLengthReader)
  }

  /// The different values of a part of a column.
  enum Dictionary {
    case texts([String])
    case integers([Int64])
    case numbers([Float])
  }

  private var form: Form
  private let type: ParquetFormat.PhysicalType
  private let dictionary: Dictionary?

  /// The values of a page.
  init(
    _ page: ParquetPages.Page, type: ParquetFormat.PhysicalType, dictionary: Dictionary?
  ) throws(ParquetFault) {
    self.type = type
    switch page.encoding {
    case .plain:
      self.dictionary = nil
      form = .plain(bytes: page.bytes, position: page.values.lowerBound)
    case .plainDictionary, .runLengthDictionary:
      guard let dictionary else {
        throw .corrupt("a page refers to a dictionary, and there is none")
      }
      self.dictionary = dictionary
      var range = page.values
      var bitWidth = 0
      // A page in which all is null may have no bytes here.
      if !range.isEmpty {
        bitWidth = Int(page.bytes[range.lowerBound])
        range = range.lowerBound + 1..<range.upperBound
      }
      guard bitWidth <= 32 else {
        throw .corrupt("a page refers to a dictionary by numbers of \(bitWidth) bits")
      }
      form = .places(RunLengthReader(page.bytes, in: range, bitWidth: bitWidth))
    default:
      throw .unsupported(
        "its pages have the encoding \(page.encoding), which is not read; write it with plain or"
          + " dictionary encoding")
    }
  }

  /// Reads the page of a dictionary.
  static func dictionary(
    _ bytes: [UInt8], count: Int, type: ParquetFormat.PhysicalType
  ) throws(ParquetFault) -> Dictionary {
    var values = ParquetValues(plain: bytes, type: type)
    switch type {
    case .byteArray:
      var texts: [String] = []
      var room = bytes.count
      try values.read(count) { (reader) throws(ParquetFault) in
        texts.append(try reader.text(&room))
      }
      return .texts(texts)
    case .int32, .int64:
      var integers: [Int64] = []
      try values.integers(count, into: &integers)
      return .integers(integers)
    default:
      var numbers: [Float] = []
      try values.numbers(count, into: &numbers)
      return .numbers(numbers)
    }
  }

  private init(plain bytes: [UInt8], type: ParquetFormat.PhysicalType) {
    form = .plain(bytes: bytes, position: 0)
    self.type = type
    dictionary = nil
  }

  /// How many bytes of plain values were not read.
  var bytesLeft: Int {
    if case .plain(let bytes, let position) = form { bytes.count - position } else { 0 }
  }

  /// Appends so many numbers.
  mutating func numbers(_ count: Int, into result: inout [Float]) throws(ParquetFault) {
    if case .numbers(let dictionary) = dictionary {
      try places(count, below: dictionary.count) { place, count in
        result.append(contentsOf: repeatElement(dictionary[place], count: count))
      }
      return
    }
    let range = try take(count, size: 4)
    guard case .plain(let bytes, _) = form else { return }
    bytes.withUnsafeBytes { all in
      let source = UnsafeRawBufferPointer(rebasing: all[range])
      result.append(
        contentsOf: [Float](unsafeUninitializedCapacity: count) { target, initialized in
          UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
          initialized = count
        })
    }
  }

  /// Appends so many integers.
  mutating func integers(_ count: Int, into result: inout [Int64]) throws(ParquetFault) {
    if case .integers(let dictionary) = dictionary {
      try places(count, below: dictionary.count) { place, count in
        result.append(contentsOf: repeatElement(dictionary[place], count: count))
      }
      return
    }
    let size = type == .int32 ? 4 : 8
    let range = try take(count, size: size)
    guard case .plain(let bytes, _) = form else { return }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      let bits = bytes[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      result.append(
        size == 4
          ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits))
    }
  }

  /// Appends so many texts.
  ///
  /// - Parameter room: how many bytes they may have in all; what they have is taken from it.
  mutating func texts(
    _ count: Int, into result: inout [String?], room: inout Int
  ) throws(ParquetFault) {
    if case .texts(let dictionary) = dictionary {
      try places(count, below: dictionary.count) { place, count in
        result.append(contentsOf: repeatElement(Optional(dictionary[place]), count: count))
      }
      return
    }
    for _ in 0..<count { result.append(try text(&room)) }
  }

  private mutating func read(
    _ count: Int, _ body: (inout ParquetValues) throws(ParquetFault) -> Void
  ) throws(ParquetFault) {
    for _ in 0..<count { try body(&self) }
  }

  private mutating func text(_ room: inout Int) throws(ParquetFault) -> String {
    let prefix = try take(1, size: 4)
    guard case .plain(let bytes, _) = form else { return "" }
    let length = bytes[prefix].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= room else {
      throw .unsupported("its texts are too long to be read at once")
    }
    room -= length
    let range = try take(length, size: 1)
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw .corrupt("a text is not UTF-8")
    }
    return text
  }

  /// Passes over so many plain values.
  private mutating func take(_ count: Int, size: Int) throws(ParquetFault) -> Range<Int> {
    guard case .plain(let bytes, let position) = form, count <= (bytes.count - position) / size
    else { throw .corrupt("a page has fewer values than it states") }
    let end = position + count * size
    form = .plain(bytes: bytes, position: end)
    return position..<end
  }

  /// Runs of equal places in the dictionary, for so many values.
  private mutating func places(
    _ count: Int, below limit: Int, _ body: (_ place: Int, _ count: Int) -> Void
  ) throws(ParquetFault) {
    guard case .places(var reader) = form else {
      throw .corrupt("a page has fewer values than it states")
    }
    var left = count
    while left > 0 {
      let run = try reader.run(upTo: left)
      guard run.value < limit else {
        throw .corrupt("a page refers to value \(run.value) of a dictionary of \(limit)")
      }
      body(run.value, run.count)
      left -= run.count
    }
    form = .places(reader)
  }
}
