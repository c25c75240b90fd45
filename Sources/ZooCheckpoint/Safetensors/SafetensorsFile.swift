import ZooCore
import ZooTensors

/// Reads safetensors files by the rules of the format.
///
/// Eight bytes give the length of a JSON header, which gives each tensor's type, shape and range of
/// bytes; the ranges must cover the rest of the file without holes and overlaps.
enum SafetensorsFile {
  /// Whether a file is safetensors, by the brace that opens its header.
  static func isSafetensors(_ storage: ByteStorage) -> Bool { storage.hasBytes("{".utf8, at: 8) }

  static func read(
    _ storage: ByteStorage, limits: CheckpointLimits
  ) throws(Fault) -> CheckpointContents {
    let (header, start) = try header(of: storage, limits: limits)
    let data = storage.slice(start..<storage.bytes.count)
    var result = CheckpointContents(format: .safetensors)
    var ranges: [(range: Range<Int>, name: String)] = []
    for (name, value) in header {
      if name == "__metadata__" {
        result.metadata = try SafetensorsMetadata.values(of: value)
        continue
      }
      let (tensor, range) = try self.tensor(
        value, name: name, in: data, header: storage.bytes[..<start])
      try result.add(tensor, named: name, limits: limits)
      ranges.append((range, name))
    }
    try checkCover(of: ranges, size: data.bytes.count)
    guard !result.tensors.isEmpty else { throw .unsupported("it holds no tensors") }
    return result
  }

  /// Where the JSON header lies.
  static func headerRange(
    of storage: ByteStorage, limits: CheckpointLimits
  ) throws(Fault) -> Range<Int> {
    var reader = ByteReader(storage)
    let length = try reader.integer(UInt64.self)
    guard length <= UInt64(limits.safetensorsHeaderBytes) else {
      throw .corrupt(
        "its header states \(length) bytes, more than the \(limits.safetensorsHeaderBytes) that are"
          + " allowed", at: 0)
    }
    guard length <= UInt64(reader.remaining) else {
      throw .corrupt(
        "its header states \(length) bytes where \(reader.remaining) follow: the file is truncated",
        at: 0)
    }
    return try reader.take(Int(length))
  }

  private static func header(
    of storage: ByteStorage, limits: CheckpointLimits
  ) throws(Fault) -> (JSONObject, dataStart: Int) {
    let range = try headerRange(of: storage, limits: limits)
    let start = range.lowerBound
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(
        parsing: storage.bytes[range], maximumDepth: 8,
        maximumCount: limits.safetensorsHeaderValues)
    } catch {
      throw .corrupt("its header is not valid JSON: \(error.reason)", at: start + error.offset)
    }
    guard let object = json.object, storage.hasBytes("{".utf8, at: start) else {
      throw .corrupt("its header is not a JSON object", at: start)
    }
    return (object, range.upperBound)
  }

  private static func tensor(
    _ value: JSONValue, name: String, in data: ByteStorage,
    header: Slice<UnsafeRawBufferPointer>
  ) throws(Fault) -> (TensorView, Range<Int>) {
    do throws(Fault) {
      return try tensor(value, name: name, in: data)
    } catch {
      // Names with escapes are not found, and have no place.
      let key = Array("\"\(name)\"".utf8)
      guard let place = header.firstRange(of: key) else { throw error }
      throw error.at(place.lowerBound, of: "the file")
    }
  }

  private static func tensor(
    _ value: JSONValue, name: String, in data: ByteStorage
  ) throws(Fault) -> (TensorView, Range<Int>) {
    guard let object = value.object, let typeName = object["dtype"]?.string,
      let shape = object["shape"]?.integers, let offsets = object["data_offsets"]?.integers,
      offsets.count == 2
    else { throw .corrupt("tensor '\(name)' is not given by dtype, shape and data_offsets") }
    guard let dtype = DType(safetensors: typeName) else {
      throw .unsupported("tensor '\(name)' has elements of type \(typeName), which is not read")
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard 0 <= begin, begin <= end, end <= data.bytes.count else {
      throw .corrupt(
        "tensor '\(name)' lies at bytes \(begin) to \(end) of \(data.bytes.count): the file is"
          + " truncated or its header wrong")
    }
    guard shape.count <= TorchTensors.maximumRank else {
      throw .unsupported("tensor '\(name)' has \(shape.count) extents, more than PyTorch allows")
    }
    let tensor: TensorView
    do throws(TensorError) {
      tensor = try TensorView(
        dtype: dtype, shape: shape, byteOffset: 0, storage: data.slice(begin..<end))
    } catch {
      throw .corrupt("tensor '\(name)': \(error.description)")
    }
    guard tensor.count * dtype.byteCount == end - begin else {
      throw .corrupt(
        "tensor '\(name)' of \(typeName) \(shape) should take \(tensor.count * dtype.byteCount)"
          + " bytes but has \(end - begin)")
    }
    return (tensor, begin..<end)
  }

  private static func checkCover(
    of ranges: [(range: Range<Int>, name: String)], size: Int
  ) throws(Fault) {
    var position = 0
    let order = ranges.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for (range, name) in order {
      guard range.lowerBound == position else {
        let what = range.lowerBound < position ? "overlaps another" : "leaves a hole before it"
        throw .corrupt("tensor '\(name)' \(what)", at: range.lowerBound)
      }
      position = range.upperBound
    }
    guard position == size else {
      throw .corrupt("\(size - position) bytes after the tensors belong to none", at: position)
    }
  }
}

extension DType {
  private static let safetensorsNames: [DType: String] = [
    .float64: "F64", .float32: "F32", .float16: "F16", .bfloat16: "BF16",
    .float8E4M3FN: "F8_E4M3", .float8E4M3FNUZ: "F8_E4M3FNUZ", .float8E5M2: "F8_E5M2",
    .float8E5M2FNUZ: "F8_E5M2FNUZ", .float8E8M0FNU: "F8_E8M0",
    .int64: "I64", .int32: "I32", .int16: "I16", .int8: "I8",
    .uint64: "U64", .uint32: "U32", .uint16: "U16", .uint8: "U8",
    .bool: "BOOL", .complex64: "C64",
  ]

  /// The name that safetensors gives the type; `nil` for one that it does not have.
  var safetensorsName: String? { DType.safetensorsNames[self] }

  init?(safetensors name: String) {
    guard let dtype = DType.allCases.first(where: { $0.safetensorsName == name }) else {
      return nil
    }
    self = dtype
  }
}
