import ZooTensors

/// A value of a pickle.
///
/// Containers are referred to by number, so that what shares them keeps sharing them, a cycle holds
/// no memory, and releasing deep nesting needs no recursion.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  /// An integer beyond 64 bits: little-endian two's complement in the pickle.
  case longInteger(PickleSpan)
  /// UTF-8 in the pickle, already checked.
  case text(PickleSpan)
  case bytes(PickleSpan)
  case global(PickleGlobal)
  /// The number of an object in the graph.
  case object(Int)
}

/// A part of the pickle's bytes.
struct PickleSpan: Hashable, Sendable {
  private let start: UInt32
  private let length: UInt32

  /// - Precondition: the range lies within 4 GiB, as every pickle that is read does.
  init(_ range: Range<Int>) {
    start = UInt32(range.lowerBound)
    length = UInt32(range.count)
  }

  var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// A container, a storage or a call of a pickle.
struct PickleObject: Sendable {
  enum Kind: Equatable, Sendable {
    case list, tuple, set, frozenSet
    /// Keys and values in turn.
    case dict, orderedDict
    /// The elements of its persistent identifier.
    case storage
    /// A call that is not made: the elements are its arguments.
    case call(PickleGlobal)
    /// An object of a class that a TorchScript program defines: module, name and state.
    case instance
  }

  let kind: Kind
  var elements: [PickleValue]
  /// Whether it can be the key of a dict.
  let isHashable: Bool
  /// Where the instruction that makes it lies in the pickle.
  let offset: UInt32
}

/// All that a pickle holds.
struct PickleGraph: Sendable {
  let root: PickleValue
  let objects: [PickleObject]
  let source: ByteStorage

  func object(_ value: PickleValue) -> PickleObject? {
    if case .object(let id) = value { objects[id] } else { nil }
  }

  /// The class and the state of an object of a TorchScript program.
  func instance(_ value: PickleValue) -> (name: String, state: PickleValue?)? {
    guard let object = object(value), object.kind == .instance, object.elements.count >= 2,
      let module = text(object.elements[0]), let name = text(object.elements[1])
    else { return nil }
    return ("\(module).\(name)", object.elements.count > 2 ? object.elements[2] : nil)
  }

  /// Whether a value is a dict with a tensor among its values.
  func hasTensors(_ value: PickleValue) -> Bool {
    pairs(value)?.contains { tensorCall($0.value) != nil } ?? false
  }

  /// The elements of a list or a tuple.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    guard let object = object(value), object.kind == .list || object.kind == .tuple else {
      return nil
    }
    return object.elements
  }

  /// The keys and values of a dict.
  func pairs(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    guard let object = object(value), object.kind == .dict || object.kind == .orderedDict else {
      return nil
    }
    return stride(from: 0, to: object.elements.count - 1, by: 2).map {
      (object.elements[$0], object.elements[$0 + 1])
    }
  }

  /// The arguments of a call that gives a tensor.
  func tensorCall(
    _ value: PickleValue
  ) -> (function: PickleGlobal, arguments: [PickleValue])? {
    guard let object = object(value), case .call(let function) = object.kind,
      function.rebuildsTensor
    else { return nil }
    return (function, object.elements)
  }

  /// A text of at most a given number of bytes.
  func text(_ value: PickleValue, limit: Int = .max) -> String? {
    guard case .text(let span) = value, span.range.count <= limit else { return nil }
    return String(decoding: source.bytes[span.range], as: UTF8.self)
  }

  /// The integers of a list or a tuple of at most a given length.
  func integers(_ value: PickleValue, limit: Int) -> [Int]? {
    guard let elements = sequence(value), elements.count <= limit else { return nil }
    var result: [Int] = []
    for element in elements {
      guard case .integer(let integer) = element else { return nil }
      result.append(integer)
    }
    return result
  }
}
