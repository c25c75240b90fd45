/// A JSON value as it stands in a registry, a checkpoint's metadata or a configuration.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits in 64 bits.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; its keys keep the order of the text.
  case object(JSONObject)

  /// The boolean, `nil` for any other case.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The integer, `nil` for any other case.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The number, written either way; `nil` for any other case.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The string, `nil` for any other case.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The elements, `nil` for any other case.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The object, `nil` for any other case.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The elements of an array of integers; `nil` for anything else.
  public var integers: [Int]? { typed(\.integer) }

  /// The elements of an array of numbers, as float32; `nil` for anything else.
  public var floats: [Float]? { typed(\.double)?.map { Float($0) } }

  /// The elements of an array of strings; `nil` for anything else.
  public var strings: [String]? { typed(\.string) }

  /// Whether this is `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The value of a key of an object; `nil` for a missing key and for any other case.
  public subscript(key: String) -> JSONValue? { object?[key] }

  private func typed<T>(_ read: (JSONValue) -> T?) -> [T]? {
    guard let array else { return nil }
    let values = array.compactMap(read)
    return values.count == array.count ? values : nil
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Makes `null`.
  public init(nilLiteral: ()) { self = .null }
  /// Makes a boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Makes a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes an array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Makes an object; of a key given twice, the last value stays.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}

/// The members of a JSON object, in the order in which they were written.
public struct JSONObject: Sendable, Equatable, Sequence {
  private var members: [(key: String, value: JSONValue)] = []
  /// Where each key stands, once there are too many members to look through them one by one.
  private var positions: [String: Int] = [:]
  private static let indexedCount = 32

  /// Makes an empty object.
  public init() {}

  /// The keys, in order.
  public var keys: [String] { members.map(\.key) }

  /// How many members there are.
  public var count: Int { members.count }

  /// Whether there are no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The value of a key; a new key goes to the end, and `nil` removes a key.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (nil, let value?): append(key, value)
      case (let position?, let value?): members[position].value = value
      case (let position?, nil):
        members.remove(at: position)
        positions = [:]
        if members.count >= Self.indexedCount { indexKeys() }
      case (nil, nil): break
      }
    }
  }

  /// The members of another object laid over this one's; equal keys take the other's value.
  public func merging(_ other: JSONObject) -> JSONObject {
    var merged = self
    for (key, value) in other { merged[key] = value }
    return merged
  }

  /// The members as pairs, in order.
  public func makeIterator() -> AnyIterator<(String, JSONValue)> {
    var iterator = members.makeIterator()
    return AnyIterator { iterator.next().map { ($0.key, $0.value) } }
  }

  /// Whether both have the same keys with equal values, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
  }

  /// Adds a member whose key is known to be new.
  mutating func append(_ key: String, _ value: JSONValue) {
    if members.isEmpty { members.reserveCapacity(8) }
    members.append((key, value))
    if members.count > Self.indexedCount {
      positions[key] = members.count - 1
    } else if members.count == Self.indexedCount {
      indexKeys()
    }
  }

  private mutating func indexKeys() {
    for (position, member) in members.enumerated() { positions[member.key] = position }
  }

  private func position(of key: String) -> Int? {
    members.count < Self.indexedCount
      ? members.firstIndex { $0.key == key } : positions[key]
  }
}
