import ZooCore

/// Writes plain values of a pickle as JSON.
///
/// A part that is mentioned again is written again as long as it is small; otherwise, and always
/// within itself, a JSON reference to its place stands for it. So graphs that share their parts, and
/// cycles, are not expanded.
struct TorchMetadata {
  private let graph: PickleGraph
  private let limits: CheckpointLimits
  private var bytes = 0
  /// The containers that are being written, outermost first, and their places.
  private var path: [String] = []
  private var openDepths: [Int: Int] = [:]
  /// Large containers that have been written, and where.
  private var places: [Int: String] = [:]

  init(graph: PickleGraph, limits: CheckpointLimits) {
    self.graph = graph
    self.limits = limits
  }

  /// The value as JSON: tuples and sets as arrays, bytes as hexadecimal digits, complex numbers as
  /// pairs, integers beyond 64 bits as their digits, types by name, and tensors by their shape.
  ///
  /// - Parameter place: the key under which the result will stand.
  mutating func json(
    _ value: PickleValue, at place: String, tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    path = [place]
    openDepths = [:]
    return try json(value, tensors: &tensors)
  }

  /// The text of a dict's key.
  mutating func name(
    of key: PickleValue, tensors: inout TorchTensors
  ) throws(Fault) -> String {
    let json = try json(key, at: "", tensors: &tensors)
    return json.string ?? json.serialized()
  }

  /// The texts of the keys of a dict, which Python has to tell apart, and so have readers of JSON.
  mutating func names(
    of pairs: [(key: PickleValue, value: PickleValue)], tensors: inout TorchTensors
  ) throws(Fault) -> [String] {
    var names: [String] = []
    var texts: Set<String> = []
    var keys = PythonKeys()
    for (key, _) in pairs {
      let json = try json(key, at: "", tensors: &tensors)
      let name = json.string ?? json.serialized()
      guard texts.insert(name).inserted, json.string != nil || keys.insert(json) else {
        throw .corrupt("it has the key '\(name)' twice")
      }
      names.append(name)
    }
    return names
  }

  /// Counts bytes of what is written out.
  mutating func count(_ size: Int) throws(Fault) {
    bytes += size
    guard bytes <= limits.metadataBytes else {
      throw .limit("bytes of metadata", limits.metadataBytes)
    }
  }

  private mutating func json(
    _ value: PickleValue, tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    guard path.count <= limits.metadataDepth else {
      throw .limit("levels of nesting in its metadata", limits.metadataDepth)
    }
    try count(32)
    switch value {
    case .none: return .null
    case .bool(let bool): return .bool(bool)
    case .integer(let integer): return .integer(integer)
    case .float(let float): return .number(float)
    case .longInteger(let span):
      try count(3 * span.range.count)
      return .string(decimal(littleEndian: Array(graph.source.bytes[span.range])))
    case .text(let span):
      try count(span.range.count)
      return .string(graph.text(value) ?? "")
    case .bytes(let span):
      try count(2 * span.range.count)
      return .string(hexadecimal(graph.source.bytes[span.range]))
    case .global(let global): return .string(try name(of: global))
    case .object(let id):
      if let depth = openDepths[id] { return reference(to: pointer(upTo: depth)) }
      if let place = places[id] { return reference(to: place) }
      let start = bytes
      openDepths[id] = path.count
      let result = try json(of: id, value, tensors: &tensors)
      openDepths[id] = nil
      if bytes - start > limits.sharedBytes { places[id] = pointer(upTo: path.count) }
      return result
    }
  }

  private mutating func json(
    of id: Int, _ value: PickleValue, tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    let object = graph.objects[id]
    switch object.kind {
    case .list, .tuple: return .array(try array(object.elements, tensors: &tensors))
    case .set, .frozenSet:
      let elements = try array(object.elements, tensors: &tensors)
      var keys = PythonKeys()
      for element in elements {
        guard keys.insert(element) else {
          throw .corrupt("a set of its metadata has \(element.serialized()) twice")
        }
      }
      return .array(elements)
    case .dict, .orderedDict: return .object(try members(of: value, tensors: &tensors))
    case .storage: throw .unsupported("its metadata holds a storage that is not a tensor")
    case .instance:
      guard let (name, state) = graph.instance(value) else { break }
      var result = JSONObject()
      result["class"] = .string(name)
      if let state { result["state"] = try nested(state, under: "state", tensors: &tensors) }
      return .object(result)
    case .call(let function):
      if let tensor = try tensors.tensor(value, name: "in the metadata") {
        return [
          "dtype": .string(tensor.dtype.rawValue),
          "shape": .array(tensor.shape.map { .integer($0) }),
        ]
      }
      if function == .numpyScalar { return try numpyScalar(object.elements, in: graph) }
      let arguments = try array(object.elements, tensors: &tensors)
      if let result = plainValue(of: function, arguments) { return result }
    }
    throw .corrupt("a value of its metadata is put together in an unknown way")
      .at(Int(object.offset), of: "its pickle")
  }

  private mutating func nested(
    _ value: PickleValue, under key: String, tensors: inout TorchTensors
  ) throws(Fault) -> JSONValue {
    path.append(key)
    let result = try json(value, tensors: &tensors)
    path.removeLast()
    return result
  }

  private mutating func array(
    _ elements: [PickleValue], tensors: inout TorchTensors
  ) throws(Fault) -> [JSONValue] {
    var result: [JSONValue] = []
    for (index, element) in elements.enumerated() {
      result.append(try nested(element, under: String(index), tensors: &tensors))
    }
    return result
  }

  private mutating func members(
    of value: PickleValue, tensors: inout TorchTensors
  ) throws(Fault) -> JSONObject {
    var result = JSONObject()
    var keys = PythonKeys()
    for (key, element) in graph.pairs(value) ?? [] {
      let key = try nested(key, under: "", tensors: &tensors)
      let name = key.string ?? key.serialized()
      guard key.string != nil || keys.insert(key), result[name] == nil else {
        throw .corrupt("a dict of its metadata has the key '\(name)' twice")
      }
      result[name] = try nested(element, under: name, tensors: &tensors)
    }
    return result
  }

  private func name(of global: PickleGlobal) throws(Fault) -> String {
    switch global {
    case .dtype(let dtype): "torch.\(dtype.rawValue)"
    case .constant(let name): name
    case .tensorClass: "torch.Tensor"
    case .parameterClass: "torch.nn.Parameter"
    default: throw .unsupported("its metadata holds a type or a function")
    }
  }

  // MARK: - References

  private func reference(to place: String) -> JSONValue { ["$ref": .string(place)] }

  /// A JSON pointer (RFC 6901) to the container at a depth of the path.
  private func pointer(upTo depth: Int) -> String {
    path.prefix(depth).reduce("#") { $0 + "/" + TorchMetadata.escaped($1) }
  }

  private static func escaped(_ key: String) -> String {
    String(
      decoding: key.utf8.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "~"): Array("~0".utf8)
        case UInt8(ascii: "/"): Array("~1".utf8)
        default: [byte]
        }
      }, as: UTF8.self)
  }
}

/// What a call of a function that makes a plain value gives; `nil` for arguments that it never has.
private func plainValue(of function: PickleGlobal, _ values: [JSONValue]) -> JSONValue? {
  switch function {
  case .complex where values.count == 2 && values.allSatisfy({ $0.double != nil }):
    return .array(values)
  case .device where (1...2).contains(values.count):
    guard let type = values[0].string else { return nil }
    return .string(values.count == 1 ? type : "\(type):\(values[1].serialized())")
  case .layout where values.count == 1: return values[0]
  case .byteArray where values.isEmpty: return ""
  // Written in protocol 2 as a text of the characters 0 to 255, and a codec.
  case .encode where values.count == 2, .byteArray where values.count == 2:
    guard let text = values[0].string, ["latin1", "latin-1"].contains(values[1].string ?? ""),
      text.unicodeScalars.allSatisfy({ $0.value < 256 })
    else { return nil }
    return .string(hexadecimal(text.unicodeScalars.map { UInt8($0.value) }))
  case .byteArray where values.count == 1 && values[0].string != nil: return values[0]
  case .numpyDType: return values.first
  default: return nil
  }
}

/// Bytes as pairs of hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
