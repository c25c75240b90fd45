import ZooCore
import ZooTensors

/// A number of NumPy as JSON: its type and its bytes are the arguments of `scalar`.
func numpyScalar(_ arguments: [PickleValue], in graph: PickleGraph) throws(Fault) -> JSONValue {
  let unknown = Fault.unsupported("its metadata holds a NumPy value that is not a number")
  guard arguments.count == 2, let type = graph.object(arguments[0]),
    type.kind == .call(.numpyDType), let first = type.elements.first,
    let name = graph.text(first, limit: 8), var bytes = latin1Bytes(arguments[1], in: graph)
  else { throw unknown }
  // The state that follows the type's three arguments: version, byte order, …
  if type.elements.count == 4, let state = graph.sequence(type.elements[3]), state.count > 1 {
    switch graph.text(state[1], limit: 1) {
    case "<", "|", "=": break
    case ">": bytes.reverse()
    default: throw unknown
    }
  }
  func bits<T: FixedWidthInteger>(_: T.Type) -> T? {
    guard bytes.count == MemoryLayout<T>.size else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
  }
  let value: JSONValue? =
    switch name {
    case "f8": bits(UInt64.self).map { .number(Double(bitPattern: $0)) }
    case "f4": bits(UInt32.self).map { .number(Double(Float(bitPattern: $0))) }
    case "f2": bits(UInt16.self).map { .number(Double(TensorView.float(half: $0))) }
    case "i8": bits(Int64.self).map { .integer(Int($0)) }
    case "i4": bits(Int32.self).map { .integer(Int($0)) }
    case "i2": bits(Int16.self).map { .integer(Int($0)) }
    case "i1": bits(Int8.self).map { .integer(Int($0)) }
    case "u8": bits(UInt64.self).map { Int(exactly: $0).map { .integer($0) } ?? .string("\($0)") }
    case "u4": bits(UInt32.self).map { .integer(Int($0)) }
    case "u2": bits(UInt16.self).map { .integer(Int($0)) }
    case "u1": bits(UInt8.self).map { .integer(Int($0)) }
    case "b1": bits(UInt8.self).map { .bool($0 != 0) }
    default: nil
    }
  guard let value else { throw unknown }
  return value
}

/// The few bytes of a number, which protocol 2 writes as a call of `encode` with a text.
private func latin1Bytes(_ value: PickleValue, in graph: PickleGraph) -> [UInt8]? {
  let longest = 32
  if case .bytes(let span) = value {
    return span.range.count <= longest ? Array(graph.source.bytes[span.range]) : nil
  }
  guard let call = graph.object(value), call.kind == .call(.encode), call.elements.count == 2,
    let text = graph.text(call.elements[0], limit: longest),
    text.unicodeScalars.allSatisfy({ $0.value < 256 })
  else { return nil }
  return text.unicodeScalars.map { UInt8($0.value) }
}
