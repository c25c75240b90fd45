import ZooCore

/// Writes plain values of a pickle as JSON.
///
/// Shared parts are repeated, so the size of the result is limited, and with it cycles.
struct TorchMetadata {
  private let graph: PickleGraph
  private let limits: CheckpointLimits
  private var bytes = 0

  init(graph: PickleGraph, limits: CheckpointLimits) {
    self.graph = graph
    self.limits = limits
  }

  /// The value as JSON: tuples and sets as arrays, bytes as hexadecimal digits, complex numbers as
  /// pairs, integers beyond 64 bits as their digits, types by name, and tensors by their shape.
  mutating func json(
    _ value: PickleValue, tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    try json(value, depth: 0, tensors: &tensors)
  }

  private mutating func count(_ size: Int) throws(Fault) {
    bytes += size
    guard bytes <= limits.metadataBytes else {
      throw .limit("bytes of metadata", limits.metadataBytes)
    }
  }

  private mutating func json(
    _ value: PickleValue, depth: Int, tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    guard depth < limits.metadataDepth else {
      throw .limit("levels of nesting in its metadata", limits.metadataDepth)
    }
    try count(32)
    switch value {
    case .none: return .null
    case .bool(let bool): return .bool(bool)
    case .integer(let integer): return .integer(integer)
    case .float(let float): return .number(float)
    case .longInteger(let span):
      return .string(decimal(littleEndian: Array(graph.source.bytes[span.range])))
    case .text(let span):
      try count(span.range.count)
      return .string(graph.text(value) ?? "")
    case .bytes(let span):
      try count(2 * span.range.count)
      return .string(hexadecimal(graph.source.bytes[span.range]))
    case .global(let global): return .string(try name(of: global))
    case .object(let id):
      let object = graph.objects[id]
      switch object.kind {
      case .list, .tuple, .set:
        return .array(try array(object.elements, depth: depth, tensors: &tensors))
      case .dict, .orderedDict:
        return .object(try members(of: value, depth: depth, tensors: &tensors))
      case .storage: throw .unsupported("its metadata holds a storage that is not a tensor")
      case .call(let function):
        if let tensor = try tensors.tensor(value, name: "in the metadata") {
          return [
            "dtype": .string(tensor.dtype.rawValue),
            "shape": .array(tensor.shape.map { .integer($0) }),
          ]
        }
        return try json(callOf: function, object.elements, depth: depth, tensors: &tensors)
      }
    }
  }

  private mutating func array(
    _ elements: [PickleValue], depth: Int, tensors: inout TorchTensors
  ) throws(Fault) -> [JSONValue] {
    var result: [JSONValue] = []
    for element in elements {
      result.append(try json(element, depth: depth + 1, tensors: &tensors))
    }
    return result
  }

  private mutating func members(
    of value: PickleValue, depth: Int, tensors: inout TorchTensors
  ) throws(Fault) -> JSONObject {
    var result = JSONObject()
    for (key, element) in graph.pairs(value) ?? [] {
      let key = try json(key, depth: depth + 1, tensors: &tensors)
      let name = key.string ?? key.serialized()
      guard result[name] == nil else {
        throw .corrupt("a dict of its metadata has the key '\(name)' twice")
      }
      result[name] = try json(element, depth: depth + 1, tensors: &tensors)
    }
    return result
  }

  private mutating func json(
    callOf function: PickleGlobal, _ arguments: [PickleValue], depth: Int,
    tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    let values = try array(arguments, depth: depth, tensors: &tensors)
    switch function {
    case .complex where values.count == 2 && values.allSatisfy({ $0.double != nil }):
      return .array(values)
    case .device where (1...2).contains(values.count):
      guard let type = values[0].string else { break }
      return .string(values.count == 1 ? type : "\(type):\(values[1].serialized())")
    case .layout where values.count == 1: return values[0]
    case .byteArray where values.isEmpty: return ""
    // Written in protocol 2 as a text of the characters 0 to 255, and a codec.
    case .encode where values.count == 2, .byteArray where values.count == 2:
      guard let text = values[0].string, ["latin1", "latin-1"].contains(values[1].string ?? ""),
        text.unicodeScalars.allSatisfy({ $0.value < 256 })
      else { break }
      return .string(hexadecimal(text.unicodeScalars.map { UInt8($0.value) }))
    case .byteArray where values.count == 1 && values[0].string != nil: return values[0]
    default: break
    }
    throw .corrupt("a value of its metadata is put together in an unknown way")
  }

  private func name(of global: PickleGlobal) throws(Fault) -> String {
    switch global {
    case .dtype(let dtype): "torch.\(dtype.rawValue)"
    case .tensorClass: "torch.Tensor"
    case .parameterClass: "torch.nn.Parameter"
    default: throw .unsupported("its metadata holds a type or a function")
    }
  }
}

/// Bytes as pairs of hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The decimal digits of a two's complement number of any length.
func decimal(littleEndian bytes: [UInt8]) -> String {
  let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
  var magnitude = bytes
  if isNegative {
    var carry = 1
    for index in magnitude.indices {
      let sum = Int(~magnitude[index]) + carry
      magnitude[index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
  }
  // Least significant first.
  var digits: [UInt8] = [0]
  for byte in magnitude.reversed() {
    var carry = Int(byte)
    for index in digits.indices {
      let value = Int(digits[index]) * 256 + carry
      digits[index] = UInt8(value % 10)
      carry = value / 10
    }
    while carry > 0 {
      digits.append(UInt8(carry % 10))
      carry /= 10
    }
  }
  let text = digits.reversed().map { String($0) }.joined()
  return isNegative ? "-" + text : text
}
