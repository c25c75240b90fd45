import ZooCore

/// A value of a registry together with its place, so that a fault can name it.
struct Field {
  let value: JSONValue?
  private let entry: RegistryPlace
  private let parents: String
  private let key: String

  /// The outermost value of an entry, or of a registry.
  init(_ value: JSONValue?, of entry: RegistryPlace) {
    self.init(value: value, entry: entry, parents: "", key: "")
  }

  private init(value: JSONValue?, entry: RegistryPlace, parents: String, key: String) {
    self.value = value
    self.entry = entry
    self.parents = parents
    self.key = key
  }

  /// A member of this object; its value is `nil` where the key is missing.
  subscript(key: String) -> Field {
    Field(value: value?[key], entry: entry, parents: path, key: key)
  }

  func fault(expected: String) -> RegistryError { fault(expected: expected, found: value) }

  private func fault(expected: String, found: JSONValue?) -> RegistryError {
    var place = entry
    place.field = path
    return .malformed(place, expected: expected, found: Self.describe(found))
  }

  private var path: String { parents.isEmpty ? key : "\(parents).\(key)" }

  /// The value as `read` understands it; a missing value is a fault like any other.
  func required<Value>(
    _ expected: @autoclosure () -> String, _ read: (JSONValue) -> Value?
  ) throws(RegistryError) -> Value {
    guard let result = value.flatMap(read) else { throw fault(expected: expected()) }
    return result
  }

  /// The value as `read` understands it; `nil` where it is missing or null.
  func optional<Value>(
    _ expected: @autoclosure () -> String, _ read: (JSONValue) -> Value?
  ) throws(RegistryError) -> Value? {
    guard let value, !value.isNull else { return nil }
    guard let result = read(value) else { throw fault(expected: expected() + " or null") }
    return result
  }

  func string() throws(RegistryError) -> String? { try optional("a string", \.string) }

  func positiveInteger() throws(RegistryError) -> Int? {
    try optional("a positive integer") { value in value.integer.flatMap { $0 > 0 ? $0 : nil } }
  }

  func positiveNumber() throws(RegistryError) -> Double? {
    try optional("a positive number") { value in value.double.flatMap { $0 > 0 ? $0 : nil } }
  }

  func strings() throws(RegistryError) -> [String] {
    try optional("an array of strings", \.strings) ?? []
  }

  /// The members of an object whose keys become parts of file names; empty where it is missing.
  func namedMembers() throws(RegistryError) -> [(name: String, field: Field)] {
    let object = try optional("an object", \.object) ?? JSONObject()
    var members: [(name: String, field: Field)] = []
    for name in object.keys {
      try checkName(name)
      members.append((name, self[name]))
    }
    return members
  }

  /// Refuses a name that could lead out of a directory or that a file system would not take.
  func checkName(_ name: String) throws(RegistryError) {
    let hasForbidden = name.utf8.contains { $0 == UInt8(ascii: "/") || $0 < 0x20 || $0 == 0x7F }
    if name.isEmpty || name == "." || name == ".." || hasForbidden || name.utf8.count > 200 {
      throw fault(
        expected: "names that can be part of a file name (1 to 200 bytes, no '/', no control "
          + "characters, not '.' or '..')", found: .string(name))
    }
  }

  private static func describe(_ value: JSONValue?) -> String {
    switch value {
    case nil: "nothing"
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value):
      JSONValue.string(value.count > 80 ? value.prefix(80) + "…" : value).serialized()
    case .array: "an array"
    case .object: "an object"
    }
  }
}
